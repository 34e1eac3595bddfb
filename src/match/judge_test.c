#include "base/clock.h"
#include "base/mem.h"
#include "base/test.h"
#include "match/judge_int.h"
#include "match/judge_rows.h"

enum { PEOPLE = 4000, ROWS = 1500, VILLAGES = 40, PER_HOUSE = 4 };

/* A made-up county: households of four, one village after the other. */
struct county {
    struct judge_people *x;
    struct judge_row *rows;
    struct rng r;
};

static const char GIVEN[] = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文斌红梅海燕春生金凤志光";
static const char SURNAMES[] = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗";

static const char *pick(struct county *c, const char *list) { return list + 3 * rng_below(&c->r, strlen(list) / 3); }

static struct str make_name(struct county *c, const char *surname)
{
    char name[9];
    memcpy(name, surname, 3);
    memcpy(name + 3, pick(c, GIVEN), 3);
    memcpy(name + 6, pick(c, GIVEN), 3);
    return str_dup(&c->x->names, str_make(name, sizeof name));
}

static int64_t village_of(uint32_t household)
{
    return INT64_C(130724100200) + household % VILLAGES / 10 * 1000 + household % VILLAGES;
}

static void add_person(struct county *c, uint32_t i, const char *surname)
{
    struct judge_people *x = c->x;
    uint32_t home = i / PER_HOUSE + 1;
    date_day born = date_make(1940 + (int32_t)rng_below(&c->r, 80), 1 + (int32_t)rng_below(&c->r, 12),
                              1 + (int32_t)rng_below(&c->r, 28));
    struct ymd d = date_split(born);
    x->person[i] = i + 1;
    x->household[i] = home;
    x->born[i] = born;
    x->key[i] = ((UINT64_C(130724) * 10000 + (uint64_t)d.year) * 10000 + (uint64_t)(d.month * 100 + d.day)) * 1000 +
                i % 1000;
    x->sex[i] = (uint8_t)(1 + citizen_key_female(x->key[i]));
    x->division[i] = village_of(home);
    x->home[i] = 0;
    x->name[i] = make_name(c, surname);
    x->n++;
}

static bool county_make(struct county *c, struct test *t)
{
    struct err e = {.lang = LANG_EN};
    rng_seed(&c->r, 5);
    c->x = mem_zalloc_array(1, sizeof *c->x);
    c->rows = mem_zalloc_array(ROWS, sizeof *c->rows);
    bool ok = c->x && c->rows && judge_people_room(c->x, PEOPLE);
    const char *surname = SURNAMES;
    for (uint32_t i = 0; ok && i < PEOPLE; i++) {
        if (i % PER_HOUSE == 0) surname = pick(c, SURNAMES);
        add_person(c, i, surname);
    }
    ok = ok && judge_people_index(c->x, &e) == RC_OK;
    CHECK(t, ok);
    return ok;
}

static void county_drop(struct county *c)
{
    judge_people_free(c->x);
    mem_free(c->rows);
}

/* Row i as of person 2i, without a number, damaged at known rates. */
static void make_rows(struct county *c, uint32_t born_slip, uint32_t other_village, uint32_t name_slip)
{
    for (uint32_t i = 0; i < ROWS; i++) {
        struct judge_row *r = &c->rows[i];
        judge_row_of_person(c->x, 2 * i, r);
        r->self = 0;
        r->key = 0;
        r->id[0] = 0;
        r->verdict = ID_EMPTY;
        if (rng_below(&c->r, 1000) < born_slip) r->born = date_add_months(r->born, 1);
        if (rng_below(&c->r, 1000) < other_village) r->division += 1000000;
        if (rng_below(&c->r, 1000) >= name_slip) continue;
        char name[9];
        memcpy(name, r->name.p, sizeof name);
        memcpy(name + 6, "鑫", 3);
        (void)name_form_make(str_make(name, sizeof name), &r->form);
    }
}

/* Of 1,000 rows whose person is among their candidates and that have a level at all, how many come to this one. */
static int32_t true_pm(const struct judge_set *s, enum compare k, uint8_t level)
{
    int32_t all = 0, so = 0;
    for (size_t i = 0; i < s->n; i++) {
        for (uint32_t c = 0; c < s->of[i].n; c++) {
            if (s->of[i].v[c].person != 2 * i + 1 || !s->of[i].v[c].level[k]) continue;
            all++;
            so += s->of[i].v[c].level[k] == level;
        }
    }
    return all ? so * 1000 / all : -1;
}

