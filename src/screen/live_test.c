/* A what-if says what a screen with those values or books would: random values and books over random files. */
#include <stdlib.h>
#include "base/clock.h"
#include "base/vec.h"
#include "screen/live_int.h"
#include "screen/screen_test_int.h"
#include "store/decision.h"

void live_test(struct test *t);

static const char *const DIRS[] = {"policy/core",   "policy/national", "policy/shaanxi",
                                   "policy/shanxi", "policy/hebei",    "policy/example"};
enum { HOUSEHOLDS = 40, PEOPLE = 8, CASES = 32, TEXTS = 64 };

/* ---------------------------------------------------------------- sets of verdicts */

struct said {
    struct str rule;
    uint32_t household, person;
    uint8_t verdict; /* enum live_verdict */
};
struct set {
    VEC(struct said) v;
};

static int by_subject(const void *a, const void *b)
{
    const struct said *x = a, *y = b;
    if (x->household != y->household) return x->household < y->household ? -1 : 1;
    if (x->person != y->person) return x->person < y->person ? -1 : 1;
    return str_cmp(x->rule, y->rule);
}

static void sort(struct set *s)
{
    if (s->v.n) qsort(s->v.v, s->v.n, sizeof *s->v.v, by_subject);
}

static void add(struct town *w, struct set *s, struct said x)
{
    if (!vec_push(&s->v, 1 << 24, x)) CHECK(w->t, false);
}

/* What the screen says with the policy and settings in force. */
static bool screened(struct town *w, struct set *out, const char *as_of, const char *known_at)
{
    w->so.with_unknown = w->so.dry = true;
    enum rc rc = town_screen(w, as_of, known_at);
    CHECK_I64(w->t, rc, RC_OK);
    if (rc) CHECK_STR(w->t, w->diags.n ? w->diags.v[0].msg : str_from(w->e.msg), STR(""));
    out->v.n = 0;
    for (size_t i = 0; !rc && i < w->sc.n_findings + w->sc.n_unknowns; i++) {
        bool late = i >= w->sc.n_findings;
        const struct finding *f = late ? &w->sc.unknowns[i - w->sc.n_findings] : &w->sc.findings[i];
        enum live_verdict v = f->verdict == VERDICT_TRUE ? LIVE_TRUE : LIVE_UNKNOWN;
        if (f->verdict == VERDICT_FALSE) continue;
        add(w, out, (struct said){str_dup(&w->a, w->sc.rules[f->rule].name), f->household, f->person, (uint8_t)v});
    }
    sort(out);
    return !rc;
}

static void add_bits(struct town *w, const struct live *l, const struct side_rule *r, unsigned subject, struct set *out)
{
    uint32_t n = subject ? l->w.n_people : l->w.n_households;
    for (uint32_t i = 0; i < n; i++) {
        bool yes = row_in(r->bits->yes[subject], i), unknown = row_in(r->bits->unknown[subject], i);
        uint32_t h = subject ? l->w.tables[TABLE_PERSON].owner[i] : i;
        if (yes || unknown)
            add(w, out,
                (struct said){r->name, l->w.household_no[h], subject ? world_person_no(&l->w, i) : 0,
                              yes ? LIVE_TRUE : LIVE_UNKNOWN});
    }
}

static void base_of(struct town *w, const struct live *l, struct set *out)
{
    out->v.n = 0;
    for (size_t i = 0; i < l->base.n_rules; i++)
        for (unsigned k = 0; k < LIVE_SUBJECTS; k++) add_bits(w, l, &l->base.rules[i], k, out);
    sort(out);
}

/* The base with the moves of an answer. */
static void moved(struct town *w, const struct set *base, const struct live_answer *a, struct set *out)
{
    out->v.n = 0;
    for (size_t i = 0; i < base->v.n; i++) {
        bool gone = false;
        for (size_t k = 0; k < a->n_moves && !gone; k++) {
            const struct live_move *m = &a->moves[k];
            gone = m->household == base->v.v[i].household && m->person == base->v.v[i].person &&
                   str_eq(a->rules[m->rule].name, base->v.v[i].rule);
            if (gone) CHECK_I64(w->t, m->before, base->v.v[i].verdict);
        }
        if (!gone) add(w, out, base->v.v[i]);
    }
    for (size_t k = 0; k < a->n_moves; k++) {
        const struct live_move *m = &a->moves[k];
        if (m->after == LIVE_TRUE || m->after == LIVE_UNKNOWN)
            add(w, out, (struct said){a->rules[m->rule].name, m->household, m->person, m->after});
    }
    sort(out);
}

