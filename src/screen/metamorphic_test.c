/* What must not matter does not: the order of rows and files, how they are cut, threads, an unrelated household. */
#include <stdio.h>
#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "ident/citizen_id.h"
#include "screen/screen_test_int.h"

void metamorphic_test(struct test *t);

enum { MEMBERS_MOST = 5, ROWS_MAX = 3, PEOPLE_PER_HOUSEHOLD = 8, LINE_BYTES = 4096, LINES_MAX = 100000 };

/* ---------------------------------------------------------------- cells */

struct cell_maker {
    struct county *c;
    struct rng r;
    const struct county_file *f;
    const struct dataset_decl *d;
    unsigned household, member;
    uint64_t home; /* seed of what is one value a household */
};

static bool chance(struct rng *r, unsigned percent) { return rng_below(r, 100) < percent; }

/* People of all ages. */
static struct town_text county_id(unsigned person)
{
    struct town_text t;
    uint64_t day = (uint64_t)(1940 + person * 7 % 86) * 10000 + (1 + person / 28 % 12) * 100 + 1 + person % 28;
    (void)citizen_key_format((UINT64_C(610926) * 100000000 + day) * 1000 + person % 1000, t.z);
    return t;
}

static void make_id(struct cell_maker *m, unsigned person, struct buf *b)
{
    struct town_text id_text = county_id(person);
    const char *id = id_text.z;
    if (chance(&m->r, 1)) buf_addf(b, "%.17s*", id);
    else buf_addz(b, id);
}

static void make_code(struct cell_maker *m, struct rng *r, const struct decl *codes, bool set, struct buf *b)
{
    size_t n = codes->u.codes.n, k = rng_below(r, n);
    bool head = str_eq(codes->u.codes.v[0].name.text, STR("户主"));
    if (head) k = m->member == 0 || chance(r, 4) ? 0 : 1 + k % (n - 1);
    buf_addc(b, '"');
    buf_add(b, codes->u.codes.v[k].label);
    if (set && chance(r, 30)) buf_addf(b, ",%.*s", STR_ARG(codes->u.codes.v[(k + 1) % n].label));
    buf_addc(b, '"');
}

static void make_date(struct cell_maker *m, struct rng *r, const struct field_decl *f, struct buf *b)
{
    char day[DATE_TEXT_MAX];
    bool time = str_eq(f->name.text, m->d->time_field.text);
    date_day from = town_day("2025-07-01");
    if (m->d->kind == DK_SNAPSHOT && str_eq(f->name.text, STR("counted_on"))) {
        buf_addz(b, m->d->period == PER_TERM ? m->f->from : m->f->to);
        return;
    }
    if (str_eq(f->name.text, STR("born"))) from = town_day("1940-01-01");
    date_format((date_day)(from + (date_day)rng_below(r, (uint64_t)(town_day("2026-06-30") - from) + 1)), day);
    if (chance(r, time ? 3 : 6)) buf_addf(b, "%.7s", day);
    else buf_addz(b, day);
}

static void make_ref(struct cell_maker *m, bool household, struct buf *b)
{
    uint64_t who = rng_below(&m->r, m->c->people);
    if (household) buf_addf(b, "H%05u", (unsigned)(who / PEOPLE_PER_HOUSEHOLD));
    else make_id(m, (unsigned)(chance(&m->r, 10) ? 15000 + who % 1000 : who), b);
}

static void make_value(struct cell_maker *m, struct rng *r, const struct field_decl *f, struct buf *b)
{
    struct policy *p = m->c->w->p;
    struct place nation = {0};
    bool unit = f->type.kind == T_QUANTITY || policy_unit(p, f->type.name.text) != UINT16_MAX;
    const struct decl *codes = f->type.name.text.n && !unit
                                   ? policy_find(p, D_CODES, f->type.name.text, &nation, town_day("2026-06-30"))
                                   : NULL;
    if (f->type.kind == T_REF) make_ref(m, str_eq(f->type.name.text, STR("household")), b);
    else if (codes) make_code(m, r, codes, f->type.kind == T_SET, b);
    else if (f->type.kind == T_DATE) make_date(m, r, f, b);
    else if (f->type.kind == T_BOOL) buf_addz(b, chance(r, 60) ? "是" : "否");
    else if (f->type.kind == T_DIVISION) buf_addf(b, "%lld", (long long)m->f->division);
    else if (f->type.kind == T_TEXT) buf_addf(b, "t%u", (unsigned)rng_below(r, 12));
    else if (f->type.kind == T_RATIO) buf_addf(b, "0.%u", (unsigned)rng_below(r, 10));
    else if (unit) buf_addf(b, "%u", (unsigned)rng_below(r, chance(r, 50) ? 40 : 20000));
    else buf_addf(b, "%u", (unsigned)rng_below(r, 10));
}