static void learnt_as_made(struct test *t, const struct judge_set *s, const struct judge_model *m, enum compare k,
                           uint8_t level)
{
    int32_t off = m->seen_pm[k][level] - true_pm(s, k, level);
    test_check(t, off >= -12 && off <= 12, __FILE__, __LINE__, judge_level_text(k, level, LANG_EN));
}

/* What the weights learn without labels is how the rows were made. */
static void test_learn(struct test *t)
{
    struct county c = {0};
    struct judge_model m;
    struct err e = {.lang = LANG_EN};
    if (!county_make(&c, t)) return;
    make_rows(&c, 100, 200, 150);
    struct judge_set s = {.people = c.x, .rows = c.rows, .n = ROWS};
    CHECK_I64(t, judge_find(&s, 2, &e), RC_OK);
    CHECK_I64(t, judge_learn(&s, &m, &e), RC_OK);
    learnt_as_made(t, &s, &m, CMP_BORN, BRN_SAME);
    learnt_as_made(t, &s, &m, CMP_BORN, BRN_SLIP);
    learnt_as_made(t, &s, &m, CMP_PLACE, PLC_VILLAGE);
    learnt_as_made(t, &s, &m, CMP_PLACE, PLC_OTHER);
    learnt_as_made(t, &s, &m, CMP_NAME, LIKE_SAME);
    learnt_as_made(t, &s, &m, CMP_NAME, LIKE_SLIP);
    CHECK(t, true_pm(&s, CMP_NAME, LIKE_SLIP) > 50 && true_pm(&s, CMP_PLACE, PLC_OTHER) > 100);
    CHECK(t, m.found_pm > 900);
    CHECK(t, m.weight[CMP_BORN][BRN_SAME] > 8 * LOG_ONE && m.weight[CMP_BORN][BRN_OTHER] < -2 * LOG_ONE);
    judge_set_fini(&s);
    county_drop(&c);
}

static bool same_model(const struct judge_model *a, const struct judge_model *b)
{
    struct buf x, y;
    buf_init(&x, 1 << 16);
    buf_init(&y, 1 << 16);
    bool same = judge_model_write(a, &x) && judge_model_write(b, &y) && str_eq(buf_str(&x), buf_str(&y));
    buf_fini(&x);
    buf_fini(&y);
    return same;
}

/* Few rows teach nothing, whatever they are: the usual weights, and so the same score for a row alone or among others.
 */
static void test_few(struct test *t)
{
    struct county c = {0};
    struct judge_model one, few, usual, old;
    struct err e = {.lang = LANG_EN};
    int32_t chance[2] = {0};
    if (!county_make(&c, t)) return;
    make_rows(&c, 900, 900, 900); /* such rows would teach that days and villages are mostly other */
    for (size_t n = 1; n < JUDGE_LEARN_ROWS; n += JUDGE_LEARN_ROWS - 2) {
        struct judge_set s = {.people = c.x, .rows = c.rows, .n = n};
        CHECK_I64(t, judge_find(&s, 1, &e), RC_OK);
        CHECK_I64(t, judge_learn(&s, n == 1 ? &one : &few, &e), RC_OK);
        CHECK_I64(t, judge_usual(&s, &usual, &e), RC_OK);
        judge_score(&s, n == 1 ? &one : &few);
        chance[n > 1] = s.of[0].n ? s.of[0].v[0].chance_ppm : -1;
        judge_set_fini(&s);
    }
    CHECK(t, !one.learnt && !few.learnt && !usual.learnt);
    CHECK_I64(t, one.taught, 1);
    CHECK_I64(t, few.taught, JUDGE_LEARN_ROWS - 1);
    CHECK_I64(t, chance[0], chance[1]);
    CHECK(t, memcmp(one.weight, usual.weight, sizeof one.weight) == 0 && one.prior == usual.prior);
    CHECK(t, memcmp(few.weight, usual.weight, sizeof few.weight) == 0);
    CHECK(t, usual.weight[CMP_BORN][BRN_SAME] > 8 * LOG_ONE && usual.weight[CMP_ID][IDL_ONE] > 8 * LOG_ONE);
    struct judge_set s = {.people = c.x, .rows = c.rows, .n = ROWS};
    CHECK_I64(t, judge_find(&s, 1, &e), RC_OK);
    CHECK_I64(t, judge_learn(&s, &few, &e), RC_OK);
    CHECK(t, few.learnt && few.weight[CMP_PLACE][PLC_VILLAGE] != usual.weight[CMP_PLACE][PLC_VILLAGE]);
    CHECK(t, few.weight[CMP_PLACE][PLC_OTHER] <= 0 && few.weight[CMP_HOME][HOM_OTHER] <= 0);
    judge_set_fini(&s);
    CHECK(t, judge_model_read(STR("judge 1\nprior 5\nrows 7\n"), &old) && old.learnt && old.taught == 7);
    county_drop(&c);
}

