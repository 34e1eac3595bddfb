/* Held for confirmation: a rule that flags more of a county's households than people ever set as plausible, or many
 * more than last time, is more often a wrong file or a wrong number than a catastrophe. */
#include <stdlib.h>
#include "screen/screen_int.h"
#include "store/bookstore.h"
#include "store/param.h"

enum { HOLD_PAIRS_MAX = 1 << 24, HOLD_CAUSES_MAX = 1 << 16 };

const char *const hold_limit_name[HOLD_LIMIT__MAX] = {"screen_share_limit", "screen_growth_limit", "screen_hold_floor"};

struct county {
    int64_t code;
    uint32_t place; /* of its first household */
};

/* Households of one place in one county. */
struct part {
    uint32_t county, place, households;
};

/* What one rule flags in one county. */
struct tally {
    uint16_t rule;
    uint32_t county;
    uint64_t flagged, before;
};

struct holding {
    struct run *r;
    struct county *counties;
    size_t n_counties, cap_counties;
    struct part *parts;
    size_t n_parts, cap_parts;
    struct tally *tallies;
    size_t n_tallies, cap_tallies;
    struct map64 by_code, by_part, by_rule;
    uint32_t *county; /* per household row */
    struct param_event *events;
    size_t n_events;
    struct delivery_list deliveries;
    struct book_set old_books, new_books;
};

/* ---------------------------------------------------------------- counting */

static enum rc county_of(struct holding *h, int64_t code, uint32_t place, uint32_t *out, struct err *e)
{
    *out = map64_get(&h->by_code, (uint64_t)code);
    if (*out != UINT32_MAX) return RC_OK;
    *out = (uint32_t)h->n_counties;
    struct county c = {code, place};
    bool ok = screen_push(h->counties, h->n_counties, h->cap_counties, c) &&
              map64_put(&h->by_code, (uint64_t)code, *out);
    return ok ? RC_OK : err_nomem(e);
}

static enum rc part_of(struct holding *h, uint32_t county, uint32_t place, uint32_t *out, struct err *e)
{
    uint64_t key = (uint64_t)county << 32 | place;
    *out = map64_get(&h->by_part, key);
    if (*out != UINT32_MAX) return RC_OK;
    *out = (uint32_t)h->n_parts;
    struct part p = {county, place, 0};
    bool ok = screen_push(h->parts, h->n_parts, h->cap_parts, p) && map64_put(&h->by_part, key, *out);
    return ok ? RC_OK : err_nomem(e);
}

static enum rc count_households(struct holding *h, struct err *e)
{
    const struct world *w = &h->r->sc->w;
    int64_t division = -1;
    uint32_t place = UINT32_MAX, county = 0, part = 0;
    h->county = ARENA_ARRAY(&h->r->sc->arena, uint32_t, w->n_households + 1);
    if (!h->county) return err_nomem(e);
    for (uint32_t i = 0; i < w->n_households; i++) {
        if (w->frame.division[i] != division || w->frame.place[i] != place) {
            division = w->frame.division[i];
            place = w->frame.place[i];
            TRY(county_of(h, division_truncate(division, DIVISION_COUNTY), place, &county, e));
            TRY(part_of(h, county, place, &part, e));
        }
        h->county[i] = county;
        h->parts[part].households++;
    }
    return RC_OK;
}

static enum rc tally_of(struct holding *h, uint16_t rule, uint32_t household, struct tally **out, struct err *e)
{
    uint32_t row = household_row(&h->r->sc->w, household);
    *out = NULL;
    if (row == UINT32_MAX) return RC_OK; /* gone from the roster */
    uint64_t key = (uint64_t)rule << 32 | h->county[row];
    uint32_t i = map64_get(&h->by_rule, key);
    if (i == UINT32_MAX) {
        struct tally t = {.rule = rule, .county = h->county[row]};
        i = (uint32_t)h->n_tallies;
        if (!screen_push(h->tallies, h->n_tallies, h->cap_tallies, t) || !map64_put(&h->by_rule, key, i))
            return err_nomem(e);
    }
    *out = &h->tallies[i];
    return RC_OK;
}