static bool same_sets(struct town *w, const struct set *a, const struct set *b, const char *what)
{
    bool same = a->v.n == b->v.n;
    for (size_t i = 0; same && i < a->v.n; i++)
        same = by_subject(&a->v.v[i], &b->v.v[i]) == 0 && a->v.v[i].verdict == b->v.v[i].verdict;
    test_eq_i64(w->t, same, true, __FILE__, __LINE__, what);
    return same;
}

/* Counts follow from the two sets. */
static void check_counts(struct town *w, const struct live_answer *a, const struct set *before, const struct set *after)
{
    for (size_t r = 0; r < a->n_rules; r++) {
        uint64_t n[2] = {0}, unknown[2] = {0};
        for (int side = 0; side < 2; side++) {
            const struct set *s = side ? after : before;
            for (size_t i = 0; i < s->v.n; i++) {
                if (!str_eq(s->v.v[i].rule, a->rules[r].name)) continue;
                *(s->v.v[i].verdict == LIVE_TRUE ? &n[side] : &unknown[side]) += 1;
            }
        }
        CHECK_I64(w->t, (int64_t)a->rules[r].findings.before, (int64_t)n[0]);
        CHECK_I64(w->t, (int64_t)a->rules[r].findings.after, (int64_t)n[1]);
        CHECK_I64(w->t, (int64_t)a->rules[r].unknown.before, (int64_t)unknown[0]);
        CHECK_I64(w->t, (int64_t)a->rules[r].unknown.after, (int64_t)unknown[1]);
    }
    for (int by = 0; by < LIVE_GROUP_BY__MAX; by++) {
        struct live_tally sum = {0}, rules = {0};
        for (size_t i = 0; i < a->n_group[by]; i++) {
            sum.before += a->group[by][i].findings.before, sum.after += a->group[by][i].findings.after;
            sum.enters += a->group[by][i].households.enters, sum.leaves += a->group[by][i].households.leaves;
        }
        for (size_t i = 0; i < a->n_rules; i++)
            rules.before += a->rules[i].findings.before, rules.after += a->rules[i].findings.after;
        if (!a->n_group[by]) continue;
        CHECK_I64(w->t, (int64_t)sum.before, (int64_t)rules.before);
        if (by == LIVE_CAUSE) continue; /* a rule may have another cause afterwards */
        CHECK_I64(w->t, (int64_t)sum.after, (int64_t)rules.after);
        CHECK_I64(w->t, (int64_t)sum.enters, (int64_t)a->flagged.enters);
        CHECK_I64(w->t, (int64_t)sum.leaves, (int64_t)a->flagged.leaves);
    }
}

/* ---------------------------------------------------------------- reasons */

static bool was_unknown(const struct set *before, struct str rule, const struct finding *f)
{
    for (size_t i = 0; i < before->v.n; i++) {
        const struct said *x = &before->v.v[i];
        if (x->household == f->household && x->person == f->person && str_eq(x->rule, rule))
            return x->verdict == LIVE_UNKNOWN;
    }
    return false;
}

/* How many of those who become unknown by a rule have a reason, by the screen of after. */
static uint64_t screened_why(const struct town *w, const struct set *before, struct str rule, reason want)
{
    uint64_t count = 0;
    for (size_t i = 0; i < w->sc.n_unknowns; i++) {
        const struct finding *f = &w->sc.unknowns[i];
        const reason *v;
        size_t n = reasons_get(w->sc.w.reasons, f->why, &v);
        if (!str_eq(w->sc.rules[f->rule].name, rule) || was_unknown(before, rule, f)) continue;
        for (size_t k = 0; k < n; k++) count += v[k] == want;
    }
    return count;
}