/* A telephone speaks for its owner, less for his household, weakly against others, and not at all when many have it. */
static void test_phone(struct test *t)
{
    struct county c = {0};
    struct judge_row r;
    struct row_owners none = {.n = 0};
    struct judge_candidate d = {.at = 0};
    struct judge_model m;
    struct err e = {.lang = LANG_EN};
    if (!county_make(&c, t)) return;
    c.x->phone = mem_zalloc_array(PEOPLE, sizeof *c.x->phone);
    if (!c.x->phone) return county_drop(&c);
    for (uint32_t i = 0; i < PEOPLE; i++)
        c.x->phone[i] = 13800000000 + (i < 2000 ? i : i < 3000 ? i / PER_HOUSE : 5000);
    for (size_t k = 0; k < CHAIN__MAX; k++) mem_free(c.x->chain[k].head), mem_free(c.x->chain[k].next);
    mem_free(c.x->freq_text), mem_free(c.x->freq_sound), mem_free(c.x->freq_near);
    CHECK_I64(t, judge_people_index(c.x, &e), RC_OK);
    static const struct {
        uint32_t of, at;
        uint8_t level;
    } CASES[] = {{4, 4, PHN_SAME},       {4, 5, PHN_HOME},       {4, 8, PHN_OTHER},
                 {2000, 2001, PHN_HOME}, {2000, 2000, PHN_HOME}, {3500, 3500, PHN_MISSING}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        judge_row_of_person(c.x, CASES[i].of, &r);
        r.self = 0;
        d.at = CASES[i].at;
        judge_levels(c.x, &r, &none, &d);
        CHECK_I64(t, d.level[CMP_PHONE], CASES[i].level);
    }
    struct judge_set s = {.people = c.x, .rows = c.rows, .n = 0};
    CHECK_I64(t, judge_usual(&s, &m, &e), RC_OK);
    const int32_t *w = m.weight[CMP_PHONE];
    CHECK(t, w[PHN_SAME] == JUDGE_PHONE_MOST * LOG_ONE && w[PHN_HOME] > 0 && w[PHN_HOME] <= JUDGE_PHONE_HOME * LOG_ONE);
    CHECK(t, w[PHN_OTHER] < 0 && w[PHN_OTHER] >= JUDGE_PHONE_LEAST * LOG_ONE);
    CHECK(t, judge_phone(STR("138-0000 0001")) == 13800000001 && !judge_phone(STR("029-1234567")) &&
                 !judge_phone(STR("")));
    /* A number alone links nobody. */
    d = (struct judge_candidate){.at = 4, .level = {[CMP_NAME] = LIKE_SAME, [CMP_PHONE] = PHN_SAME}};
    judge_row_of_person(c.x, 4, &r);
    r.self = 0;
    CHECK_I64(t, judge_veto_of(c.x, &r, &none, &d), VETO_THIN);
    d.level[CMP_BORN] = BRN_SAME;
    CHECK_I64(t, judge_veto_of(c.x, &r, &none, &d), VETO_NONE);
    d.level[CMP_NAME] = LIKE_SLIP;
    CHECK_I64(t, judge_veto_of(c.x, &r, &none, &d), VETO_NAME);
    county_drop(&c);
}