/* What the ID says, nearly always. */
static bool by_id(struct cell_maker *m, struct str field, unsigned person, struct buf *b)
{
    struct town_text id = county_id(person);
    bool born = str_eq(field, STR("born")), sex = str_eq(field, STR("sex"));
    if ((!born && !sex) || chance(&m->r, 4)) return false;
    if (born) buf_addf(b, "%.4s-%.2s-%.2s", id.z + 6, id.z + 10, id.z + 12);
    else buf_addz(b, id.z[16] % 2 ? "男" : "女");
    return true;
}

static void make_cell(struct cell_maker *m, const struct field_decl *f, bool roster, struct buf *b)
{
    struct str name = f->name.text;
    struct rng home;
    unsigned person = m->household * PEOPLE_PER_HOUSEHOLD + m->member;
    rng_seed(&home, m->home ^ str_hash(name));
    if (m->d->person_by.n > 0 && str_eq(name, m->d->person_by.v[0].text)) {
        unsigned i = chance(&m->r, 2) ? 15000 + person % 1000 : person; /* dirt: somebody else, nobody */
        if (roster && person % 31 == 30) i = person % 62 == 30 ? person - 1 : UINT32_MAX;
        if (i != UINT32_MAX) make_id(m, i, b);
    } else if (m->d->person_by.n > 1 && str_eq(name, m->d->person_by.v[1].text)) {
        buf_addf(b, chance(&m->r, roster ? 0 : 3) ? "别人" : "人%u", person);
    } else if (roster && str_eq(name, m->d->household_by.text)) {
        buf_addf(b, "H%05u", m->household);
    } else if (roster && str_eq(name, m->d->lives_in.text)) {
        buf_addf(b, "%lld", (long long)(m->f->division + 100201 + m->household % 3));
    } else if (!chance(f->of_household ? &home : &m->r, 10)) {
        if (roster && by_id(m, name, person, b)) return;
        make_value(m, f->of_household && !chance(&m->r, 3) ? &home : &m->r, f, b);
        if (!roster && chance(&m->r, 1)) buf_addz(b, "??");
    }
}

/* ---------------------------------------------------------------- files */

static const int64_t COUNTIES[COUNTY_COUNTIES] = {INT64_C(610924000000), INT64_C(130725000000)};

static void make_line(struct cell_maker *m, struct county_file *f, bool roster)
{
    struct buf b;
    buf_init(&b, LINE_BYTES);
    for (size_t i = 0, k = 0; i < m->d->n_fields; i++) {
        if (m->d->fields[i].derived) continue;
        if (k++) buf_addc(&b, ',');
        make_cell(m, &m->d->fields[i], roster, &b);
    }
    buf_addc(&b, '\n');
    if (f->n == f->cap && !vec_grow(&f->line, &f->cap, f->n, sizeof *f->line, LINES_MAX)) CHECK(m->c->w->t, false);
    else f->line[f->n++] = str_dup(&m->c->a, buf_str(&b));
    CHECK(m->c->w->t, !b.failed);
    buf_fini(&b);
}

static const struct dataset_decl *decl_of(struct county *c, struct str dataset)
{
    struct place nation = {0};
    const struct decl *d = policy_find(c->w->p, D_DATASET, dataset, &nation, town_day("2026-06-30"));
    return d ? &d->u.dataset : NULL;
}