/* Every reason told has the screen's count, and none is missing. */
static uint64_t check_whys(struct town *w, const struct live_answer *a, const struct set *before)
{
    uint64_t told = 0, screened = 0, not_run = 0, places = 0;
    for (size_t i = 0; i < a->n_why; i++) {
        const struct live_why *y = &a->why[i];
        CHECK(w->t, y->text[LANG_EN].n && y->text[LANG_ZH].n);
        *(y->not_run ? &not_run : &told) += y->subjects;
        if (!y->not_run) CHECK_I64(w->t, y->subjects, screened_why(w, before, a->rules[y->rule].name, y->why));
    }
    for (size_t i = 0; i < w->sc.n_unknowns; i++) {
        const reason *v;
        struct str rule = w->sc.rules[w->sc.unknowns[i].rule].name;
        if (!was_unknown(before, rule, &w->sc.unknowns[i]))
            screened += reasons_get(w->sc.w.reasons, w->sc.unknowns[i].why, &v);
    }
    for (size_t i = 0; i < a->n_rules; i++) places += a->rules[i].not_run.enters;
    CHECK_I64(w->t, told, screened);
    CHECK_I64(w->t, not_run, places);
    return told + not_run;
}

/* ---------------------------------------------------------------- a county */

struct world_of {
    struct town w;
    struct county c;
};

static bool make_county(struct world_of *x, struct test *t, const char *name)
{
    if (!town_open(&x->w, t, name, "book t \"空\" { jurisdiction 00 }")) return false;
    if (!town_dirs(&x->w, DIRS, sizeof DIRS / sizeof *DIRS)) return false;
    county_init(&x->c, &x->w, 11);
    x->c.people = HOUSEHOLDS * PEOPLE;
    county_add(&x->c, 0, HOUSEHOLDS);
    for (size_t i = 0; i < x->c.n; i++) county_take(&x->c, &x->w, i, 0, x->c.f[i].n);
    return true;
}

static void end_county(struct world_of *x)
{
    county_fini(&x->c);
    town_close(&x->w);
}

static enum rc open_live(struct town *w, struct live **l, struct policy *also)
{
    struct live_options o = {.as_of = town_day("2026-06-30"),
                             .known_at = town_day("2026-07-31"),
                             .threads = 2,
                             .settings = w->params,
                             .n_settings = w->n_params,
                             .also = also,
                             .category = true};
    enum rc rc = live_open(l, w->s, w->p, NULL, &o, &w->diags, &w->e);
    CHECK_I64(w->t, rc, RC_OK);
    if (rc) CHECK_STR(w->t, w->diags.n ? w->diags.v[0].msg : str_from(w->e.msg), STR(""));
    return rc;
}

/* ---------------------------------------------------------------- random values */

/* A value that the parameter's type takes, or nothing. */
static bool random_value(const struct town *w, struct rng *r, struct str name, char *out, size_t cap)
{
    struct place nation = {0}, hebei = {.division = INT64_C(130000000000)}, shaanxi = {INT64_C(610000000000), NULL, 0};
    const struct decl *d = policy_find(w->p, D_PARAM, name, &nation, town_day("2026-06-30"));
    if (!d) d = policy_find(w->p, D_PARAM, name, &hebei, town_day("2026-06-30"));
    if (!d) d = policy_find(w->p, D_PARAM, name, &shaanxi, town_day("2026-06-30"));
    if (!d) return false;
    const struct type_ref *type = &d->u.param.type;
    unsigned n = (unsigned)rng_below(r, rng_below(r, 2) ? 30 : 20000);
    bool unit = policy_unit(w->p, type->name.text) != UINT16_MAX && type->kind == T_CODES;
    if (type->kind == T_INT) (void)snprintf(out, cap, "%u", n);
    else if (type->kind == T_RATIO) (void)snprintf(out, cap, "%u%%", n % 100);
    else if (type->kind == T_BOOL) (void)snprintf(out, cap, "%s", n % 2 ? "true" : "false");
    else if (type->kind == T_DATE) (void)snprintf(out, cap, "2026-%02u-01", 1 + n % 12);
    else if (unit && type->per.text.n)
        (void)snprintf(out, cap, "%u %.*s/%.*s", n, STR_ARG(type->name.text), STR_ARG(type->per.text));
    else if (unit) (void)snprintf(out, cap, "%u %.*s", n, STR_ARG(type->name.text));
    else return false;
    return true;
}