/* The parts add up to the score, chances to at most one, and the likeliest comes first: mostly the right one. */
static void test_score(struct test *t)
{
    struct county c = {0};
    struct judge_model m, again;
    struct err e = {.lang = LANG_EN};
    struct buf text;
    size_t right = 0;
    if (!county_make(&c, t)) return;
    make_rows(&c, 50, 100, 50);
    struct judge_set s = {.people = c.x, .rows = c.rows, .n = ROWS};
    CHECK_I64(t, judge_find(&s, 1, &e), RC_OK);
    CHECK_I64(t, judge_learn(&s, &m, &e), RC_OK);
    judge_score(&s, &m);
    for (size_t i = 0; i < s.n; i++) {
        int64_t chance = 0;
        for (uint32_t k = 0; k < s.of[i].n; k++) {
            const struct judge_candidate *d = &s.of[i].v[k];
            int32_t sum = 0;
            for (size_t p = 0; p < CMP__MAX; p++) sum += judge_part(&s, &m, &s.rows[i], d, (enum compare)p);
            CHECK_I64(t, sum, d->weight);
            CHECK(t, k == 0 || s.of[i].v[k - 1].weight >= d->weight);
            chance += d->chance_ppm;
        }
        CHECK(t, chance <= JUDGE_PPM);
        right += s.of[i].n && s.of[i].v[0].person == 2 * i + 1;
    }
    CHECK(t, right > ROWS * 97 / 100);
    buf_init(&text, 1 << 16);
    CHECK(t, judge_model_write(&m, &text) && judge_model_read(buf_str(&text), &again));
    CHECK(t, same_model(&m, &again));
    CHECK(t, again.learnt && again.taught == m.taught && again.taught > JUDGE_LEARN_ROWS);
    CHECK(t, !judge_model_read(STR("judge 1\nw 9 9 9 9\n"), &again) && !judge_model_read(STR("x"), &again));
    buf_fini(&text);
    judge_set_fini(&s);
    county_drop(&c);
}

/* ---- single rows */

static struct judge_candidate best(struct county *c, struct judge_row *r, uint32_t *n)
{
    struct judge_set s = {.people = c->x, .rows = r, .n = 1};
    struct judge_model m;
    struct err e = {.lang = LANG_EN};
    struct judge_candidate out = {0};
    if (judge_find(&s, 1, &e) || judge_learn(&s, &m, &e)) return out;
    judge_score(&s, &m);
    *n = s.of[0].n;
    if (*n) out = s.of[0].v[0];
    judge_set_fini(&s);
    return out;
}

static void row_with_id(struct county *c, uint32_t at, const char *id, struct judge_row *r)
{
    size_t n = 0;
    struct id_rule rule = id_rule_make(date_make(2026, 6, 30));
    struct citizen_id x = {0};
    judge_row_of_person(c->x, at, r);
    r->self = 0;
    r->verdict = (uint8_t)citizen_id_parse(str_from(id), &rule, &x);
    r->key = x.key;
    r->short_form = x.normalised & ID_NORM_15;
    for (size_t i = 0; id[i]; i++)
        if (id[i] != '*' && id[i] != '.' && id[i] != '+') r->id[n++] = id[i];
    r->id[n] = '\0';
    id_left_parse(str_from(id), r->verdict == ID_OK && !r->short_form, &r->left);
}

static void test_numbers(struct test *t)
{
    struct county c = {0};
    struct judge_row r;
    char id[CITIZEN_ID_TEXT_MAX], bad[32];
    uint32_t n = 0;
    if (!county_make(&c, t)) return;
    citizen_key_format(c.x->key[10], id);
    for (size_t i = 0; i < 18; i++) { /* a digit other at each place */
        memcpy(bad, id, sizeof id);
        bad[i] = bad[i] == '7' ? '3' : '7';
        row_with_id(&c, 10, bad, &r);
        struct judge_candidate d = best(&c, &r, &n);
        CHECK_I64(t, d.person, 11);
        CHECK_I64(t, d.level[CMP_ID], i == 17 ? IDL_CHECK : IDL_ONE);
        CHECK_I64(t, d.veto, VETO_NONE);
    }
    (void)snprintf(bad, sizeof bad, "%.9s%s", id, id + 10); /* one missing */
    row_with_id(&c, 10, bad, &r);
    CHECK_I64(t, best(&c, &r, &n).level[CMP_ID], IDL_LENGTH);
    (void)snprintf(bad, sizeof bad, "%.9s5%s", id, id + 9); /* one too many */
    row_with_id(&c, 10, bad, &r);
    CHECK_I64(t, best(&c, &r, &n).level[CMP_ID], IDL_LENGTH);
    county_drop(&c);
}

