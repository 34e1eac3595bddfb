/* Weights from the rows themselves, without labels. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "match/judge_int.h"
#include "match/judge_rows.h"

enum { PAIRS = 100000, ROUNDS_MAX = 40, COUNT_ONE = 1 << 16, SETTLED = LOG_ONE / 256, SHARE_PM_MAX = 999 };

/* The usual values: of 1,000 rows that are somebody's, how many come to each level (0: missing, not counted). */
static const uint16_t USUAL[CMP__MAX][JUDGE_LEVELS_MAX] = {
    [CMP_ID] = {[IDL_SAME] = 300,
                [IDL_CHECK] = 80,
                [IDL_ONE] = 230,
                [IDL_SWAPPED] = 120,
                [IDL_LENGTH] = 40,
                [IDL_FAMILY] = 180,
                [IDL_FAR] = 50,
                [IDL_TWO] = 20,
                [IDL_HEAD] = 30,
                [IDL_DAY] = 10,
                [IDL_SEEN] = 20,
                [IDL_FEW] = 20,
                [IDL_CLASH] = 2,
                [IDL_WRITTEN] = 10},
    [CMP_NAME] = {[LIKE_SAME] = 650,
                  [LIKE_VARIANT] = 100,
                  [LIKE_SOUND] = 120,
                  [LIKE_NEAR] = 50,
                  [LIKE_PART] = 10,
                  [LIKE_SLIP] = 40,
                  [LIKE_SURNAME] = 20,
                  [LIKE_OTHER] = 10},
    [CMP_BORN] = {[BRN_SAME] = 960, [BRN_SLIP] = 20, [BRN_YEAR] = 10, [BRN_OTHER] = 10},
    [CMP_SEX] = {[SEX_SAME] = 990, [SEX_OTHER] = 10},
    [CMP_PLACE] = {[PLC_VILLAGE] = 850, [PLC_TOWNSHIP] = 60, [PLC_COUNTY] = 50, [PLC_OTHER] = 40},
    [CMP_HOME] = {[HOM_SAME] = 950, [HOM_OTHER] = 50},
    [CMP_KIN] = {[KIN_ALL] = 800, [KIN_SOME] = 100, [KIN_NONE] = 100},
    [CMP_RELATION] = {[REL_SAME] = 900, [REL_OTHER] = 100},
    [CMP_PHONE] = {[PHN_SAME] = 400, [PHN_HOME] = 300, [PHN_OTHER] = 300},
};

/* Of 1,000 pairs that are not the same person, how many come to a level that cannot be counted over the people; of rare
 * ones: of 1,000 rows, how many meet somebody else so. */
static const uint16_t USUAL_APART[CMP__MAX][JUDGE_LEVELS_MAX] = {
    [CMP_ID] = {[IDL_SAME] = 50,
                [IDL_CHECK] = 20,
                [IDL_ONE] = 100,
                [IDL_SWAPPED] = 20,
                [IDL_LENGTH] = 20,
                [IDL_FAMILY] = 1000,
                [IDL_FAR] = 1000,
                [IDL_TWO] = 1,
                [IDL_HEAD] = 30,
                [IDL_DAY] = 100,
                [IDL_SEEN] = 1,
                [IDL_FEW] = 20,
                [IDL_CLASH] = 20,
                [IDL_WRITTEN] = 20},
    [CMP_HOME] = {[HOM_SAME] = 3000},
    [CMP_KIN] = {[KIN_ALL] = 20, [KIN_SOME] = 100, [KIN_NONE] = 880},
    [CMP_PHONE] = {[PHN_SAME] = 20, [PHN_HOME] = 1000},
};

struct learner {
    const struct judge_set *s;
    struct judge_model *m;
    uint64_t u[CMP__MAX][JUDGE_LEVELS_MAX], u_all[CMP__MAX]; /* pairs that are not the same person */
    uint64_t seen[CMP__MAX][JUDGE_LEVELS_MAX];               /* weighted, in 1/COUNT_ONE */
    uint64_t apart[CMP__MAX][JUDGE_LEVELS_MAX];              /* of rare levels: pairs that are not the same person */
    uint64_t found;
    size_t rows; /* that teach: those without a number of their own */
};

/* Rows that may teach: a number in order that is nobody's here says that the row is nobody's here; one that slipped by
 * a line is no relative's. */
