#include "app/diff_people.h"
#include <stdlib.h>
#include "base/map.h"
#include "base/par.h"
#include "base/vec.h"
#include "screen/screen.h"

enum { DIFF_SEEN_MAX = 1 << 30, DIFF_COUNTS_MAX = 1 << 24 };

/* A subject that a rule finds, or cannot judge. */
struct seen {
    uint32_t rule, household, person;
    bool unknown;
    int64_t county;
};

struct side {
    VEC(struct seen) list;
};

struct comparison {
    struct intern rules;
    struct side before, after;
    VEC(struct diff_count) counts;
    struct map64 at; /* rule and county -> count */
};

/* ---------------------------------------------------------------- one set of books */

static bool keep(struct comparison *c, struct side *s, const struct screening *sc, const struct map64 *rows,
                 const struct finding *f)
{
    uint32_t row = map64_get(rows, f->household), rule = intern_add(&c->rules, sc->rules[f->rule].name);
    int64_t division = row == UINT32_MAX ? 0 : sc->w.frame.division[row];
    struct seen x = {rule, f->household, f->person, f->verdict == VERDICT_UNKNOWN,
                     division ? division_truncate(division, DIVISION_COUNTY) : 0};
    return rule != UINT32_MAX && vec_push(&s->list, DIFF_SEEN_MAX, x);
}

static bool take(struct comparison *c, struct side *s, const struct screening *sc)
{
    struct map64 rows;
    map64_init(&rows);
    bool ok = map64_reserve(&rows, sc->w.n_households + 1);
    for (uint32_t i = 0; i < sc->w.n_households && ok; i++) ok = map64_put(&rows, sc->w.household_no[i], i);
    for (size_t i = 0; i < sc->n_findings && ok; i++)
        if (sc->findings[i].verdict != VERDICT_FALSE) ok = keep(c, s, sc, &rows, &sc->findings[i]);
    for (size_t i = 0; i < sc->n_unknowns && ok; i++) ok = keep(c, s, sc, &rows, &sc->unknowns[i]);
    map64_fini(&rows);
    return ok;
}

static int by_rule(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    if (x->household != y->household) return x->household < y->household ? -1 : 1;
    return x->person < y->person ? -1 : x->person > y->person;
}

/* The parameters set in the data folder hold for both sets of books. */
static enum rc settings(struct session *db, struct arena *a, struct param_setting **out, size_t *n, struct err *e)
{
    struct param_event *v;
    TRY(param_list(db->store, a, db->k_us, &v, n, e));
    *out = ARENA_ARRAY(a, struct param_setting, *n + 1);
    if (!*out) return err_nomem(e);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = (struct param_setting){v[i].name, v[i].division, v[i].from_day, v[i].value_text};
    return RC_OK;
}

static enum rc judge(struct session *db, const struct args *a, struct session *books, struct comparison *c,
                     struct side *s, struct arena *arena, struct err *e)
{
    static const uint8_t no_hash[SCREEN_HASH_BYTES];
    struct screening sc;
    struct param_setting *set;
    size_t n;
    TRY(settings(db, arena, &set, &n, e));
    policy_set_events(books->policy, set, n);
    struct screen_options o = {.as_of = a->opt[OPTION_AS_OF].from,
                               .known_at = db->known_at,
                               .k_us = db->k_us,
                               .with_unknown = true,
                               .threads = par_threads(),
                               .dry = true,
                               .alone = true};
    enum rc rc = screen_run(&sc, db->store, books->policy, no_hash, &db->divs, &o, &books->diags, e);
    if (!rc && !take(c, s, &sc)) rc = err_nomem(e);
    screening_free(&sc);
    policy_set_events(books->policy, NULL, 0);
    if (s->list.n) qsort(s->list.v, s->list.n, sizeof *s->list.v, by_rule);
    return rc;
}

/* ---------------------------------------------------------------- side by side */

static struct diff_count *count_of(struct comparison *c, const struct seen *x)
{
    uint64_t key = (uint64_t)x->rule << 40 ^ (uint64_t)(x->county / 1000000);
    uint32_t i = map64_get(&c->at, key);
    if (i != UINT32_MAX) return &c->counts.v[i];
    struct diff_count n = {.rule = c->rules.texts[x->rule], .county = x->county};
    if (!vec_push(&c->counts, DIFF_COUNTS_MAX, n) || !map64_put(&c->at, key, (uint32_t)(c->counts.n - 1))) return NULL;
    return &c->counts.v[c->counts.n - 1];
}

/* One subject before and after; NULL: not found and judged. */
static bool add(struct comparison *c, const struct seen *x, const struct seen *y)
{
    struct diff_count *n = count_of(c, y ? y : x);
    if (!n) return false;
    bool was = x && !x->unknown, is = y && !y->unknown;
    n->before += was, n->after += is;
    n->unknown_before += x && x->unknown, n->unknown_after += y && y->unknown;
    n->enter += is && !was, n->leave += was && !is;
    n->enter_unknown += is && x && x->unknown, n->leave_unknown += was && y && y->unknown;
    return true;
}

