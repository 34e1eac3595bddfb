#include "match/other_names.h"
#include "match/import_int.h"
#include "match/run_int.h"

enum {
    SLIP_FAR = 2, /* lines that a column may have slipped by */
    SORTED_LEAST = 10,
    SLIP_SHARE = 100, /* a file in which it did for more than one known ID in so many is not taken in */
};

/* Is the name of row i that of whoever has the ID of row k? */
static bool is_named_as(const struct run_batch *b, uint32_t i, uint32_t k)
{
    const struct match_query *own = &b->query[i], *other = &b->query[k];
    struct person_entry hit[PERSON_HITS_MAX];
    if (!own->name || !other->key || other->key == own->key) return false;
    if (b->answer[k].verdict == MATCH_OK) return other->name == own->name;
    if (b->answer[k].verdict != MATCH_NAME) return false;
    size_t n = person_index_find(b->run->index, other->key, hit);
    for (size_t h = 0; h < n; h++)
        if (hit[h].name == name_fold(own->name)) return true;
    return false;
}

void slip_note(struct run_batch *b, uint32_t i)
{
    struct slipped *s = &b->thread->slipped;
    uint32_t line = b->rows.row[b->row[i]].line;
    for (uint32_t far = 1; far <= SLIP_FAR; far++) {
        bool above = i >= far && is_named_as(b, i, i - far), below = i + far < b->n && is_named_as(b, i, i + far);
        if (!above && !below) continue;
        s->above += above;
        s->below += below && !above;
        if (!s->line || line < s->line) s->line = line;
        return;
    }
}

static struct slipped slipped_of(const struct run *r)
{
    struct slipped all = {0};
    for (unsigned t = 0; t < r->threads; t++) {
        const struct slipped *s = &r->thread[t].slipped;
        all.above += s->above;
        all.below += s->below;
        if (s->line && (!all.line || s->line < all.line)) all.line = s->line;
    }
    return all;
}

static enum rc refuse_slipped(const struct import *m, const struct slipped *s, int64_t known, struct err *e)
{
    bool up = s->below >= s->above;
    int64_t n = up ? s->below : s->above;
    return err_set(
        e, RC_INPUT, (struct pos){.file = m->o->file, .line = s->line},
        "%lld of %lld known IDs stand beside the name of the ID one or two rows %s (first in line %u): a column "
        "slipped "
        "by a line, a cell was deleted or put in; the whole file is refused, for amounts would come to the wrong "
        "people. Put names and ID numbers side by side again. If they are right, give it with --as-written",
        "%lld 个（共 %lld 个）在花名册里的证件号码，旁边的姓名是%s一两行那个号码的人（最早在第 %u 行）：有一列错开了行"
        "（删掉或多插了单元格）；整个文件不予接收，否则金额会记到别人名下。请把姓名与证件号码对齐后重发。如确认无误，请"
        "加 "
        "--as-written 导入",
        (long long)n, (long long)known, lang_pick(e ? e->lang : LANG_ZH, up ? "below" : "above", up ? "下面" : "上面"),
        s->line);
}

static enum rc refuse_sorted(const struct import *m, int64_t known, struct err *e)
{
    return err_set(
        e, RC_INPUT, (struct pos){.file = m->o->file, .line = m->name_line},
        "%lld of %lld IDs are known, but with other names (first in line %u): was the column sorted by itself, or is "
        "it "
        "that of the heads of households? The whole file is refused. If the names are right, give it with --as-written",
        "%lld/%lld 个证件号码在花名册里，但姓名都是别人的（最早在第 %u "
        "行）：是不是单独对某一列排了序，或该列是户主姓名？"
        "整个文件不予接收。如姓名无误，请加 --as-written 导入",
        (long long)m->d.counts.waiting_name, (long long)known, m->name_line);
}

enum rc other_names_check(struct import *m, struct err *e)
{
    int64_t other = m->d.counts.waiting_name, known = m->d.counts.matched + other;
    if (m->plan.roster || m->plan.name == HEADER_NONE) return RC_OK;
    struct slipped s = slipped_of(&m->run);
    int64_t slipped = s.above > s.below ? s.above : s.below;
    bool slips = slipped >= OTHER_NAMES_LEAST;
    if (slips && slipped * SLIP_SHARE > known && !m->o->as_written) return refuse_slipped(m, &s, known, e);
    if (other >= SORTED_LEAST && 2 * other > known && !m->o->as_written) return refuse_sorted(m, known, e);
    m->r->slipped = slips ? slipped : 0;
    m->r->slipped_line = slips ? s.line : 0;
    m->r->other_names = other_names_many(other, known) ? other : 0;
    m->r->other_names_line = m->name_line;
    return RC_OK;
}