static bool teaches(const struct judge_set *s, size_t i)
{
    const struct judged *d = &s->of[i];
    if (!d->n || d->v[0].level[CMP_ID] == IDL_OWN || d->v[0].level[CMP_ID] == IDL_CHANCE) return false;
    for (uint32_t k = 0; k < d->n; k++)
        if (d->v[k].veto == VETO_SLIPPED) return false;
    return true;
}

/* Levels so rare that random pairs do not meet them, but every pair that has one is a candidate. */
static bool is_rare(enum compare k, uint8_t level)
{
    if (k == CMP_HOME) return level == HOM_SAME;
    if (k == CMP_PHONE) return level == PHN_SAME || level == PHN_HOME;
    return k == CMP_ID && ((level >= IDL_SAME && level <= IDL_FAMILY) || level == IDL_HEAD || level == IDL_DAY ||
                           level == IDL_WRITTEN);
}

/* Not more than there are: what was not met in a few pairs may well be. */
static size_t pairs_of(size_t rows, size_t people) { return people && rows > PAIRS / people ? PAIRS : rows * people; }

static void count_pair(struct learner *l, const struct judge_row *row, uint32_t at)
{
    struct judge_candidate c = {.at = at};
    struct row_owners o;
    judge_owners(l->s->people, row, &o);
    judge_levels(l->s->people, row, &o, &c);
    for (size_t k = 0; k < CMP__MAX; k++) {
        if (!c.level[k]) continue;
        l->u_all[k]++;
        if (!is_rare((enum compare)k, c.level[k])) l->u[k][c.level[k]]++;
    }
}

static void count_random(struct learner *l)
{
    const struct judge_set *s = l->s;
    struct rng r;
    rng_seed(&r, 20260630);
    size_t pairs = pairs_of(s->n, s->people->n);
    for (size_t i = 0; i < pairs; i++) {
        const struct judge_row *row = &s->rows[rng_below(&r, s->n)];
        count_pair(l, row, (uint32_t)rng_below(&r, s->people->n));
    }
}

/* The same over the people alone. */
static void count_people(struct learner *l)
{
    const struct judge_people *x = l->s->people;
    struct rng r;
    rng_seed(&r, 20260630);
    size_t pairs = x->n > 1 ? pairs_of(x->n, x->n - 1) : 0;
    for (size_t i = 0; i < pairs; i++) {
        struct judge_row row;
        uint32_t a = (uint32_t)rng_below(&r, x->n), b = (uint32_t)rng_below(&r, x->n - 1);
        judge_row_of_person(x, a, &row);
        count_pair(l, &row, b < a ? b : b + 1);
    }
}

/* u in bits; a level that was never met counts as half a pair. */
static int32_t log_u(const struct learner *l, enum compare k, uint8_t level)
{
    uint64_t pairs = l->u[k][level], of = l->u_all[k];
    if (!is_rare(k, level)) return log2_ratio(2 * pairs + 1, 2 * of + 2);
    uint64_t met = 0, rows = 0;
    for (size_t i = 0; i < l->s->n; i++) {
        const struct judged *d = &l->s->of[i];
        bool given = false;
        for (uint32_t c = 0; c < d->n; c++) {
            met += d->v[c].level[k] == level;
            given = given || d->v[c].level[k];
        }
        rows += given;
    }
    return log2_ratio(met + 1, rows + 1) - log2_q16((uint64_t)l->s->people->n + 1);
}

/* Numbers cut to 15 digits, and numbers in order that are nobody's; of those that are either some are neither. */
static void count_cuts(const struct judge_set *s, struct judge_model *m)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct judge_row *r = &s->rows[i];
        bool cut = r->left.worth == LEFT_HEAD && !r->left.partial;
        struct row_owners o;
        judge_owners(s->people, r, &o);
        m->cut += cut && r->verdict != ID_OK;
        m->own += !cut && r->verdict == ID_OK && !o.n;
    }
}

static uint64_t usual_all(enum compare k)
{
    uint64_t n = 0;
    for (size_t v = 0; v < JUDGE_LEVELS_MAX; v++) n += USUAL[k][v];
    return n;
}