static struct param_setting random_setting(struct town *w, struct rng *r)
{
    static const int64_t where[] = {
        0, 0, INT64_C(610924000000), INT64_C(130725000000), INT64_C(610924100000), INT64_C(130000000000)};
    size_t n;
    char text[80];
    const struct str *names = policy_names(w->p, D_PARAM, &n);
    for (;;) {
        struct str name = names[rng_below(r, n)];
        if (!random_value(w, r, name, text, sizeof text)) continue;
        return (struct param_setting){.name = name,
                                      .division = where[rng_below(r, sizeof where / sizeof *where)],
                                      .from = town_day("2026-06-30"),
                                      .value_text = str_dup(&w->a, str_from(text))};
    }
}

/* One question against a screen with the same settings. How many verdicts differ. */
static size_t ask(struct town *w, struct live *l, const struct live_change *c, const struct set *base,
                  const struct param_setting *all, size_t n_all, uint64_t *whys)
{
    struct live_answer a;
    struct set got = {0}, want = {0};
    w->diags.n = w->diags.errors = 0;
    enum rc rc = live_whatif(l, c, &a, &w->diags, &w->e);
    if (rc) CHECK_STR(w->t, w->diags.n ? w->diags.v[0].msg : str_from(w->e.msg), STR(""));
    policy_set_events(c->policy ? c->policy : w->p, all, n_all);
    struct policy *now = w->p;
    if (c->policy) w->p = c->policy;
    if (!rc && screened(w, &want, "2026-06-30", "2026-07-31")) {
        moved(w, base, &a, &got);
        if (same_sets(w, &got, &want, "what-if equals screen")) check_counts(w, &a, base, &want);
        *whys += check_whys(w, &a, base);
    }
    w->p = now;
    policy_set_events(w->p, w->params, w->n_params);
    size_t n = a.n_moves;
    live_answer_free(&a);
    vec_fini(&got.v);
    vec_fini(&want.v);
    return n;
}

static void test_values(struct test *t)
{
    struct world_of x;
    struct live *l = NULL;
    struct set base = {0}, want = {0};
    struct rng r;
    size_t moves = 0;
    uint64_t whys = 0;
    if (!make_county(&x, t, "live_values")) return;
    rng_seed(&r, 5);
    for (size_t i = 0; i < TOWN_PARAMS_MAX; i++) x.w.params[x.w.n_params++] = random_setting(&x.w, &r);
    policy_set_events(x.w.p, x.w.params, x.w.n_params);
    if (!open_live(&x.w, &l, NULL)) {
        base_of(&x.w, l, &base);
        CHECK(t, screened(&x.w, &want, "2026-06-30", "2026-07-31"));
        (void)same_sets(&x.w, &base, &want, "base equals screen");
        CHECK(t, base.v.n > 300);
        for (size_t i = 0; i < (t->slow ? 20 * CASES : CASES); i++) {
            struct param_setting all[TOWN_PARAMS_MAX + 3];
            size_t extra = 1 + rng_below(&r, 3);
            memcpy(all, x.w.params, sizeof x.w.params);
            for (size_t k = 0; k < extra; k++) all[x.w.n_params + k] = random_setting(&x.w, &r);
            struct live_change c = {
                .settings = all + x.w.n_params, .n_settings = extra, .checks = true, .by = 15, .why = true};
            moves += ask(&x.w, l, &c, &base, all, x.w.n_params + extra, &whys);
        }
        CHECK(t, moves > 10 && whys > 10);
    }
    live_close(l);
    vec_fini(&base.v);
    vec_fini(&want.v);
    end_county(&x);
}

/* ---------------------------------------------------------------- other books */