/* Households, each once: findings of its members stand together. */
static enum rc count_now(struct holding *h, struct err *e)
{
    const struct screening *sc = h->r->sc;
    const struct finding *last = NULL;
    for (size_t i = 0; i < sc->n_findings; i++) {
        const struct finding *f = &sc->findings[i];
        struct tally *t;
        bool same = last && last->household == f->household && last->rule == f->rule;
        if (same || f->verdict != VERDICT_TRUE) continue;
        last = f;
        TRY(tally_of(h, f->rule, f->household, &t, e));
        if (t) t->flagged++;
    }
    return RC_OK;
}

static enum rc count_before(struct holding *h, struct err *e)
{
    const struct open_before *b = &h->r->before;
    for (size_t i = 0; i < b->n; i++) {
        const struct finding *f = &b->v[i].f, *last = i ? &b->v[i - 1].f : NULL;
        struct tally *t;
        if (last && last->household == f->household && last->rule == f->rule) continue;
        TRY(tally_of(h, f->rule, f->household, &t, e));
        if (t) t->before++;
    }
    return RC_OK;
}

/* Households of a county for whom the rule was run. */
static uint64_t judged_in(const struct holding *h, uint16_t rule, uint32_t county)
{
    const struct screening *sc = h->r->sc;
    uint64_t n = 0;
    for (size_t i = 0; i < h->n_parts; i++) {
        const struct part *p = &h->parts[i];
        const struct rule_here *here = &sc->here[(size_t)sc->env_of_place[p->place] * sc->n_rules + rule];
        if (p->county == county && here->decl && !h->r->skip[p->place][here->output]) n += p->households;
    }
    return n;
}

/* ---------------------------------------------------------------- limits */

/* Who set the value that holds there: document and who, or the book's words. */
static enum rc limit_source(struct holding *h, const struct param_choice *c, struct str *out, struct err *e)
{
    struct buf b;
    buf_init(&b, KIB(8));
    if (c->event) {
        for (size_t i = h->n_events; i-- > 0;) {
            const struct param_event *p = &h->events[i];
            if (!str_eq(p->name, c->event->name) || p->division != c->event->division || p->from_day != c->event->from)
                continue;
            buf_addf(&b, "%.*s, %.*s", STR_ARG(p->by_who), STR_ARG(p->document));
            break;
        }
    } else if (c->value) {
        if (c->value->cite.n) buf_add(&b, c->value->cite);
        else buf_add(&b, decl_clause(c->decl, &h->r->sc->arena));
    }
    *out = str_dup(&h->r->sc->arena, buf_str(&b));
    enum rc rc = b.failed || (b.n && !out->p) ? err_nomem(e) : RC_OK;
    buf_fini(&b);
    return rc;
}

/* The limits where a county is; an empty one is noted for the summary. */
static enum rc read_limits(struct holding *h, uint32_t county, struct hold *out, struct err *e)
{
    struct screening *sc = h->r->sc;
    struct place at = sc->w.places[h->counties[county].place];
    at.division = h->counties[county].code;
    for (int k = 0; k < HOLD_LIMIT__MAX; k++) {
        struct hold_limit *l = &out->limit[k];
        struct pval v;
        struct param_choice c = policy_param(h->r->p, str_from(hold_limit_name[k]), &at, sc->w.as_of);
        if (!c.decl) continue;
        TRY(rules_param_value(h->r->p, c.decl->name.text, &at, sc->w.as_of, &v, h->r->d, e));
        l->set = v.state == PVAL_SET;
        l->value = v.v;
        TRY(limit_source(h, &c, &l->source, e));
        if (!l->set) sc->hold_unset[k] = c.decl;
    }
    return RC_OK;
}

/* A rule that the screen before did not have cannot have grown. */
static void compare(const struct holding *h, const struct tally *t, struct hold *out)
{
    const struct hold_limit *l = out->limit;
    const struct screening *sc = h->r->sc;
    if (!l[HOLD_FLOOR].set || (i128)t->flagged <= l[HOLD_FLOOR].value) return;
    if (l[HOLD_SHARE].set)
        out->over[HOLD_SHARE] = (i128)t->flagged * RATIO_ONE > (i128)l[HOLD_SHARE].value * out->households;
    if (l[HOLD_GROWTH].set && sc->before.id && sc->rules[t->rule].before)
        out->over[HOLD_GROWTH] = (i128)t->flagged > (i128)l[HOLD_GROWTH].value * t->before;
}

/* ---------------------------------------------------------------- what may be the cause */