/* As log_u, without rows. */
static int32_t log_usual_u(const struct learner *l, enum compare k, uint8_t level)
{
    uint16_t pm = USUAL_APART[k][level];
    if (!pm) return log2_ratio(2 * l->u[k][level] + 1, 2 * l->u_all[k] + 2);
    return log2_ratio(pm, 1000) - (is_rare(k, level) ? log2_q16((uint64_t)l->s->people->n + 1) : 0);
}

/* Levels of people who are not the same. */
static bool is_against(enum compare k, size_t level)
{
    static const uint8_t OTHER[CMP__MAX] = {[CMP_ID] = IDL_FAR,    [CMP_NAME] = LIKE_OTHER,    [CMP_BORN] = BRN_OTHER,
                                            [CMP_SEX] = SEX_OTHER, [CMP_PLACE] = PLC_OTHER,    [CMP_HOME] = HOM_OTHER,
                                            [CMP_KIN] = KIN_NONE,  [CMP_RELATION] = REL_OTHER, [CMP_PHONE] = PHN_OTHER};
    return OTHER[k] == level || (k == CMP_ID && level == IDL_CLASH);
}

/* People change their telephones, and share them. */
static int32_t held(enum compare k, size_t level, int32_t w)
{
    int32_t most = level == PHN_SAME ? JUDGE_PHONE_MOST * LOG_ONE : JUDGE_PHONE_HOME * LOG_ONE;
    if (k != CMP_PHONE) return w;
    if (level == PHN_OTHER) return w < JUDGE_PHONE_LEAST * LOG_ONE ? JUDGE_PHONE_LEAST * LOG_ONE : w;
    return w < 0 ? 0 : w > most ? most : w;
}

/* m of every level from the weighted counts and the usual values; for all but names less u. *moved: by how much. */
static int32_t set_weights(struct learner *l, int32_t u[CMP__MAX][JUDGE_LEVELS_MAX])
{
    int32_t moved = 0;
    for (size_t k = 0; k < CMP__MAX; k++) {
        uint64_t all = 0, usual = usual_all((enum compare)k);
        for (size_t v = 1; v < JUDGE_LEVELS_MAX; v++) all += l->seen[k][v];
        for (size_t v = 1; v < JUDGE_LEVELS_MAX; v++) {
            if (!USUAL[k][v]) continue;
            uint64_t prior = (uint64_t)JUDGE_PRIOR_ROWS * COUNT_ONE;
            uint64_t seen = l->seen[k][v] + prior * USUAL[k][v] / usual;
            int32_t w = log2_ratio(seen, all + prior) - u[k][v];
            if (w > 0 && is_against((enum compare)k, v)) w = 0; /* that it was never met says nothing */
            w = held((enum compare)k, v, w);
            l->m->seen_pm[k][v] = (int32_t)(seen * 1000 / (all + prior));
            int32_t by = w > l->m->weight[k][v] ? w - l->m->weight[k][v] : l->m->weight[k][v] - w;
            moved = by > moved ? by : moved;
            l->m->weight[k][v] = w;
        }
    }
    return moved;
}

static void set_prior(struct learner *l)
{
    uint64_t prior = (uint64_t)JUDGE_PRIOR_ROWS * COUNT_ONE, rows = (uint64_t)l->rows * COUNT_ONE + 2 * prior;
    uint64_t found = l->found + prior, most = rows / 1000 * SHARE_PM_MAX;
    if (found > most) found = most;
    l->m->prior = log2_ratio(found, rows - found) - log2_q16(l->s->people->n ? l->s->people->n : 1);
    l->m->found_pm = (int32_t)(found * 1000 / rows);
}

static void expect_row(struct learner *l, size_t i)
{
    const struct judged *d = &l->s->of[i];
    int32_t score[JUDGE_CANDIDATES_MAX], most = 0;
    uint64_t sum, part[JUDGE_CANDIDATES_MAX];
    for (uint32_t c = 0; c < d->n; c++) {
        score[c] = l->m->prior;
        for (size_t k = 0; k < CMP__MAX; k++)
            score[c] += judge_part(l->s, l->m, &l->s->rows[i], &d->v[c], (enum compare)k);
        most = score[c] > most ? score[c] : most;
    }
    sum = exp2_q32(-most);
    for (uint32_t c = 0; c < d->n; c++) sum += part[c] = exp2_q32(score[c] - most);
    for (uint32_t c = 0; c < d->n; c++) {
        uint64_t share = (uint64_t)((u128)part[c] * COUNT_ONE / sum);
        if (!share) continue;
        l->found += share;
        for (size_t k = 0; k < CMP__MAX; k++)
            if (!judge_is_law((enum compare)k, d->v[c].level[k])) l->seen[k][d->v[c].level[k]] += share;
    }
    for (uint32_t c = 0; c < d->n; c++) {
        uint64_t share = (uint64_t)((u128)part[c] * COUNT_ONE / sum);
        for (size_t k = 0; k < CMP__MAX; k++)
            if (is_rare((enum compare)k, d->v[c].level[k])) l->apart[k][d->v[c].level[k]] += COUNT_ONE - share;
    }
}

