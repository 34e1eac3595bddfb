/* A rule judged on past month ends with what was known then, and compared with what people decided afterwards.
 *
 * The rule, the books and the parameters are those given (today's); only the data are those of then. Each month end D
 * is judged on the day its monthly files are due (D + the longest lag among the monthly datasets that the rules read):
 * an alert counts from that day. The month before the first is judged too, so that what was open already is no alert
 * of the first. Nothing is stored. */
#ifndef SCREEN_BACKTEST_H
#define SCREEN_BACKTEST_H
#include "screen/screen.h"

enum { BACKTEST_MONTHS_MAX = 120, BACKTEST_RULES_MAX = 64, BACKTEST_VERSIONS = 2, BACKTEST_FEW = 5 };

/* What counts as having come by a day. AUTO: AS_IF when most files came much later than they were due (bulk). */
enum backtest_known {
    BACKTEST_AUTO,
    BACKTEST_RECEIVED, /* what was received by then */
    BACKTEST_AS_IF     /* every delivery in force today, as if it had come when it was due */
};

/* What became of an alert within the lead. */
enum alert_fate {
    ALERT_CONFIRMED, /* the household has a decision after it */
    ALERT_NOT_CONFIRMED,
    ALERT_DECIDED_BEFORE, /* only on its day or before */
    ALERT_TOO_EARLY,      /* the decisions delivered do not reach that far yet */
    ALERT_UNCLEAR,        /* a decision without an exact day, or a member whose rows cannot be found */
    ALERT_FATE__MAX
};

/* What came before a decision. */
enum decision_fate {
    DECISION_CAUGHT,     /* an alert, at most the lead before */
    DECISION_LONG_AGO,   /* an alert, but longer before (perhaps before the first month) */
    DECISION_ALERT_LATE, /* the first alert came on its day or within the lead after */
    DECISION_UNJUDGED,   /* no alert, and in some month before it the household could not be judged */
    DECISION_MISSED,     /* judged in every month of the lead before it, and no alert */
    DECISION_NO_RULE,    /* no rule was in force there */
    DECISION_FATE__MAX
};

struct backtest_rule {
    struct str name, label;
};

struct backtest_alert {
    uint32_t household, person; /* numbers; person 0: the household */
    uint16_t rule;
    uint16_t month; /* index */
    uint8_t fate;
    bool over;        /* decisions are delivered for all of its lead: only these are counted in shares and lead times */
    bool both;        /* the other version has it too */
    int32_t days;     /* ALERT_CONFIRMED: to the decision */
    int64_t division; /* where the household lived then */
};

struct backtest_case {
    uint32_t household;
    date_day on;
    int64_t division;
    uint8_t fate[BACKTEST_VERSIONS];
    int32_t days[BACKTEST_VERSIONS]; /* DECISION_CAUGHT: since the first alert of the lead */
};

struct backtest_month {
    date_day as_of, known_at;
    uint64_t households;
    uint64_t alerts, fate[ALERT_FATE__MAX];
    uint64_t open;     /* subjects for whom a rule was true */
    uint64_t unjudged; /* subjects for whom a rule could not be judged */
    uint64_t not_run;  /* households for whom a rule was not run */
};

struct backtest_not_run {
    uint16_t rule;
    struct str param;
    int64_t division;
    const struct decl *decl;     /* of the parameter; NULL: not declared there */
    uint32_t months, households; /* households: the most in a month */
};

struct backtest_why {
    reason r;
    uint64_t subjects;
};

/* One form of the rules, over all months. */
struct backtest_version {
    struct backtest_alert *alerts; /* by month, rule, household, person */
    size_t n_alerts, cap_alerts;
    struct backtest_month *months;
    struct backtest_not_run *not_run;
    size_t n_not_run, cap_not_run;
    struct backtest_why *why;
    size_t n_why, cap_why;
    uint64_t fate[BACKTEST_RULES_MAX][ALERT_FATE__MAX], decided[DECISION_FATE__MAX];
    uint64_t confirmed_over[BACKTEST_RULES_MAX]; /* confirmed, their lead over; of those not confirmed it always is */
    struct finding *now;                         /* true in the last month, its rule an index into backtest.rules */
    size_t n_now, cap_now;
};

struct backtest_form {
    struct policy *policy;
    const struct param_setting *events; /* parameter values that hold */
    size_t n_events;
};

struct backtest_options {
    const struct str *rules; /* names; a measure's means both its outputs */
    size_t n_rules;
    int32_t first_month, last_month; /* date_month_index */
    int32_t lead;                    /* months */
    enum backtest_known known;
    struct str dataset, field; /* where decisions are; empty: as the books say */
    struct backtest_form form[BACKTEST_VERSIONS];
    size_t n_forms;
    unsigned threads;
};

struct backtest {
    struct arena arena;
    struct backtest_rule rules[BACKTEST_RULES_MAX];
    size_t n_rules, n_months;
    int32_t lead, wait_days;
    bool as_if;
    size_t n_files, n_late; /* deliveries, and those received long after they were due */
    bool cold;         /* nothing could be judged the month before: the first month has all that was open already */
    bool first_roster; /* the first roster stood for months before it */
    struct str dataset, field, label;
    struct backtest_case *cases; /* by household, day: those that could have been foreseen */
    size_t n_cases, cap_cases;
    uint64_t outside, unclear; /* decisions outside the months judged; households whose decisions are not clear */
    date_day followed;         /* decisions are delivered until then (the county with the fewest) */
    struct backtest_version v[BACKTEST_VERSIONS];
    size_t n_versions;
};

/* End with backtest_free in any case. RC_INPUT: no decisions declared, a month that cannot be judged yet, a rule that
 * is in force nowhere. Book errors go to d. */
enum rc backtest_run(struct backtest *b, struct store *s, const struct divisions *divs,
                     const struct backtest_options *o, struct diags *d, struct err *e) MUST_USE;
void backtest_free(struct backtest *b);

/* Days from alert to decision of the confirmed alerts whose lead is over: the value at or above which a quarter, a half
 * … of them lies (nearest rank, so always a value that occurred); false when there are none. part in quarters: 1, 2, 3.
 */
bool backtest_lead(const struct backtest *b, size_t version, int part, int32_t *days, struct err *e);

/* n of d to four decimals, rounded half away from zero; "" when d is below BACKTEST_FEW. out >= 32 bytes. */
const char *backtest_share(uint64_t n, uint64_t d, char *out);
enum rc backtest_say(struct backtest *b, const struct backtest_options *o, const struct divisions *divs,
                     enum division_level by, struct out *out, struct err *e) MUST_USE;
enum rc backtest_json(struct backtest *b, const struct backtest_options *o, const struct divisions *divs,
                      enum division_level by, struct buf *out, struct err *e) MUST_USE;
/* Every alert and every decision, one a line, as CSV. */
enum rc backtest_write(struct backtest *b, struct store *s, const char *path, struct err *e) MUST_USE;
extern const char *const alert_fate_word[ALERT_FATE__MAX], *const decision_fate_word[DECISION_FATE__MAX];
#endif