static void test_vetoes(struct test *t)
{
    struct county c = {0};
    struct judge_row r;
    char id[CITIZEN_ID_TEXT_MAX];
    uint32_t n = 0;
    if (!county_make(&c, t)) return;
    /* A stranger of the same name, day and village has a number of his own. */
    row_with_id(&c, 20, citizen_key_format(c.x->key[20] / 1000 * 1000 + 999, id), &r);
    CHECK_I64(t, best(&c, &r, &n).veto, VETO_OWN_ID);
    /* Another member's number: the name and the day of birth say whose row it is. */
    row_with_id(&c, 20, citizen_key_format(c.x->key[21], id), &r);
    struct judge_candidate d = best(&c, &r, &n);
    CHECK_I64(t, d.person, 21);
    CHECK_I64(t, d.level[CMP_ID], IDL_FAMILY);
    CHECK_I64(t, d.veto, VETO_NONE);
    /* … and a name that neither has is nobody's. */
    (void)name_form_make(STR("鑫鑫鑫"), &r.form);
    CHECK(t, best(&c, &r, &n).veto != VETO_NONE);
    /* Somebody else's number, from another household. */
    row_with_id(&c, 20, citizen_key_format(c.x->key[100], id), &r);
    d = best(&c, &r, &n);
    CHECK(t, d.veto == VETO_OTHER_ID || d.veto == VETO_NAME);
    /* No number: name, day and village are enough, name and day are not. */
    judge_row_of_person(c.x, 20, &r);
    r.self = 0, r.key = 0, r.id[0] = 0, r.verdict = ID_EMPTY;
    CHECK_I64(t, best(&c, &r, &n).veto, VETO_NONE);
    /* A number out of order: two slips before the end of the day are his, one behind it may be another's. */
    r.verdict = ID_CHECK;
    citizen_key_format(c.x->key[20], r.id);
    r.id[0] = r.id[0] == '9' ? '8' : '9', r.id[4] = r.id[4] == '9' ? '8' : '9';
    CHECK_I64(t, best(&c, &r, &n).level[CMP_ID], IDL_TWO);
    CHECK_I64(t, best(&c, &r, &n).veto, VETO_NONE);
    citizen_key_format(c.x->key[20], r.id);
    r.id[0] = r.id[0] == '9' ? '8' : '9', r.id[15] = r.id[15] == '9' ? '8' : '9';
    CHECK_I64(t, best(&c, &r, &n).veto, VETO_FAR);
    r.id[0] = 0, r.verdict = ID_EMPTY;
    r.division = 0;
    CHECK_I64(t, best(&c, &r, &n).veto, VETO_THIN);
    /* A relative whom the row names is as good as the village; one who is elsewhere is not. */
    r.kin[r.n_kin++] = c.x->near[21];
    CHECK_I64(t, best(&c, &r, &n).veto, VETO_NONE);
    CHECK_I64(t, best(&c, &r, &n).level[CMP_KIN], KIN_ALL);
    r.kin[0] = c.x->near[100];
    CHECK_I64(t, best(&c, &r, &n).veto, VETO_THIN);
    r.n_kin = 0;
    r.division = c.x->division[20];
    r.born++;
    CHECK(t, best(&c, &r, &n).veto != VETO_NONE);
    county_drop(&c);
}

/* The people of one day and place are all of one fifteen digits here. */
static bool same_day(struct county *c, uint32_t at, uint32_t as, const char *name)
{
    struct judge_people *x = c->x;
    struct err e = {.lang = LANG_EN};
    x->born[at] = x->born[as];
    x->key[at] = x->key[as] / 100 * 100 + (x->key[as] + 2) % 100;
    x->sex[at] = x->sex[as];
    x->name[at] = str_from(name);
    for (size_t k = 0; k < CHAIN__MAX; k++) mem_free(x->chain[k].head), mem_free(x->chain[k].next);
    mem_free(x->freq_text), mem_free(x->freq_sound), mem_free(x->freq_near);
    return judge_people_index(x, &e) == RC_OK;
}