/* Folders of books in the test's own folder, with every `from` in them written as `to`. */
static bool copy_books(struct test *t, const char *name, const char *from, const char *to, char dirs[][400],
                       const char **out)
{
    struct arena a;
    struct err e = {.lang = LANG_EN};
    size_t n, changed = 0;
    const char **names;
    arena_init(&a, MIB(64));
    out[sizeof DIRS / sizeof *DIRS - 1] = DIRS[sizeof DIRS / sizeof *DIRS - 1]; /* values only */
    for (size_t i = 0; i + 1 < sizeof DIRS / sizeof *DIRS; i++) {
        (void)snprintf(dirs[i], 400, "%s/%s-%zu", t->tmp_dir, name, i);
        out[i] = dirs[i];
        if (io_make_dir(dirs[i], &e) || io_list_dir(&a, DIRS[i], &names, &n, &e)) break;
        for (size_t k = 0; k < n; k++) {
            char path[IO_PATH_MAX];
            struct buf text, b;
            buf_init(&text, MIB(4));
            buf_init(&b, MIB(4));
            (void)snprintf(path, sizeof path, "%s/%s", DIRS[i], names[k]);
            CHECK_I64(t, io_read_file(path, &text, &e), RC_OK);
            struct str rest = buf_str(&text);
            for (size_t at; (at = str_find(rest, str_from(from), 0)) != SIZE_MAX; changed++) {
                buf_add(&b, str_sub(rest, 0, at));
                buf_addz(&b, to);
                rest = str_sub(rest, at + strlen(from), rest.n);
            }
            buf_add(&b, rest);
            (void)snprintf(path, sizeof path, "%s/%s", dirs[i], names[k]);
            CHECK_I64(t, io_write_file(path, buf_str(&b), 0600, &e), RC_OK);
            buf_fini(&text);
            buf_fini(&b);
        }
    }
    arena_fini(&a);
    CHECK_STR(t, str_from(e.msg), STR(""));
    CHECK(t, changed > 0);
    return changed > 0;
}

/* Ask what other books would change; some share the world, some need one of their own. */
static size_t ask_books(struct world_of *x, const char *const *dirs, size_t n, const char *name)
{
    struct town other;
    struct live *l = NULL;
    struct set base = {0};
    size_t moves = 0;
    if (!town_open(&other, x->w.t, name, "book t \"空\" { jurisdiction 00 }")) return 0;
    if (town_dirs(&other, dirs, n)) {
        policy_set_events(other.p, x->w.params, x->w.n_params);
        if (!open_live(&x->w, &l, other.p)) {
            struct live_change c = {.policy = other.p, .checks = true, .by = 15, .why = true};
            uint64_t whys = 0;
            base_of(&x->w, l, &base);
            for (int again = 0; again < 2; again++) moves = ask(&x->w, l, &c, &base, x->w.params, x->w.n_params, &whys);
        }
        live_close(l);
    }
    vec_fini(&base.v);
    town_close(&other);
    return moves;
}

static void test_books(struct test *t)
{
    static const struct {
        const char *from, *to;
    } edits[] = {{"within 12 months", "within 6 months"}, {">= 60", ">= 50"}, {"eligible when ", "eligible when not "}};
    struct world_of x;
    size_t moves = 0;
    if (!make_county(&x, t, "live_books")) return;
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        char dirs[sizeof DIRS / sizeof *DIRS][400], name[40];
        const char *out[sizeof DIRS / sizeof *DIRS];
        (void)snprintf(name, sizeof name, "live_edit%zu", i);
        if (copy_books(t, name, edits[i].from, edits[i].to, dirs, out))
            moves += ask_books(&x, out, sizeof DIRS / sizeof *DIRS, name);
    }
    moves += ask_books(&x, DIRS, sizeof DIRS / sizeof *DIRS - 1, "live_less"); /* no values: rules are not run */
    CHECK_I64(t, (int64_t)ask_books(&x, DIRS, sizeof DIRS / sizeof *DIRS, "live_same"), 0);
    CHECK(t, moves > 20);
    end_county(&x);
}

/* ---------------------------------------------------------------- deliveries */

/* Lines from..to-1 of a file of the county, as one that arrives. path: 600 bytes. */
static struct import_options arriving(struct town *w, const struct county_file *f, size_t from, size_t to, char *path)
{
    struct buf b;
    buf_init(&b, MIB(64));
    buf_add(&b, f->header);
    for (size_t i = from; i < to; i++) buf_add(&b, f->line[i]);
    (void)snprintf(path, 600, "%s.arrives.csv", w->path);
    CHECK_I64(w->t, io_write_file(path, buf_str(&b), 0600, &w->e), RC_OK);
    buf_fini(&b);
    return (struct import_options){.file = path,
                                   .dataset = f->dataset,
                                   .division = f->division,
                                   .covers_from = town_day(f->from),
                                   .covers_to = town_day(f->to),
                                   .received = town_day("2026-07-05"),
                                   .adds = from > 0,
                                   .by_who = STR("tester")};
}

static void check_base(struct town *w, const struct live *l, const char *what)
{
    struct set got = {0}, want = {0};
    struct buf why;
    buf_init(&why, KIB(4));
    if (screened(w, &want, "2026-06-30", "2026-07-31")) {
        base_of(w, l, &got);
        (void)same_sets(w, &got, &want, what);
    }
    CHECK(w->t, frame_valid(&l->w.frame, &why));
    buf_fini(&why);
    vec_fini(&got.v);
    vec_fini(&want.v);
}

