/* What a kept screen left open, put where its subjects are now. */
#include <stdlib.h>
#include "screen/kept.h"
#include "screen/screen_int.h"

/* Rules that are gone join the list, so that what they found can be withdrawn by name. */
static enum rc add_rules(struct screening *sc, const struct str *names, uint32_t n, struct err *e)
{
    struct screen_rule *rules = ARENA_ARRAY(&sc->arena, struct screen_rule, sc->n_rules + n + 1);
    size_t known = sc->n_rules;
    if (!rules) return err_nomem(e);
    memcpy(rules, sc->rules, sc->n_rules * sizeof *rules);
    for (uint32_t i = 0; i < n; i++)
        if (rule_index(sc, names[i]) == UINT16_MAX) rules[known++] = (struct screen_rule){.name = names[i]};
    sc->rules = rules;
    sc->n_rules = known;
    rules_sort(sc);
    if (known <= SCREEN_RULES_MAX) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "the books and the screen before have more than %d rules.",
                   "政策册与上次筛查的规则合计超过 %d 条。", (int)SCREEN_RULES_MAX);
}

static enum rc add_open(struct run *r, const struct kept_screen *k, const uint16_t *map, struct err *e)
{
    for (uint32_t i = 0; i < k->n; i++) {
        struct finding f = kept_finding(k, i);
        if (f.state != FS_NEW && f.state != FS_STILL && f.state != FS_UNCONFIRMED) continue;
        f.rule = map[f.rule];
        if (!screen_push(r->before.v, r->before.n, r->before.cap, (struct was_open){f, UINT32_MAX}))
            return err_nomem(e);
    }
    return RC_OK;
}

/* Rule names of the kept screen to the indices of this one. */
static enum rc read_before(struct run *r, struct err *e)
{
    struct kept_screen k;
    TRY(kept_screen_read(r->s, &r->sc->arena, r->sc->before.id, &k, e));
    uint16_t *map = ARENA_ARRAY(&r->sc->arena, uint16_t, (size_t)k.n_rules + 1);
    if (!map) return err_nomem(e);
    TRY(add_rules(r->sc, k.rules, k.n_rules, e));
    for (uint32_t i = 0; i < k.n_rules; i++) {
        map[i] = rule_index(r->sc, k.rules[i]);
        r->sc->rules[map[i]].before = true;
    }
    return add_open(r, &k, map, e);
}

uint32_t household_row(const struct world *w, uint32_t no)
{
    uint32_t lo = 0, hi = w->n_households;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (w->household_no[mid] < no) lo = mid + 1;
        else hi = mid;
    }
    return lo < w->n_households && w->household_no[lo] == no ? lo : UINT32_MAX;
}

/* A person's finding goes with the person, into whatever household. */
static void place(const struct world *w, struct was_open *b)
{
    if (b->f.person) {
        uint32_t p = world_row_of(w, b->f.person);
        b->row = p != UINT32_MAX ? w->tables[TABLE_PERSON].owner[p] : UINT32_MAX;
    } else {
        b->row = household_row(w, b->f.household);
    }
    if (b->row != UINT32_MAX) b->f.household = w->household_no[b->row];
}

/* Those whose subject is gone come last. */
static int by_row(const void *a, const void *b)
{
    const struct was_open *x = a, *y = b;
    if (x->row != y->row) return x->row < y->row ? -1 : 1;
    return finding_order(&x->f, &y->f);
}

enum rc before_load(struct run *r, struct err *e)
{
    struct open_before *b = &r->before;
    bool sorted = true;
    if (r->sc->before.id) TRY(read_before(r, e));
    for (size_t i = 0; i < b->n; i++) {
        place(&r->sc->w, &b->v[i]);
        sorted = sorted && (i == 0 || by_row(&b->v[i - 1], &b->v[i]) <= 0);
    }
    if (!sorted) qsort(b->v, b->n, sizeof *b->v, by_row);
    return RC_OK;
}

size_t before_from(const struct open_before *b, uint32_t row)
{
    size_t lo = 0, hi = b->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (b->v[mid].row < row) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

void before_free(struct open_before *b) { mem_free(b->v); }