static void add_file(struct county *c, struct str dataset, int64_t division)
{
    const struct dataset_decl *d = decl_of(c, dataset);
    if (!d || c->n == COUNTY_FILES_MAX) return;
    struct county_file *f = &c->f[c->n++];
    struct buf b;
    *f = (struct county_file){.dataset = dataset, .division = division, .from = "2025-07-01", .to = "2026-06-30"};
    if (d->kind == DK_SNAPSHOT && d->period == PER_MONTH) f->from = "2026-06-01";
    if (d->kind == DK_SNAPSHOT && d->period == PER_QUARTER) f->from = "2026-04-01";
    if (d->kind == DK_SNAPSHOT && d->period == PER_TERM) f->from = "2026-03-01", f->to = "2026-08-31";
    if (d->period == PER_YEAR) f->from = "2025-01-01", f->to = d->kind == DK_SNAPSHOT ? "2025-12-31" : "2026-12-31";
    if (d->household_by.text.n) f->from = f->to = NULL;
    buf_init(&b, LINE_BYTES);
    for (size_t i = 0; i < d->n_fields; i++) {
        if (d->fields[i].derived) continue;
        if (b.n) buf_addc(&b, ',');
        buf_add(&b, d->fields[i].label);
    }
    buf_addc(&b, '\n');
    f->header = str_dup(&c->a, buf_str(&b));
    buf_fini(&b);
}

void county_init(struct county *c, struct town *w, uint64_t seed)
{
    *c = (struct county){.w = w, .seed = seed, .people = 1};
    arena_init(&c->a, MIB(256));
    uint32_t roster = policy_roster(w->p);
    for (int k = 0; k < COUNTY_COUNTIES; k++) add_file(c, policy_dataset_name(w->p, roster), COUNTIES[k]);
    for (uint32_t i = 0; i < policy_dataset_count(w->p); i++)
        for (int k = 0; i != roster && k < COUNTY_COUNTIES; k++)
            if ((i * 2 + (unsigned)k) % 11 != 10)
                add_file(c, policy_dataset_name(w->p, i), COUNTIES[k]); /* some are late */
}

void county_fini(struct county *c)
{
    for (size_t i = 0; i < c->n; i++) mem_free(c->f[i].line);
    arena_fini(&c->a);
}

void county_add(struct county *c, unsigned from, unsigned to)
{
    for (unsigned h = from; h < to; h++) {
        unsigned members = 1 + (unsigned)((h * 7 + c->seed) % MEMBERS_MOST);
        for (unsigned p = 0; p < members; p++)
            for (size_t i = 0; i < c->n; i++) {
                struct county_file *f = &c->f[i];
                if (f->division != COUNTIES[h % COUNTY_COUNTIES]) continue;
                struct cell_maker m = {.c = c,
                                       .f = f,
                                       .d = decl_of(c, f->dataset),
                                       .household = h,
                                       .member = p,
                                       .home = c->seed * 977 + h};
                rng_seed(&m.r, (c->seed * 1000003 + h) * 64 + p * 8 + str_hash(f->dataset));
                bool roster = i < COUNTY_COUNTIES;
                for (uint64_t k = roster ? 1 : rng_below(&m.r, ROWS_MAX); k; k--) make_line(&m, f, roster);
            }
    }
}

void county_take(struct county *c, struct town *w, size_t file, size_t from, size_t to)
{
    const struct county_file *f = &c->f[file];
    struct buf b;
    buf_init(&b, MIB(64));
    buf_add(&b, f->header);
    for (size_t i = from; i < to; i++) buf_add(&b, f->line[i]);
    const struct dataset_decl *d = decl_of(c, f->dataset);
    if (f->from && !d->delivered_whole) town_covers(w, f->from, f->to);
    if (!d->delivered_whole) w->o.division = f->division;
    w->o.received = town_day("2026-07-05");
    if (town_take(w, file < COUNTY_COUNTIES ? "roster" : str_dup(&w->a, f->dataset).p, buf_str(&b)))
        CHECK_STR(w->t, str_from(w->e.msg), STR(""));
    buf_fini(&b);
}

/* ---------------------------------------------------------------- variants */

static const char *const DIRS[] = {"policy/core",   "policy/national", "policy/shaanxi",
                                   "policy/shanxi", "policy/hebei",    "policy/example"};

struct variant {
    const char *name;
    bool shuffle, reverse, split;
    uint32_t run_lines;
    size_t part_bytes;
    unsigned threads;
    unsigned households; /* more than the usual */
};

