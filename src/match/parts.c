#include "match/parts.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/out.h"
#include "ident/division_code.h"
#include "match/delta.h"
#include "match/import_int.h"

enum { TOLD = 6, COMMON_SHARE = 10 /* parts have less than one row in so many in common */ };

/* ---- overlaps */

static void add_deliveries(const struct delivery_list *l, bool en, struct buf *b)
{
    for (size_t i = 0; i < l->n && i < TOLD; i++) {
        if (i) buf_addz(b, en ? ", " : "、");
        buf_addf(b, en ? "%lld (%.*s)" : "%lld（%.*s）", (long long)l->v[i].id, STR_ARG(l->v[i].file_name));
    }
    if (l->n > TOLD) buf_addz(b, en ? " …" : " 等");
}

/* Several are in force: parts of one sending. */
static enum rc refuse_parts(const struct import *m, const struct delivery_list *l, struct err *e)
{
    struct buf b;
    buf_init(&b, KIB(8));
    add_deliveries(l, e && e->lang == LANG_EN, &b);
    enum rc rc =
        err_set(e, RC_INPUT, (struct pos){.file = m->o->file},
                "%d deliveries already cover days and a division of this file: %.*s. If this file corrects one "
                "of them, say --replaces with the number of that one (the others stay); if it is another "
                "part, say --adds",
                "已有 %d 个交付覆盖本文件的日期和地区：%.*s。如果本文件是其中某一个的更正，请加 --replaces "
                "和那一个的编号（其余保留）；如果是另一部分，请加 --adds",
                (int)l->n, STR_ARG(buf_str(&b)));
    buf_fini(&b);
    return rc;
}

static enum rc refuse_overlap(const struct import *m, const struct delivery *o, struct err *e)
{
    char from[DATE_TEXT_MAX], to[DATE_TEXT_MAX];
    struct pos at = {.file = m->o->file};
    date_format(o->covers_from, from);
    date_format(o->covers_to, to);
    if (m->o->replaces)
        return err_set(e, RC_INPUT, at,
                       "delivery %d (%.*s, %s to %s) covers days or a division of this file that delivery %d, which it "
                       "replaces, does not. Say --covers and --division as those of delivery %d, or withdraw delivery "
                       "%d first",
                       "交付 %d（%.*s，%s 至 %s）覆盖了本文件的一些日期或地区，而被替换的交付 %d 没有覆盖它们。请用 "
                       "--covers 和 --division 写明与交付 %d 相同的期间和地区，或先撤回交付 %d",
                       (int)o->id, STR_ARG(o->file_name), o->covers_from ? from : "-", o->covers_to ? to : "-",
                       (int)m->o->replaces, (int)m->o->replaces, (int)o->id);
    return err_set(e, RC_INPUT, at,
                   "delivery %d (%.*s, %s to %s) already covers days and a division of this file. If this file "
                   "corrects it, say --replaces %d; if it is another part, say --adds",
                   "交付 %d（%.*s，%s 至 %s）已经覆盖本文件的日期和地区。如果本文件是更正，请加 --replaces "
                   "%d；如果是另一部分，请加 --adds",
                   (int)o->id, STR_ARG(o->file_name), o->covers_from ? from : "-", o->covers_to ? to : "-", (int)o->id);
}

/* Did the replaced one stand beside it as a part, on all days that this one shares with it? */
static bool stood_beside(const struct delivery *old, const struct delivery *d, const struct delivery *other)
{
    date_day from = d->covers_from > other->covers_from ? d->covers_from : other->covers_from;
    date_day to = d->covers_to < other->covers_to ? d->covers_to : other->covers_to;
    bool place = !old->division || !other->division || division_covers(old->division, other->division) ||
                 division_covers(other->division, old->division);
    return place && (!old->covers_from || (from >= old->covers_from && to <= old->covers_to));
}

static bool is_of_command(const struct import *m, int64_t id)
{
    for (size_t i = 0; i < m->shared->n_parts; i++)
        if (m->shared->part[i] == id) return true;
    return false;
}

enum rc parts_overlap(struct import *m, struct err *e)
{
    struct delivery_list l;
    struct delivery old = {0};
    size_t n = 0;
    if (m->plan.roster || m->o->adds) return RC_OK;
    if (m->o->replaces) TRY(delivery_get(m->s, m->plan.a, m->o->replaces, &old, e));
    TRY(delivery_overlaps(m->s, m->plan.a, &m->d, &l, e));
    for (size_t i = 0; i < l.n; i++) {
        const struct delivery *o = &l.v[i];
        bool late = o->kind == DELIVERY_ADDS && o->replaces;
        if (old.id && (delivery_is_of(o, old.id) || stood_beside(&old, &m->d, o))) continue;
        bool part = m->o->parts && is_of_command(m, late ? o->replaces : o->id);
        if (part) m->part_beside = m->part_beside ? m->part_beside : o->id;
        else if (!late) l.v[n++] = *o;
    }
    l.n = n;
    m->shared->overlaps = n > 0;
    if (n) return n == 1 || old.id ? refuse_overlap(m, &l.v[0], e) : refuse_parts(m, &l, e);
    if (m->part_beside) m->d.kind = DELIVERY_ADDS;
    return RC_OK;
}

/* ---- parts of one command */

enum rc parts_check(struct import *m, struct err *e)
{
    struct delivery_list l;
    if (!m->part_beside) return RC_OK;
    TRY(delivery_overlaps(m->s, m->plan.a, &m->d, &l, e));
    for (size_t i = 0; i < l.n; i++) {
        int64_t common = 0, rows = 0;
        if (l.v[i].id == m->d.id || !is_of_command(m, l.v[i].id)) continue;
        TRY(delta_common(m, &l.v[i], &common, &rows, e));
        if (common * COMMON_SHARE > rows) return refuse_overlap(m, &l.v[i], e);
        m->r->common += common;
    }
    m->r->part_beside = m->part_beside;
    return RC_OK;
}

enum rc parts_keep(struct import *m, struct err *e)
{
    struct import_shared *x = m->shared;
    int64_t id = m->r->same_file ? m->r->same_as : m->d.id;
    if (!m->o->parts || !id) return RC_OK;
    int64_t *v = mem_resize_array(x->part, x->n_parts + 1, sizeof *v);
    if (!v) return err_nomem(e);
    x->part = v;
    v[x->n_parts++] = id;
    return RC_OK;
}

bool import_overlapped(struct import_shared *x)
{
    bool was = x->overlaps;
    x->overlaps = false;
    return was;
}