static enum rc add_cause(struct holding *h, struct hold_cause c, struct err *e)
{
    struct screening *sc = h->r->sc;
    if (sc->n_causes == HOLD_CAUSES_MAX) return RC_OK;
    return screen_push(sc->causes, sc->n_causes, sc->cap_causes, c) ? RC_OK : err_nomem(e);
}

static bool since(const struct holding *h, int64_t us)
{
    return us > h->r->sc->before.known_at_us && us <= h->r->sc->w.k_us;
}

static bool touches(int64_t a, int64_t b) { return division_covers(a, b) || division_covers(b, a); }

/* Set since, or another value of the books is in force by now. */
static enum rc param_cause(struct holding *h, struct str name, uint32_t county, struct err *e)
{
    struct screening *sc = h->r->sc;
    struct place at = sc->w.places[h->counties[county].place];
    bool told = false;
    for (size_t i = 0; i < h->n_events; i++) {
        const struct param_event *p = &h->events[i];
        if (!str_eq(p->name, name) || !since(h, p->known_from_us) || !touches(p->division, at.division)) continue;
        told = true;
        TRY(add_cause(h,
                      (struct hold_cause){.kind = HOLD_PARAM_SET,
                                          .name = name,
                                          .value = p->value_text,
                                          .who = p->by_who,
                                          .document = p->document},
                      e));
    }
    if (told) return RC_OK;
    struct pval then, now;
    TRY(rules_param_value(h->r->p, name, &at, sc->before.as_of, &then, h->r->d, e));
    TRY(rules_param_value(h->r->p, name, &at, sc->w.as_of, &now, h->r->d, e));
    if (then.state == now.state && then.v == now.v && then.w == now.w) return RC_OK;
    return add_cause(h, (struct hold_cause){.kind = HOLD_PARAM_DUE, .name = name}, e);
}

static enum rc param_causes(struct holding *h, const struct ir_output *o, const struct program *p, uint32_t county,
                            struct err *e)
{
    for (size_t i = 0; i < o->n_slots; i++) {
        struct str name = p->slots[o->slots[i]].param;
        bool seen = false;
        for (size_t k = 0; k < i; k++) seen = seen || str_eq(p->slots[o->slots[k]].param, name);
        if (!seen) TRY(param_cause(h, name, county, e));
    }
    return RC_OK;
}

static const struct stored_book *book_named(const struct book_set *s, struct str name)
{
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->books[i].name, name)) return &s->books[i];
    return NULL;
}

static enum rc book_causes(struct holding *h, struct err *e)
{
    for (size_t i = 0; i < h->new_books.n; i++) {
        const struct stored_book *b = &h->new_books.books[i], *old = book_named(&h->old_books, b->name);
        if (old && !memcmp(old->hash, b->hash, BOOK_HASH_BYTES)) continue;
        TRY(add_cause(h, (struct hold_cause){.kind = old ? HOLD_BOOK_CHANGED : HOLD_BOOK_NEW, .name = b->name}, e));
    }
    for (size_t i = 0; i < h->old_books.n; i++)
        if (!book_named(&h->new_books, h->old_books.books[i].name))
            TRY(add_cause(h, (struct hold_cause){.kind = HOLD_BOOK_GONE, .name = h->old_books.books[i].name}, e));
    return RC_OK;
}

static bool reads(const struct holding *h, const struct ir_output *o, struct str dataset)
{
    uint32_t ds = policy_dataset_number(h->r->p, dataset);
    for (size_t i = 0; i < o->n_datasets; i++)
        if (o->datasets[i] == ds) return true;
    return ds == policy_roster(h->r->p);
}

static enum rc delivery_causes(struct holding *h, const struct ir_output *o, int64_t county, struct err *e)
{
    for (size_t i = 0; i < h->deliveries.n; i++) {
        const struct delivery *d = &h->deliveries.v[i];
        if (!reads(h, o, d->dataset) || !touches(d->division, county)) continue;
        struct hold_cause c = {.name = d->dataset, .id = d->id, .from = d->covers_from, .to = d->covers_to};
        bool gone = d->state == DELIVERY_WITHDRAWN && since(h, d->known_to_us);
        c.kind = gone ? HOLD_WITHDRAWN : d->kind == DELIVERY_REPLACES ? HOLD_REPLACED : HOLD_DELIVERED;
        c.other = d->kind == DELIVERY_REPLACES ? d->replaces : 0;
        if (gone || since(h, d->known_from_us)) TRY(add_cause(h, c, e));
    }
    return RC_OK;
}