static bool merge(struct comparison *c)
{
    size_t i = 0, k = 0;
    bool ok = true;
    while (ok && (i < c->before.list.n || k < c->after.list.n)) {
        const struct seen *x = i < c->before.list.n ? &c->before.list.v[i] : NULL,
                          *y = k < c->after.list.n ? &c->after.list.v[k] : NULL;
        int order = !x ? 1 : !y ? -1 : by_rule(x, y);
        ok = add(c, order <= 0 ? x : NULL, order >= 0 ? y : NULL);
        i += order <= 0, k += order >= 0;
    }
    return ok;
}

static int by_name(const void *a, const void *b)
{
    const struct diff_count *x = a, *y = b;
    int order = str_cmp(x->rule, y->rule);
    return order ? order : x->county < y->county ? -1 : x->county > y->county;
}

static bool result(struct comparison *c, struct arena *a, struct diff_people *out)
{
    out->v = ARENA_ARRAY(a, struct diff_count, c->counts.n + 1);
    for (size_t i = 0; out->v && i < c->counts.n; i++) {
        const struct diff_count *n = &c->counts.v[i];
        if (!n->enter && !n->leave && n->unknown_before == n->unknown_after) continue;
        out->v[out->n] = *n;
        if (!(out->v[out->n++].rule = str_dup(a, n->rule)).p) return false;
    }
    if (out->v && out->n) qsort(out->v, out->n, sizeof *out->v, by_name);
    return out->v != NULL;
}

static enum rc compare(struct session *db, const struct args *a, struct session *before, struct session *after,
                       struct comparison *c, struct arena *arena, struct diff_people *out, struct err *e)
{
    TRY(judge(db, a, before, c, &c->before, arena, e));
    TRY(judge(db, a, after, c, &c->after, arena, e));
    return merge(c) && result(c, arena, out) ? RC_OK : err_nomem(e);
}

enum rc diff_people(struct app *app, const struct args *a, struct session *before, struct session *after,
                    struct arena *arena, struct diff_people *out, struct err *e)
{
    struct session db;
    struct args named = *a;
    struct comparison c = {.at = {0}};
    *out = (struct diff_people){0};
    named.arg[0] = a->opt[OPTION_DB].text;
    named.n = 1;
    intern_init(&c.rules, arena);
    map64_init(&c.at);
    enum rc rc = session_open(&db, app, &named, STORE_READ, SESSION_DIVISIONS, a->opt[OPTION_KNOWN_AT].from, e);
    if (!rc) rc = compare(&db, a, before, after, &c, arena, out, e);
    session_close(&db);
    vec_fini(&c.before.list);
    vec_fini(&c.after.list);
    vec_fini(&c.counts);
    map64_fini(&c.at);
    intern_fini(&c.rules);
    return rc;
}

/* ---------------------------------------------------------------- telling */

enum rc diff_people_say(struct app *app, struct arena *a, const struct diff_people *p, struct err *e)
{
    struct table t;
    if (!p->n) {
        out_say(&app->out, "In this data nobody enters or leaves.\n", "在这些数据上没有人新进或退出。\n");
        return RC_OK;
    }
    table_init(&t, a,
               lang_pick(app->lang,
                         "rule|county|>before|>after|>enter|>leave|>were not judged|>no longer judged|>unknown before|"
                         ">unknown after",
                         "规则|县|>原有|>现有|>新进|>退出|>其中原不能判断|>其中现不能判断|>原不能判断|>现不能判断"));
    for (size_t i = 0; i < p->n; i++) {
        const struct diff_count *n = &p->v[i];
        char code[DIVISION_TEXT_MAX];
        table_cell(&t, n->rule);
        table_z(&t, n->county ? division_format_short(n->county, code) : "-");
        table_number(&t, (int64_t)n->before);
        table_number(&t, (int64_t)n->after);
        table_number(&t, (int64_t)n->enter);
        table_number(&t, (int64_t)n->leave);
        table_number(&t, (int64_t)n->enter_unknown);
        table_number(&t, (int64_t)n->leave_unknown);
        table_number(&t, (int64_t)n->unknown_before);
        table_number(&t, (int64_t)n->unknown_after);
    }
    return table_print(&t, &app->out, e);
}

void diff_people_json(struct json *j, const struct diff_people *p)
{
    json_open(j, "people", '[');
    for (size_t i = 0; i < p->n; i++) {
        const struct diff_count *n = &p->v[i];
        json_open(j, NULL, '{');
        json_text(j, "rule", n->rule);
        json_division(j, "county", n->county);
        json_number(j, "before", (int64_t)n->before);
        json_number(j, "after", (int64_t)n->after);
        json_number(j, "enter", (int64_t)n->enter);
        json_number(j, "leave", (int64_t)n->leave);
        json_number(j, "enter_unknown", (int64_t)n->enter_unknown);
        json_number(j, "leave_unknown", (int64_t)n->leave_unknown);
        json_number(j, "unknown_before", (int64_t)n->unknown_before);
        json_number(j, "unknown_after", (int64_t)n->unknown_after);
        json_close(j, '}');
    }
    json_close(j, ']');
}
