/* Names and winners (SEMANTICS §5). */
#include <stdlib.h>
#include <sodium/crypto_generichash_blake2b.h>
#include "base/mem.h"
#include "rules/policy_int.h"

/* ---------------------------------------------------------------- groups */

static uint32_t group_key(struct policy *p, enum decl_kind k, struct str name, bool add)
{
    char key[3 * IDENT_MAX + 4];
    if (name.n + 2 > sizeof key) return UINT32_MAX;
    key[0] = (char)('A' + (int)k);
    memcpy(key + 1, name.p, name.n);
    struct str s = str_make(key, name.n + 1);
    return add ? intern_add(&p->keys, s) : intern_find(&p->keys, s);
}

struct group *policy_group(const struct policy *p, enum decl_kind k, struct str name)
{
    uint32_t i = group_key((struct policy *)(uintptr_t)p, k, name, false);
    return i == UINT32_MAX ? NULL : &p->groups.v[i];
}

static struct str decl_key(struct policy *p, const struct decl *d)
{
    if (d->kind != D_FEATURE) return d->name.text;
    struct str e = d->u.feature.entity.text;
    if (str_eq(e, STR("person"))) e = STR("member");
    char *z = arena_alloc(p->a, e.n + d->name.text.n + 2);
    if (!z) return (struct str){0};
    memcpy(z, e.p, e.n);
    z[e.n] = '.';
    memcpy(z + e.n + 1, d->name.text.p, d->name.text.n);
    return str_make(z, e.n + 1 + d->name.text.n);
}

static void add_decl(struct policy *p, const struct decl *d)
{
    struct str name = decl_key(p, d);
    uint32_t i = name.n ? group_key(p, d->kind, name, true) : UINT32_MAX;
    if (i == UINT32_MAX) {
        p->nomem = true;
        return;
    }
    if (i == p->groups.n && !vec_push(&p->groups, GROUPS_MAX, (struct group){.kind = d->kind, .name = name})) {
        p->nomem = true;
        return;
    }
    struct group *g = &p->groups.v[i];
    const struct decl **v = ARENA_ARRAY(p->a, const struct decl *, g->n + 1);
    if (!v) {
        p->nomem = true;
        return;
    }
    if (g->n) memcpy(v, g->v, g->n * sizeof *v);
    v[g->n] = d;
    g->v = v;
    g->n++;
}

static bool unlimited(const struct policy *p, const struct decl *d)
{
    return !decl_prefix(p, d) && !d->reach.flags.n && !d->reach.from && !d->reach.to;
}

/* ---------------------------------------------------------------- units, datasets */

static bool add_unit(struct policy *p, const char *name, const char *label, unsigned decimals)
{
    return vec_push(&p->units, UNITS_MAX, (struct unit){str_from(name), str_from(label), decimals});
}

static bool core_units(struct policy *p)
{
    return add_unit(p, "", "", 0) && add_unit(p, "yuan", "元", 2) && add_unit(p, "person", "人", 0) &&
           add_unit(p, "hh", "户", 0) && add_unit(p, "day", "天", 0) && add_unit(p, "week", "周", 0) &&
           add_unit(p, "month", "个月", 0) && add_unit(p, "quarter", "个季度", 0) && add_unit(p, "year", "年", 0);
}

uint16_t policy_unit(const struct policy *p, struct str name)
{
    for (size_t i = 1; i < p->units.n; i++) {
        if (str_eq(p->units.v[i].name, name)) return (uint16_t)i;
        bool plural = i >= UNIT_DAY && i <= UNIT_YEAR && name.n > 1 && name.p[name.n - 1] == 's';
        if (plural && str_eq(p->units.v[i].name, str_make(name.p, name.n - 1))) return (uint16_t)i;
    }
    return UINT16_MAX;
}

uint16_t policy_unit_labelled(const struct policy *p, struct str label)
{
    for (size_t i = 1; label.n && i < p->units.n; i++)
        if (str_eq(p->units.v[i].label, label)) return (uint16_t)i;
    return UINT16_MAX;
}

struct str policy_unit_name(const struct policy *p, uint16_t u) { return p->units.v[u].name; }
struct str policy_unit_label(const struct policy *p, uint16_t u) { return p->units.v[u].label; }
unsigned policy_unit_decimals(const struct policy *p, uint16_t u) { return p->units.v[u].decimals; }

uint32_t policy_dataset_number(const struct policy *p, struct str name) { return intern_find(&p->datasets, name); }
struct str policy_dataset_name(const struct policy *p, uint32_t number) { return p->datasets.texts[number]; }
size_t policy_dataset_count(const struct policy *p) { return p->datasets.n; }