/* Only what has changed since the screen compared with can be the cause; a first screen has none. */
static enum rc find_causes(struct holding *h, const struct tally *t, struct hold *out, struct err *e)
{
    struct screening *sc = h->r->sc;
    out->first_cause = sc->n_causes;
    if (!sc->before.id) return RC_OK;
    size_t k = sc->env_of_place[h->counties[t->county].place];
    const struct rule_here *here = &sc->here[k * sc->n_rules + t->rule];
    if (here->decl) {
        const struct program *p = h->r->env[k].c.program;
        TRY(param_causes(h, &p->outputs[here->output], p, t->county, e));
        TRY(book_causes(h, e));
        TRY(delivery_causes(h, &p->outputs[here->output], out->county, e));
    }
    out->n_causes = sc->n_causes - out->first_cause;
    return RC_OK;
}

/* ---------------------------------------------------------------- whole */

static bool is_confirmed(const struct screen_options *o, struct str rule)
{
    for (size_t i = 0; i < o->n_confirm; i++) {
        struct str c = o->confirm[i];
        bool part = str_starts(rule, c) && rule.n > c.n && rule.p[c.n] == '.'; /* a measure names both its outputs */
        if (str_eq(c, STR("all")) || str_eq(c, rule) || part) return true;
    }
    return false;
}

static enum rc weigh(struct holding *h, const struct tally *t, struct err *e)
{
    struct screening *sc = h->r->sc;
    struct hold x = {.rule = t->rule,
                     .county = h->counties[t->county].code,
                     .flagged = t->flagged,
                     .before = t->before,
                     .households = judged_in(h, t->rule, t->county)};
    if (!t->flagged) return RC_OK;
    TRY(read_limits(h, t->county, &x, e));
    compare(h, t, &x);
    if (!x.over[HOLD_SHARE] && !x.over[HOLD_GROWTH]) return RC_OK;
    TRY(find_causes(h, t, &x, e));
    x.confirmed = is_confirmed(h->r->o, sc->rules[t->rule].name);
    sc->on_hold = sc->on_hold || !x.confirmed;
    return screen_push(sc->held, sc->n_held, sc->cap_held, x) ? RC_OK : err_nomem(e);
}

static int by_rule(const void *a, const void *b)
{
    const struct tally *x = a, *y = b;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    return x->county < y->county ? -1 : x->county > y->county;
}

static enum rc hold_all(struct holding *h, struct err *e)
{
    struct screening *sc = h->r->sc;
    TRY(count_households(h, e));
    TRY(count_now(h, e));
    TRY(count_before(h, e));
    TRY(param_list(h->r->s, &sc->arena, sc->w.k_us, &h->events, &h->n_events, e));
    if (sc->before.id) {
        TRY(delivery_all(h->r->s, &sc->arena, &h->deliveries, e));
        TRY(book_set_by_hash(h->r->s, &sc->arena, sc->before.book_hash, &h->old_books, e));
        TRY(book_set_by_hash(h->r->s, &sc->arena, sc->book_hash, &h->new_books, e));
        if (!h->old_books.id || !h->new_books.id) h->old_books.n = h->new_books.n = 0;
    }
    if (h->n_tallies) qsort(h->tallies, h->n_tallies, sizeof *h->tallies, by_rule);
    for (size_t i = 0; i < h->n_tallies; i++) TRY(weigh(h, &h->tallies[i], e));
    if (!sc->n_held || sc->on_hold) return RC_OK;
    sc->confirmed_by = h->r->o->by_who;
    sc->confirmed_why = h->r->o->why;
    return RC_OK;
}

enum rc screen_hold(struct run *r, struct err *e)
{
    bool declared = false;
    for (int k = 0; k < HOLD_LIMIT__MAX; k++)
        declared = declared || policy_known(r->p, D_PARAM, str_from(hold_limit_name[k]));
    if (!declared || !r->sc->n_findings) return RC_OK;
    struct holding h = {.r = r};
    map64_init(&h.by_code), map64_init(&h.by_part), map64_init(&h.by_rule);
    enum rc rc = hold_all(&h, e);
    map64_fini(&h.by_code), map64_fini(&h.by_part), map64_fini(&h.by_rule);
    mem_free(h.counties);
    mem_free(h.parts);
    mem_free(h.tallies);
    return rc;
}
