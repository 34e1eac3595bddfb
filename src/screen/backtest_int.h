/* Inside of the backtest. */
#ifndef SCREEN_BACKTEST_INT_H
#define SCREEN_BACKTEST_INT_H
#include "base/vec.h"
#include "screen/backtest.h"
#include "screen/screen_int.h"

enum { BACKTEST_WORDS = (BACKTEST_MONTHS_MAX + 63) / 64 };

struct bt_decision {
    uint32_t household;
    date_day on;
    int64_t division;
};

struct bt_followed {
    int64_t county;
    date_day until;
};

/* What today's data say of decisions. */
struct bt_decisions {
    VEC(struct bt_decision) v; /* by household, day; each once */
    VEC(uint32_t) unclear;     /* households, ascending */
    VEC(struct bt_followed) followed;
    int32_t *due;      /* per dataset: its lag in days */
    int32_t wait_days; /* the longest lag of a monthly dataset that the rules read */
};

/* What one version did month by month to a household with a decision: bit per month. */
struct bt_past {
    uint64_t alert[BACKTEST_WORDS], open[BACKTEST_WORDS], blind[BACKTEST_WORDS], judged[BACKTEST_WORDS];
};

struct bt_run {
    struct backtest *b;
    struct store *s;
    const struct divisions *divs;
    const struct backtest_options *o;
    struct str *only; /* the rules' declared names, as the compiler wants them */
    struct diags *d;
    struct bt_decisions dec;
    struct map64 by_household; /* household number -> index into houses */
    uint32_t *houses;          /* households with a decision, ascending */
    size_t n_houses;
    uint32_t *first; /* of each house: its first decision in dec.v; n_houses + 1 */
    struct delivery_list as_if;
    struct bt_past *past[BACKTEST_VERSIONS];
};

/* Alerts of a place, of all months or of one. */
struct bt_place {
    int64_t division;
    uint16_t month;
    uint64_t alerts[BACKTEST_VERSIONS], confirmed[BACKTEST_VERSIONS], not_confirmed[BACKTEST_VERSIONS];
};
/* backtest_out.c: by division cut to a level, and month; in the arena. */
enum rc bt_places(struct backtest *b, enum division_level by, bool monthly, struct bt_place **out, size_t *n,
                  struct err *e) MUST_USE;

static inline bool bt_bit(const uint64_t *w, size_t i) { return w[i >> 6] >> (i & 63) & 1; }
static inline void bt_set(uint64_t *w, size_t i) { w[i >> 6] |= UINT64_C(1) << (i & 63); }

/* backtest_decided.c: the decisions, and the lags of what the rules read. */
enum rc bt_decisions_load(struct bt_run *r, struct err *e) MUST_USE;
void bt_decisions_free(struct bt_decisions *d);
date_day bt_followed_until(const struct bt_decisions *d, int64_t division);
bool bt_is_unclear(const struct bt_decisions *d, uint32_t household);
bool bt_wanted(const struct backtest_options *o, struct str rule);

/* backtest_months.c: one version, all months. */
enum rc bt_months(struct bt_run *r, size_t version, struct err *e) MUST_USE;
/* backtest_fate.c: what became of alerts and decisions, and who has the same. */
enum rc bt_fates(struct bt_run *r, size_t version, struct err *e) MUST_USE;
void bt_compare(struct backtest *b);
#endif