static void test_left(struct test *t)
{
    static const struct {
        const char *how; /* of the number: first … digits, then this; "" and the last four */
        uint8_t head, tail;
        bool told; /* with day of birth and village */
        enum id_level level;
        enum judge_veto veto;
    } CASES[] = {
        {"000", 15, 0, true, IDL_HEAD, VETO_NONE},        {"000", 15, 0, false, IDL_HEAD, VETO_NONE},
        {"********", 6, 4, true, IDL_SEEN, VETO_NONE},    {"********", 6, 4, false, IDL_SEEN, VETO_THIN},
        {"****", 14, 0, true, IDL_DAY, VETO_NONE},        {"****", 14, 0, false, IDL_DAY, VETO_THIN},
        {"************", 6, 0, true, IDL_FEW, VETO_NONE}, {"************", 6, 0, false, IDL_FEW, VETO_THIN},
        {"7********", 5, 4, true, IDL_CLASH, VETO_FAR},   {"", 15, 0, true, IDL_HEAD, VETO_NONE},
    };
    struct county c = {0};
    struct judge_row r;
    uint32_t n = 0;
    if (!county_make(&c, t)) return;
    c.x->key[20] = c.x->key[20] / 1000 * 1000 + 523;
    c.x->key[23] = c.x->key[23] / 1000 * 1000 + 523;
    CHECK(t, same_day(&c, 21, 20, "鑫鑫鑫"));
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char id[CITIZEN_ID_TEXT_MAX], bad[40];
        citizen_key_format(c.x->key[20], id);
        (void)snprintf(bad, sizeof bad, "%.*s%s%s", (int)CASES[i].head, id, CASES[i].how, id + 18 - CASES[i].tail);
        row_with_id(&c, 20, bad, &r);
        if (!CASES[i].told) r.born = 0, r.division = 0, r.sex = 0;
        struct judge_candidate d = best(&c, &r, &n);
        test_eq_i64(t, d.person, 21, __FILE__, __LINE__, bad);
        test_eq_i64(t, d.level[CMP_ID], CASES[i].level, __FILE__, __LINE__, bad);
        test_eq_i64(t, d.veto, CASES[i].veto, __FILE__, __LINE__, bad);
    }
    county_drop(&c);
}

/* Two of one name share what is left; a number in order that ends in zeros is its own where no numbers are cut. */
static void test_left_shared(struct test *t)
{
    struct county c = {0};
    struct judge_row r;
    struct judge_set s;
    struct judge_model m;
    struct err e = {.lang = LANG_EN};
    char id[CITIZEN_ID_TEXT_MAX], name[10];
    uint32_t n = 0;
    if (!county_make(&c, t)) return;
    uint64_t cut = c.x->key[20] / 1000 * 1000; /* … until a number of zeros is in order */
    while (cut % 1000 != 900 && citizen_key_check(cut) != '0') cut += 100;
    c.x->key[20] = cut + 23;
    (void)snprintf(name, sizeof name, "%.9s", c.x->name[20].p);
    CHECK(t, same_day(&c, 40, 20, "鑫鑫鑫"));
    row_with_id(&c, 20, citizen_key_format(cut, id), &r);
    bool in_order = id[17] == '0';
    memset(id + 15, '0', 3);
    row_with_id(&c, 20, id, &r);
    struct judge_candidate d = best(&c, &r, &n);
    CHECK_I64(t, d.person, 21);
    CHECK_I64(t, d.level[CMP_ID], in_order ? IDL_CHANCE : IDL_HEAD);
    CHECK_I64(t, d.veto, in_order ? VETO_OWN_ID : VETO_NONE);
    s = (struct judge_set){.people = c.x, .rows = &r, .n = 1};
    CHECK(t, !judge_find(&s, 1, &e) && !judge_learn(&s, &m, &e));
    CHECK_I64(t, m.own, 0);
    m.cut = 10;
    judge_score(&s, &m); /* where they are cut it is believed */
    CHECK_I64(t, s.of[0].v[0].veto, VETO_NONE);
    CHECK(t, s.of[0].v[0].chance_ppm > 990000);
    judge_set_fini(&s);
    CHECK(t, same_day(&c, 40, 20, name));
    CHECK_I64(t, best(&c, &r, &n).veto, VETO_LEFT);
    county_drop(&c);
}