/* Files of a county that arrive one by one, each judged as a screen would. How many verdicts differ. */
static size_t arrive(struct world_of *x, struct live *l, const struct county_file *f, size_t from, size_t to)
{
    struct town *w = &x->w;
    struct set before = {0}, got = {0}, want = {0};
    struct live_answer a;
    struct import_report r;
    char path[600];
    struct import_options o = arriving(w, f, from, to, path);
    struct live_change c = {.checks = true, .by = 15};
    base_of(w, l, &before);
    enum rc rc = live_month(l, &o, &w->out, &c, &r, &a, &w->diags, &w->e);
    CHECK_I64(w->t, rc, RC_OK);
    if (rc) CHECK_STR(w->t, str_from(w->e.msg), STR(""));
    if (!rc && screened(w, &want, "2026-06-30", "2026-07-31")) {
        moved(w, &before, &a, &got);
        (void)same_sets(w, &got, &want, "a delivery that arrives equals a screen");
        check_counts(w, &a, &before, &want);
        check_base(w, l, "the base afterwards");
    }
    size_t n = a.n_moves;
    live_answer_free(&a);
    vec_fini(&before.v);
    vec_fini(&got.v);
    vec_fini(&want.v);
    return n;
}

/* Two thirds of a county's files; the others arrive. */
static bool make_part(struct world_of *x, struct test *t, const char *name)
{
    if (!town_open(&x->w, t, name, "book t \"空\" { jurisdiction 00 }")) return false;
    if (!town_dirs(&x->w, DIRS, sizeof DIRS / sizeof *DIRS)) return false;
    county_init(&x->c, &x->w, 11);
    x->c.people = HOUSEHOLDS * PEOPLE;
    county_add(&x->c, 0, HOUSEHOLDS);
    for (size_t i = 0; i < x->c.n; i++)
        if (i < COUNTY_COUNTIES || i % 3) county_take(&x->c, &x->w, i, 0, x->c.f[i].n);
    return true;
}

static void test_deliveries(struct test *t)
{
    struct world_of x;
    struct live *l = NULL;
    size_t moves = 0, files = 0;
    if (!make_part(&x, t, "live_arrive")) return;
    if (!open_live(&x.w, &l, NULL)) {
        struct param_setting set = {STR("income_line"), INT64_C(610924000000), 0, STR("9000 yuan/person")};
        struct live_change c = {.settings = &set, .n_settings = 1, .checks = true};
        struct live_answer a;
        for (size_t i = COUNTY_COUNTIES; i < x.c.n; i++) {
            if (i % 3) continue;
            CHECK_I64(t, live_whatif(l, &c, &a, &x.w.diags, &x.w.e), RC_OK); /* fills what is kept */
            live_answer_free(&a);
            moves += arrive(&x, l, &x.c.f[i], 0, x.c.f[i].n);
            files++;
        }
        CHECK(t, moves > 50);
        CHECK(t, l->w.merged > 3 && l->w.merged < files); /* some are read again: what they hang on arrived too */
    }
    live_close(l);
    end_county(&x);
}

static const struct county_file *file_of(struct world_of *x, const char *dataset)
{
    for (size_t i = COUNTY_COUNTIES; i < x->c.n; i++)
        if (str_eq(x->c.f[i].dataset, str_from(dataset)) && x->c.f[i].n > 8) return &x->c.f[i];
    CHECK(x->w.t, false);
    return &x->c.f[COUNTY_COUNTIES];
}

/* Rows that are there already, by their keys, make the dataset be read again; others are put between. The same bytes
 * once more change nothing. */
static void test_repeated(struct test *t)
{
    struct world_of x;
    struct live *l = NULL;
    if (!make_county(&x, t, "live_repeated")) return;
    const struct county_file *f = file_of(&x, "medical");
    if (!open_live(&x.w, &l, NULL)) {
        (void)arrive(&x, l, f, 1, f->n / 2);
        CHECK_I64(t, l->w.merged, 0);
        CHECK_I64(t, (int64_t)arrive(&x, l, f, 1, f->n / 2), 0);
        CHECK_I64(t, l->w.merged, 0);
    }
    live_close(l);
    end_county(&x);
}