uint32_t policy_roster(const struct policy *p)
{
    for (size_t i = 0; i < p->bs->n_decls; i++) {
        const struct decl *d = p->bs->decls[i];
        if (d->kind == D_DATASET && d->u.dataset.household_by.text.n) return policy_dataset_number(p, d->name.text);
    }
    return UINT32_MAX;
}

static void add_special(struct policy *p, const struct decl *d, struct diags *dg)
{
    if (d->kind == D_DATASET && intern_add(&p->datasets, d->name.text) == UINT32_MAX) p->nomem = true;
    if (d->kind != D_UNIT) return;
    if (policy_unit(p, d->name.text) != UINT16_MAX) {
        diag_add(dg, DIAG_ERROR, d->at, "the unit \"%.*s\" is declared twice (or is built in). Keep one.",
                 "单位“%.*s”重复声明（或为内置单位）。请只留一个。", STR_ARG(d->name.text));
        return;
    }
    if (!vec_push(&p->units, UNITS_MAX, (struct unit){d->name.text, d->label, d->u.unit.decimals})) p->nomem = true;
}

/* ---------------------------------------------------------------- names */

static void sort_names(struct str *v, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0 && str_cmp(v[j - 1], v[j]) > 0; j--) {
            struct str s = v[j];
            v[j] = v[j - 1];
            v[j - 1] = s;
        }
}

static void collect_names(struct policy *p)
{
    for (int k = 0; k < D__MAX; k++) {
        size_t n = 0;
        for (size_t i = 0; i < p->groups.n; i++) n += (int)p->groups.v[i].kind == k;
        p->names[k] = ARENA_ARRAY(p->a, struct str, n + 1);
        if (!p->names[k]) {
            p->nomem = true;
            return;
        }
        for (size_t i = 0; i < p->groups.n; i++)
            if ((int)p->groups.v[i].kind == k) p->names[k][p->n_names[k]++] = p->groups.v[i].name;
        sort_names(p->names[k], n);
    }
}

const struct str *policy_names(const struct policy *p, enum decl_kind k, size_t *n)
{
    *n = p->n_names[k];
    return p->names[k];
}

struct str policy_suggest(const struct policy *p, enum decl_kind k, struct str wrong)
{
    struct str best = {0};
    unsigned best_d = 3;
    for (size_t i = 0; i < p->n_names[k]; i++) {
        struct str n = p->names[k][i], bare = n;
        size_t dot = str_find(n, STR("."), 0);
        if (k == D_FEATURE && dot != SIZE_MAX) bare = str_sub(n, dot + 1, n.n);
        unsigned d = str_distance(bare, wrong, best_d);
        if (d < best_d && d * 3 <= wrong.n) best = bare, best_d = d;
    }
    return best;
}

bool policy_known(const struct policy *p, enum decl_kind k, struct str name)
{
    return policy_group(p, k, name) != NULL;
}

uint32_t codes_find(const struct decl *codes, struct str text)
{
    const struct codes_decl *c = &codes->u.codes;
    for (size_t i = 0; i < c->n; i++) {
        if (str_eq(c->v[i].name.text, text) || str_eq(c->v[i].label, text)) return (uint32_t)i;
        for (size_t j = 0; j < c->v[i].n_aliases; j++)
            if (str_eq(c->v[i].aliases[j], text)) return (uint32_t)i;
    }
    return UINT32_MAX;
}

/* ---------------------------------------------------------------- who wins */

int64_t decl_prefix(const struct policy *p, const struct decl *d)
{
    if (d->reach.has_division) return d->reach.division;
    const struct decl *head = d->book < p->bs->n ? p->bs->v[d->book].head : NULL;
    return head && head->u.book.has_jurisdiction ? head->u.book.jurisdiction : 0;
}

static bool has_flag(const struct place *at, struct str flag)
{
    for (size_t i = 0; i < at->n_flags; i++)
        if (str_eq(at->flags[i], flag)) return true;
    return false;
}

bool reach_holds(const struct reach *r, int64_t prefix, const struct place *at, date_day day)
{
    if (prefix && (!at->division || !division_covers(prefix, at->division))) return false;
    if ((r->from && day < r->from) || (r->to && day > r->to)) return false;
    for (size_t i = 0; i < r->flags.n; i++)
        if (!has_flag(at, r->flags.v[i].text)) return false;
    return true;
}

int reach_rank(const struct reach *a, int64_t pa, const struct reach *b, int64_t pb)
{
    int la = (int)division_level(pa), lb = (int)division_level(pb);
    if (la != lb) return la - lb;
    if (a->flags.n != b->flags.n) return a->flags.n < b->flags.n ? -1 : 1;
    return 0;
}