/* Twins: a name alone, not the number next to it, says which. */
static void test_twins(struct test *t)
{
    struct county c = {0};
    struct judge_row r;
    char id[CITIZEN_ID_TEXT_MAX], other[CITIZEN_ID_TEXT_MAX];
    uint32_t n = 0;
    struct err e = {.lang = LANG_EN};
    if (!county_make(&c, t)) return;
    struct judge_people *x = c.x;
    x->born[41] = x->born[40];
    x->key[41] = x->key[40] + 2;
    x->sex[41] = x->sex[40];
    x->name[40] = STR("张伟强");
    x->name[41] = STR("张伟刚");
    for (size_t k = 0; k < CHAIN__MAX; k++) mem_free(x->chain[k].head), mem_free(x->chain[k].next);
    mem_free(x->freq_text), mem_free(x->freq_sound), mem_free(x->freq_near);
    CHECK_I64(t, judge_people_index(x, &e), RC_OK);
    citizen_key_format(x->key[40], id);
    citizen_key_format(x->key[41], other);
    row_with_id(&c, 40, other, &r); /* the twin's number whole */
    CHECK_I64(t, best(&c, &r, &n).person, 41);
    id[16] = other[16]; /* or but for the check character */
    row_with_id(&c, 40, id, &r);
    CHECK_I64(t, best(&c, &r, &n).person, 41);
    row_with_id(&c, 41, other, &r); /* a name that sounds like the twin's is no sure sign */
    (void)name_form_make(STR("张伟钢"), &r.form);
    CHECK_I64(t, best(&c, &r, &n).person, 42);
    county_drop(&c);
}

/* ---- places by name */

static const char DIVISIONS[] = "fangpin-divisions 1\ndate 2023-06-30\nsource "
                                "t\n\n130724100000\t平定堡镇\n200\t张家营村村民委员会\n1\t李庄村村委会\n"
                                "799\t小厂镇\n200\t李庄村委会\n1\t柳树沟村委会\n1\t宏光社区居委会\n";

static void test_places(struct test *t)
{
    static const struct {
        const char *town, *village;
        int64_t code;
    } CASES[] = {
        {"平定堡镇", "张家营村", 130724100200},
        {"平定堡", "平定堡镇张家营村委会", 130724100200},
        {"", "张家营", 130724100200},
        {"平定堡镇", "章家营", 130724100200}, /* by sound, in a township that is known */
        {"", "章家营", 0},
        {"", "李庄村", 0}, /* two of that name */
        {"小厂镇人民政府", "李庄", 130724101200},
        {"小场镇", "柳树沟村村", 130724101201}, /* another spelling of the township */
        {"小厂镇", "宏光社区", 130724101202},
        {"小厂镇", "没有此村", 130724101000},
        {"小厂镇", "", 130724101000},
        {"", "", 0},
    };
    struct judge_people x = {.n = 5};
    int64_t where[] = {130724101201, 130724100200, 130724101200, 130724100201, 130724101202};
    struct divisions d;
    struct judge_places *p = NULL;
    struct err e = {.lang = LANG_EN};
    x.division = where;
    bool ok = divisions_init_text(&d, str_from(DIVISIONS), &e) == RC_OK;
    CHECK(t, ok);
    if (!ok) return;
    CHECK(t, judge_places_make(&p, &x, &d, &e) == RC_OK);
    for (size_t i = 0; p && i < sizeof CASES / sizeof *CASES; i++)
        test_eq_i64(t, judge_places_find(p, str_from(CASES[i].town), str_from(CASES[i].village)), CASES[i].code,
                    __FILE__, __LINE__, CASES[i].village);
    CHECK_I64(t, judge_places_find(NULL, STR("a"), STR("b")), 0);
    judge_places_free(p);
    divisions_fini(&d);
}

void judge_test(struct test *t);
void judge_test(struct test *t)
{
    if (TEST(t, "weights are learnt without labels")) test_learn(t);
    if (TEST(t, "a few rows teach nothing")) test_few(t);
    if (TEST(t, "telephones")) test_phone(t);
    if (TEST(t, "parts add up, the likeliest comes first")) test_score(t);
    if (TEST(t, "numbers written wrong")) test_numbers(t);
    if (TEST(t, "what only a person may decide")) test_vetoes(t);
    if (TEST(t, "what is left of a number")) test_left(t);
    if (TEST(t, "what is left and is not one person's")) test_left_shared(t);
    if (TEST(t, "twins")) test_twins(t);
    if (TEST(t, "places by name")) test_places(t);
}