/* ---------------------------------------------------------------- decisions */

static void ask_nothing(struct town *w, struct live *l, const char *what)
{
    struct live_change c = {.checks = true};
    struct live_answer a;
    CHECK_I64(w->t, live_whatif(l, &c, &a, &w->diags, &w->e), RC_OK);
    live_answer_free(&a);
    check_base(w, l, what);
}

/* Two people found to be one while a world is open, and made two again. */
static void test_decided(struct test *t)
{
    struct world_of x;
    struct live *l = NULL;
    struct decision d = {.subject = DECISION_PEOPLE,
                         .verdict = DECISION_SAME,
                         .person = 3,
                         .other = 9,
                         .score_pm = -1,
                         .known_from_us = 1,
                         .by_who = STR("chen"),
                         .reason = STR("test")};
    if (!make_county(&x, t, "live_decided")) return;
    struct town *w = &x.w;
    if (!open_live(w, &l, NULL)) {
        uint32_t people = l->w.n_people;
        ask_nothing(w, l, "before");
        CHECK_I64(t, store_begin(w->s, &w->e), RC_OK);
        CHECK_I64(t, db_finish(store_db(w->s), decision_add(w->s, &d, &w->e), &w->e), RC_OK);
        ask_nothing(w, l, "two people are one");
        CHECK_I64(t, l->w.n_people, people - 1);
        CHECK_I64(t, store_begin(w->s, &w->e), RC_OK);
        CHECK_I64(t, db_finish(store_db(w->s), decision_undo(w->s, d.id, 2, d.by_who, d.reason, &w->e), &w->e), RC_OK);
        ask_nothing(w, l, "and two again");
        CHECK_I64(t, l->w.n_people, people);
    }
    live_close(l);
    end_county(&x);
}

/* ---------------------------------------------------------------- cancelling */

static void test_cancel(struct test *t)
{
    struct world_of x;
    struct live *l = NULL;
    struct set base = {0};
    uint64_t whys = 0;
    if (!make_county(&x, t, "live_cancel")) return;
    if (!open_live(&x.w, &l, NULL)) {
        _Atomic bool cancel = true;
        struct param_setting set = {STR("near_ratio"), 0, 0, STR("200%")};
        struct live_change c = {.settings = &set, .n_settings = 1, .cancel = &cancel};
        struct live_answer a;
        base_of(&x.w, l, &base);
        CHECK_I64(t, live_whatif(l, &c, &a, &x.w.diags, &x.w.e), RC_CONFLICT);
        CHECK_I64(t, (int64_t)a.n_rules, 0);
        cancel = false;
        (void)ask(&x.w, l, &c, &base, &set, 1, &whys);
    }
    live_close(l);
    vec_fini(&base.v);
    end_county(&x);
}

/* What is cancelled before it is stored never was; afterwards the next call, of either kind, judges it first. */
static void cancel_month(struct world_of *x, struct live *l, const struct county_file *f, bool stored)
{
    struct town *w = &x->w;
    _Atomic bool yes = true, no = false;
    struct live_answer a;
    struct import_report r;
    struct set before = {0}, after = {0};
    char path[600];
    struct import_options o = arriving(w, f, 0, f->n, path);
    struct live_change c = {.cancel = &yes};
    o.cancel = stored ? &no : NULL;
    base_of(w, l, &before);
    CHECK_I64(w->t, live_month(l, &o, &w->out, &c, &r, &a, &w->diags, &w->e), RC_CONFLICT);
    CHECK_I64(w->t, r.delivery.state == DELIVERY_PUBLISHED, stored);
    CHECK_I64(w->t, (int64_t)a.n_rules, 0);
    base_of(w, l, &after);
    (void)same_sets(w, &before, &after, "cancelled: the base is as it was");
    if (stored) CHECK_I64(w->t, live_whatif(l, &c, &a, &w->diags, &w->e), RC_CONFLICT); /* cancelled again */
    vec_fini(&before.v);
    vec_fini(&after.v);
}