static void take_file(struct county *c, struct town *w, const struct variant *v, size_t i)
{
    size_t n = c->f[i].n, cut = v->split && n > 2 ? n / 3 : n;
    w->o.run_lines = v->run_lines;
    w->o.part_bytes = v->part_bytes;
    w->o.threads = v->threads;
    county_take(c, w, i, 0, cut);
    if (cut == n) return;
    w->o.adds = true;
    county_take(c, w, i, cut, n);
}

static void shuffle_lines(struct county *c)
{
    struct rng r;
    rng_seed(&r, 99);
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = c->f[i].n; k > 1; k--) {
            size_t j = rng_below(&r, k);
            struct str t = c->f[i].line[k - 1];
            c->f[i].line[k - 1] = c->f[i].line[j];
            c->f[i].line[j] = t;
        }
}

/* The findings of a county taken in this way. */
static bool findings_of(struct test *t, const struct variant *v, unsigned households, struct buf *out)
{
    struct town w;
    struct county c;
    if (!town_open(&w, t, v->name, "book t \"空\" { jurisdiction 00 }")) return false;
    bool ok = town_dirs(&w, DIRS, sizeof DIRS / sizeof *DIRS);
    if (ok) {
        county_init(&c, &w, 7);
        c.people = households * PEOPLE_PER_HOUSEHOLD;
        county_add(&c, 0, households + v->households);
        if (v->shuffle) shuffle_lines(&c);
        for (size_t i = 0; i < COUNTY_COUNTIES; i++) take_file(&c, &w, v, v->reverse ? COUNTY_COUNTIES - 1 - i : i);
        for (size_t i = COUNTY_COUNTIES; i < c.n; i++)
            take_file(&c, &w, v, v->reverse ? c.n - 1 - (i - COUNTY_COUNTIES) : i);
        w.so.with_unknown = true;
        w.so.threads = v->threads;
        enum rc rc = town_screen(&w, "2026-06-30", "2026-07-31");
        CHECK_I64(t, rc, RC_OK);
        if (rc) CHECK_STR(t, w.diags.n ? w.diags.v[0].msg : str_from(w.e.msg), STR(""));
        buf_add(out, buf_str(&w.found));
        county_fini(&c);
    }
    town_close(&w);
    return ok;
}

/* Take out the lines of a household. */
static void drop_household(struct str all, const char *code, struct buf *out)
{
    struct str line;
    while (str_cut(&all, '\n', &line)) {
        if (!line.n || str_starts(line, str_from(code))) continue;
        buf_add(out, line);
        buf_addc(out, '\n');
    }
}

static void test_variants(struct test *t)
{
    static const struct variant V[] = {{.name = "m_rows", .shuffle = true},
                                       {.name = "m_files", .reverse = true},
                                       {.name = "m_runs", .run_lines = 16, .part_bytes = 512, .threads = 4},
                                       {.name = "m_threads", .threads = 2},
                                       {.name = "m_split", .split = true},
                                       {.name = "m_more", .households = 1}};
    static const struct variant PLAIN = {.name = "m_plain", .threads = 1};
    unsigned households = t->slow ? 400 : 60;
    struct buf want, got, less;
    char extra[16];
    buf_init(&want, MIB(64));
    buf_init(&got, MIB(64));
    buf_init(&less, MIB(64));
    (void)snprintf(extra, sizeof extra, "H%05u,", households);
    bool ok = findings_of(t, &PLAIN, households, &want);
    CHECK(t, want.n > 1000);
    for (size_t i = 0; ok && i < sizeof V / sizeof *V; i++) {
        buf_clear(&got);
        buf_clear(&less);
        ok = findings_of(t, &V[i], households, &got);
        drop_household(buf_str(&got), extra, &less);
        CHECK(t, (less.n < got.n) == (V[i].households > 0));
        test_eq_str(t, buf_str(&less), buf_str(&want), __FILE__, __LINE__, V[i].name);
    }
    buf_fini(&want);
    buf_fini(&got);
    buf_fini(&less);
}

void metamorphic_test(struct test *t)
{
    if (TEST(t, "orders, cuts, threads and strangers change no finding")) test_variants(t);
}