/* How often people who are not the same meet in a rare level: what is left of its pairs, and one more. */
static void set_rare(const struct learner *l, int32_t u[CMP__MAX][JUDGE_LEVELS_MAX])
{
    for (size_t k = 0; k < CMP__MAX; k++)
        for (uint8_t v = 1; v < JUDGE_LEVELS_MAX; v++)
            if (is_rare((enum compare)k, v))
                u[k][v] = log2_ratio(l->apart[k][v] + COUNT_ONE, ((uint64_t)l->rows + 1) * COUNT_ONE) -
                          log2_q16((uint64_t)l->s->people->n + 1);
}

static bool round_of(struct learner *l, int32_t u[CMP__MAX][JUDGE_LEVELS_MAX])
{
    memset(l->seen, 0, sizeof l->seen);
    memset(l->apart, 0, sizeof l->apart);
    l->found = 0;
    for (size_t i = 0; i < l->s->n; i++)
        if (teaches(l->s, i)) expect_row(l, i);
    set_rare(l, u);
    int32_t moved = set_weights(l, u);
    set_prior(l);
    return moved > SETTLED;
}

static struct learner *learner_new(const struct judge_set *s, struct judge_model *out)
{
    struct learner *l = mem_zalloc_array(1, sizeof *l);
    *out =
        (struct judge_model){.rows = (int64_t)s->n, .people = (int64_t)s->people->n, .candidates = (int64_t)s->n_all};
    if (!l) return NULL;
    l->s = s;
    l->m = out;
    count_cuts(s, out);
    return l;
}

/* u of the levels whose weight has it; names have theirs by the name. */
typedef int32_t (*u_fn)(const struct learner *l, enum compare k, uint8_t level);
static void fill_u(const struct learner *l, u_fn fn, int32_t u[CMP__MAX][JUDGE_LEVELS_MAX])
{
    for (size_t k = 0; k < CMP__MAX; k++)
        for (uint8_t v = 1; v < JUDGE_LEVELS_MAX; v++)
            if (USUAL[k][v] && !(k == CMP_NAME && v <= LIKE_NEAR)) u[k][v] = fn(l, (enum compare)k, v);
}

enum rc judge_usual(const struct judge_set *s, struct judge_model *out, struct err *e)
{
    int32_t u[CMP__MAX][JUDGE_LEVELS_MAX] = {{0}};
    struct learner *l = learner_new(s, out);
    if (!l) return err_nomem(e);
    count_people(l);
    fill_u(l, log_usual_u, u);
    (void)set_weights(l, u);
    set_prior(l);
    mem_free(l);
    return RC_OK;
}

static void learn(struct learner *l)
{
    int32_t u[CMP__MAX][JUDGE_LEVELS_MAX] = {{0}};
    count_random(l);
    fill_u(l, log_u, u);
    (void)set_weights(l, u);
    set_prior(l);
    while (l->m->rounds < ROUNDS_MAX && round_of(l, u)) l->m->rounds++;
}

enum rc judge_learn(const struct judge_set *s, struct judge_model *out, struct err *e)
{
    enum rc rc = RC_OK;
    struct learner *l = learner_new(s, out);
    if (!l) return err_nomem(e);
    for (size_t i = 0; i < s->n; i++) l->rows += s->of[i].n == 0 || teaches(s, i);
    size_t rows = l->rows;
    out->learnt = rows >= JUDGE_LEARN_ROWS;
    if (out->learnt) learn(l);
    mem_free(l);
    if (!out->learnt) rc = judge_usual(s, out, e);
    out->taught = (int64_t)rows;
    return rc;
}
