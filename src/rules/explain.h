/* Why a rule holds, does not hold or cannot be judged for one row: the condition's sentence, every value with its
 * window and the rows it came from, parameters with their origin, the clause, the declarations that lost, and the
 * nearest change that would turn the verdict. No ID, name or other text of a person is written here: rows are shown by
 * the caller's callback alone. */
#ifndef RULES_EXPLAIN_H
#define RULES_EXPLAIN_H
#include "rules/engine.h"
#include "rules/texpr.h"

enum {
    EXPLAIN_ROWS_MAX = 50,    /* evidence rows shown of one aggregate */
    EXPLAIN_FACTS_MAX = 256,  /* values shown of one condition */
    EXPLAIN_CHANGES_MAX = 64, /* of one condition */
    EXPLAIN_REASONS_MAX = 64,
    EXPLAIN_CONDITIONS_MAX = 64,
    EXPLAIN_LOSERS_MAX = 64,
    EXPLAIN_DEPTH_MAX = 8 /* features within features */
};
#define EXPLAIN_TEXT_MAX KIB(64) /* one text */

enum explain_verdict {
    EXPLAIN_FALSE,
    EXPLAIN_TRUE,
    EXPLAIN_UNKNOWN,
    EXPLAIN_NOT_RUN /* a parameter is empty */,
    EXPLAIN__MAX
};

/* How the caller shows what only it knows. Either function may be NULL. */
struct explain_source {
    void *ctx;
    /* A row of a table of the frame: file, line, date, masked as the reader's rights demand. */
    enum rc (*row)(void *ctx, uint16_t table, uint32_t row, struct buf *out);
    /* Who set a parameter value in the database, by which document. */
    enum rc (*setting)(void *ctx, const struct param_setting *s, struct buf *out);
};

struct explain_request {
    struct policy *policy;
    const struct compiled *compiled;
    size_t output; /* which of compiled->outputs */
    const struct frame *frame;
    const struct ptable *params;
    const struct place *place;           /* of the row */
    uint32_t row;                        /* of the output's subject table */
    const struct explain_source *source; /* or NULL */
    const uint32_t *among;               /* persons: where everybody is looked at, only at these; NULL: at all */
    size_t n_among;
    bool hide_sensitive; /* values of fields declared sensitive are not shown */
    bool mask_personal;  /* long numbers of such fields (telephones) are shown as 138******00 */
};

struct explain_words {
    struct str v[LANG__MAX];
};

enum explain_fact_kind { FACT_FEATURE, FACT_FIELD, FACT_PARAM, FACT_TABLE, FACT_ROWS, FACT_DAY, FACT__MAX };

struct explain_row {
    uint16_t table;
    uint32_t row;
    struct str text;
};

struct explain_fact {
    enum explain_fact_kind kind;
    unsigned depth;  /* 0: named by the condition; deeper: what the fact above was made of */
    struct str name; /* as in the books; empty for an expression */
    struct explain_words label, value, source;
    date_day from, to; /* window or state date; 0: none */
    bool has_rows;
    uint16_t table;                       /* of the rows */
    size_t n_counted, n_doubtful, n_more; /* rows that count, that may count, not shown */
    struct explain_row *rows;
    size_t n_rows;
    struct explain_words *reasons;
    size_t n_reasons;
};

struct explain_condition {
    struct explain_words sentence, with_values; /* with_values: of comparisons, else empty */
    enum explain_verdict verdict;
    struct explain_words *reasons;
    size_t n_reasons;
    struct explain_fact *facts;
    size_t n_facts;
    struct explain_words *changes;
    size_t n_changes; /* what would turn this condition (toward turning the verdict) */
    bool any_change;  /* one of the changes is enough; else all are needed */
    bool has_missing; /* some entry says what is missing: only with it can be told what would turn the condition */
};

struct explain_citation {
    struct explain_words label;
    struct str book, heading, file;
    uint32_t line;
};

struct explanation {
    struct str name;
    struct explain_words label, kind, severity, cause, sentence, says;
    struct explain_words *measures;
    size_t n_measures;
    enum explain_verdict verdict;
    date_day as_of, known_at;
    struct explain_citation cite;
    struct explain_citation *losers;
    size_t n_losers;
    struct explain_words *empty;
    size_t n_empty; /* parameters not set, with who must set them */
    struct explain_words *reasons;
    size_t n_reasons;
    struct explain_condition *conditions;
    size_t n_conditions;
};

/* Everything of *out lies in the arena. RC_USAGE when there is no such output or row. */
enum rc explain_make(const struct explain_request *q, struct arena *a, struct explanation *out, struct err *e) MUST_USE;
void explain_text(const struct explanation *x, enum lang lang, struct buf *out);
/* The household member that an explanation is of; row: where its roster row stands. */
struct explain_member {
    size_t number; /* in the household, from 1 */
    struct str name, row;
};
/* who: NULL for the household itself. */
void explain_json(const struct explanation *x, const struct explain_member *who, struct buf *out);
#endif