/* Later from wins within one book; between books equal rank is a static conflict, and the later read one is taken here
 * only to be deterministic. */
static bool beats(const struct policy *p, const struct decl *a, const struct decl *b)
{
    int r = reach_rank(&a->reach, decl_prefix(p, a), &b->reach, decl_prefix(p, b));
    if (r) return r > 0;
    if (a->book == b->book) return a->reach.from > b->reach.from;
    return a->mode == DM_OVERRIDE && b->mode != DM_OVERRIDE;
}

size_t policy_candidates(struct policy *p, enum decl_kind k, struct str name, const struct place *at, date_day day,
                         const struct decl **out, size_t cap)
{
    const struct group *g = policy_group(p, k, name);
    size_t n = 0;
    for (size_t i = 0; g && i < g->n && n < cap; i++) {
        const struct decl *d = g->v[i];
        if (d->mode == DM_EXTEND || !reach_holds(&d->reach, decl_prefix(p, d), at, day)) continue;
        size_t j = n++;
        for (; j > 0 && beats(p, d, out[j - 1]); j--) out[j] = out[j - 1];
        out[j] = d;
    }
    return n;
}

const struct decl *policy_find(struct policy *p, enum decl_kind k, struct str name, const struct place *at,
                               date_day day)
{
    const struct group *g = policy_group(p, k, name);
    if (!g) return NULL;
    if (g->everywhere) return g->v[0];
    const struct decl **parts = p->parts;
    size_t n = 1;
    parts[0] = NULL;
    for (size_t i = 0; i < g->n; i++) {
        const struct decl *d = g->v[i];
        if (!reach_holds(&d->reach, decl_prefix(p, d), at, day)) continue;
        if (d->mode == DM_EXTEND) {
            parts[n++] = d;
        } else if (!parts[0] || beats(p, d, parts[0])) {
            parts[0] = d;
        }
    }
    if (!parts[0]) return NULL;
    return n == 1 ? parts[0] : policy_merge(p, parts, n);
}

void policy_watch(struct policy *p, struct watch w) { p->watch = w; }
struct watch policy_watched(const struct policy *p) { return p->watch; }

/* ---------------------------------------------------------------- parameters */

void policy_set_events(struct policy *p, const struct param_setting *v, size_t n)
{
    p->events = v;
    p->n_events = n;
}

static const struct param_value *best_value(const struct policy *p, const struct decl *d, const struct place *at,
                                            date_day day, int64_t *prefix)
{
    const struct param_value *best = NULL;
    for (size_t i = 0; i < d->u.param.n_values; i++) {
        const struct param_value *v = &d->u.param.values[i];
        int64_t pre = v->reach.has_division ? v->reach.division : decl_prefix(p, d);
        if (!reach_holds(&v->reach, pre, at, day)) continue;
        int r = best ? reach_rank(&v->reach, pre, &best->reach, *prefix) : 1;
        if (r > 0 || (r == 0 && v->reach.from > best->reach.from)) best = v, *prefix = pre;
    }
    return best;
}

static const struct param_setting *best_event(const struct policy *p, struct str name, const struct place *at,
                                              date_day day)
{
    const struct param_setting *best = NULL;
    for (size_t i = 0; i < p->n_events; i++) {
        const struct param_setting *v = &p->events[i];
        if (!str_eq(v->name, name) || v->from > day) continue;
        if (v->division < 0) return v;
        if (v->division && (!at->division || !division_covers(v->division, at->division))) continue;
        int level = (int)division_level(v->division), old = best ? (int)division_level(best->division) : -1;
        if (level > old || (level == old && v->from >= best->from)) best = v;
    }
    return best;
}

struct param_choice policy_param(struct policy *p, struct str name, const struct place *at, date_day day)
{
    struct param_choice c = {.decl = policy_find(p, D_PARAM, name, at, day)};
    if (!c.decl) return c;
    int64_t prefix = 0;
    c.value = best_value(p, c.decl, at, day, &prefix);
    c.event = best_event(p, name, at, day);
    if (c.event && c.event->division < 0) {
        c.value = NULL;
    } else if (c.value && c.event) {
        bool event = division_level(c.event->division) > division_level(prefix) ||
                     (division_level(c.event->division) == division_level(prefix) && !c.value->reach.flags.n);
        if (event) c.value = NULL;
        else c.event = NULL;
    }
    return c;
}