static void test_cancel_month(struct test *t)
{
    struct world_of x;
    struct live *l = NULL;
    struct live_change none = {.checks = true, .by = 15};
    struct live_answer a;
    if (!make_part(&x, t, "live_cancel_month")) return;
    const struct county_file *f[3];
    size_t n = 0;
    for (size_t i = COUNTY_COUNTIES; i < x.c.n && n < 3; i++)
        if (i % 3 == 0) f[n++] = &x.c.f[i];
    if (CHECK(t, n == 3), n == 3 && !open_live(&x.w, &l, NULL)) {
        cancel_month(&x, l, f[0], false);
        check_base(&x.w, l, "cancelled before it was stored");
        (void)arrive(&x, l, f[0], 0, f[0]->n);
        cancel_month(&x, l, f[1], true);
        CHECK_I64(t, live_whatif(l, &none, &a, &x.w.diags, &x.w.e), RC_OK);
        CHECK_I64(t, (int64_t)a.n_moves, 0);
        live_answer_free(&a);
        check_base(&x.w, l, "a question judged it first");
        cancel_month(&x, l, f[2], true);
        struct import_options folder = {.file = "/", .dataset = f[2]->dataset};
        struct import_report r;
        CHECK_I64(t, live_month(l, &folder, &x.w.out, &none, &r, &a, &x.w.diags, &x.w.e), RC_INPUT);
        check_base(&x.w, l, "the next file judged it first, and was none");
    }
    live_close(l);
    end_county(&x);
}

/* ---------------------------------------------------------------- several threads */

enum { ASKERS = 4, ASKED = 12, SETTINGS = 24 };
struct askers {
    struct live *l;
    struct param_setting set[ASKERS][SETTINGS];
    size_t want[ASKERS], got[ASKERS][ASKED];
};

static enum rc ask_one(struct askers *x, size_t who, size_t *moves, struct err *e)
{
    struct arena arena;
    struct diags d;
    struct live_answer a;
    struct live_change c = {.settings = x->set[who], .n_settings = SETTINGS, .checks = true, .by = 15};
    arena_init(&arena, MIB(1));
    diags_init(&d, &arena, LANG_EN);
    enum rc rc = live_whatif(x->l, &c, &a, &d, e);
    if (!rc) *moves = a.n_moves;
    if (!rc) live_answer_free(&a);
    arena_fini(&arena);
    return rc;
}

static enum rc ask_task(void *ctx, size_t who, unsigned thread, struct err *e)
{
    struct askers *x = ctx;
    (void)thread;
    for (size_t i = 0; i < ASKED; i++) TRY(ask_one(x, who, &x->got[who][i], e));
    return RC_OK;
}

static void test_threads(struct test *t)
{
    struct world_of x;
    struct askers asked = {0};
    struct rng r;
    size_t different = 0;
    if (!make_county(&x, t, "live_threads")) return;
    rng_seed(&r, 7);
    for (size_t i = 0; i < ASKERS * SETTINGS; i++) asked.set[i / SETTINGS][i % SETTINGS] = random_setting(&x.w, &r);
    if (!open_live(&x.w, &asked.l, NULL)) {
        for (size_t k = 0; k < ASKERS; k++) CHECK_I64(t, ask_one(&asked, k, &asked.want[k], &x.w.e), RC_OK);
        CHECK_I64(t, par_run(ASKERS, ASKERS, ask_task, &asked, &x.w.e), RC_OK);
        for (size_t k = 0; k < ASKERS; k++)
            for (size_t i = 0; i < ASKED; i++) CHECK_I64(t, (int64_t)asked.got[k][i], (int64_t)asked.want[k]);
        for (size_t k = 1; k < ASKERS; k++) different += asked.want[k] != asked.want[0];
        CHECK(t, different > 0);
    }
    live_close(asked.l);
    end_county(&x);
}

void live_test(struct test *t)
{
    if (TEST(t, "a what-if of values says what a screen with them would")) test_values(t);
    if (TEST(t, "a what-if of books says what a screen with them would")) test_books(t);
    if (TEST(t, "a delivery that arrives is judged as a screen would")) test_deliveries(t);
    if (TEST(t, "a delivery that repeats rows is judged as a screen would")) test_repeated(t);
    if (TEST(t, "what is decided while it is open is seen")) test_decided(t);
    if (TEST(t, "a question that was cancelled leaves the next one right")) test_cancel(t);
    if (TEST(t, "a delivery that was cancelled leaves the next answer right")) test_cancel_month(t);
    if (TEST(t, "questions of several threads are answered one after the other")) test_threads(t);
}