static int by_code(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static size_t count_mentions(const struct policy *p)
{
    size_t n = p->n_events;
    for (size_t i = 0; i < p->bs->n_decls; i++)
        n += 1 + (p->bs->decls[i]->kind == D_PARAM ? p->bs->decls[i]->u.param.n_values : 0);
    return n;
}

enum rc policy_divisions(const struct policy *p, struct arena *a, const int64_t **out, size_t *n, struct err *e)
{
    size_t found = 0, kept = 0;
    int64_t *v = arena_alloc_array(a, count_mentions(p) + 1, sizeof *v);
    if (!v) return err_nomem(e);
    for (size_t i = 0; i < p->bs->n_decls; i++) {
        const struct decl *d = p->bs->decls[i];
        v[found++] = decl_prefix(p, d);
        for (size_t k = 0; d->kind == D_PARAM && k < d->u.param.n_values; k++)
            if (d->u.param.values[k].reach.has_division) v[found++] = d->u.param.values[k].reach.division;
    }
    for (size_t i = 0; i < p->n_events; i++) v[found++] = p->events[i].division;
    if (found) qsort(v, found, sizeof *v, by_code);
    for (size_t i = 0; i < found; i++)
        if (v[i] > 0 && (!kept || v[kept - 1] != v[i])) v[kept++] = v[i];
    *out = v;
    *n = kept;
    return RC_OK;
}

/* ---------------------------------------------------------------- environments */

uint32_t policy_environment(struct policy *p, const struct place *at, date_day day, struct err *e)
{
    struct buf b;
    buf_init(&b, MIB(1));
    for (size_t i = 0; i < p->groups.n; i++) {
        const struct group *g = &p->groups.v[i];
        if (g->everywhere || g->kind == D_BOOK || g->kind == D_EXAMPLE || g->kind == D_UNIT) continue;
        const struct decl *d = policy_find(p, g->kind, g->name, at, day);
        buf_add_bytes(&b, &d, sizeof d);
    }
    uint32_t n = b.failed ? UINT32_MAX : intern_add(&p->environments, b.n ? buf_str(&b) : STR("-"));
    buf_fini(&b);
    if (n == UINT32_MAX) (void)err_nomem(e);
    return n;
}

/* ---------------------------------------------------------------- whole */

struct str policy_hash(const struct policy *p)
{
    unsigned char h[32];
    crypto_generichash_blake2b_state st;
    (void)crypto_generichash_blake2b_init(&st, NULL, 0, sizeof h);
    for (size_t i = 0; i < p->bs->n; i++)
        (void)crypto_generichash_blake2b_update(&st, (const unsigned char *)p->bs->v[i].text_hash.p,
                                                p->bs->v[i].text_hash.n);
    (void)crypto_generichash_blake2b_final(&st, h, sizeof h);
    char *z = arena_alloc(p->a, 2 * sizeof h + 1);
    if (!z) return (struct str){0};
    for (size_t i = 0; i < sizeof h; i++) {
        z[2 * i] = "0123456789abcdef"[h[i] >> 4];
        z[2 * i + 1] = "0123456789abcdef"[h[i] & 15];
    }
    return str_make(z, 2 * sizeof h);
}

const struct books *policy_books(const struct policy *p) { return p->bs; }

void policy_free(struct policy *p)
{
    if (!p) return;
    vec_fini(&p->groups);
    vec_fini(&p->merged);
    vec_fini(&p->units);
    intern_fini(&p->keys);
    intern_fini(&p->datasets);
    intern_fini(&p->environments);
}

static void settle_groups(struct policy *p)
{
    size_t most = 0;
    for (size_t i = 0; i < p->groups.n; i++) {
        struct group *g = &p->groups.v[i];
        g->everywhere = g->n == 1 && g->v[0]->mode == DM_NEW && unlimited(p, g->v[0]);
        if (g->n > most) most = g->n;
    }
    p->parts = ARENA_ARRAY(p->a, const struct decl *, most + 1);
    if (!p->parts) p->nomem = true;
}

enum rc policy_new(struct policy **out, const struct books *bs, struct arena *a, struct diags *d, struct err *e)
{
    *out = NULL;
    struct policy *p = ARENA_NEW(a, struct policy);
    if (!p) return err_nomem(e);
    p->a = a;
    p->bs = bs;
    intern_init(&p->keys, a);
    intern_init(&p->datasets, a);
    intern_init(&p->environments, a);
    if (!core_units(p)) p->nomem = true;
    for (size_t i = 0; i < bs->n_decls && !p->nomem; i++) {
        if (bs->decls[i]->kind == D_EXAMPLE || bs->decls[i]->kind == D_EQUIVALENT) continue;
        add_special(p, bs->decls[i], d);
        add_decl(p, bs->decls[i]);
    }
    settle_groups(p);
    if (!p->nomem) collect_names(p);
    if (!p->nomem) policy_check_static(p, d);
    if (p->nomem) {
        policy_free(p);
        return err_nomem(e);
    }
    *out = p;
    return RC_OK;
}
