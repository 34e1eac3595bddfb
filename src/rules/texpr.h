/* Typed expressions: names resolved to declarations and fields, types and units checked, windows taken out of
 * conditions. Made by the typer for one environment and as-of date; read by the lowering (IR), the Chinese printer and
 * explain. */
#ifndef RULES_TEXPR_H
#define RULES_TEXPR_H
#include "base/par.h"
#include "rules/ir.h"
#include "rules/policy.h"

/* Type of an expression. */
struct ty {
    enum type_kind kind;      /* T_BOOL INT RATIO DATE TEXT DIVISION QUANTITY CODES SET REF */
    uint16_t num, den;        /* QUANTITY: units */
    const struct decl *codes; /* CODES, SET */
    uint16_t table;           /* REF: TABLE_HOUSEHOLD, TABLE_PERSON */
};

/* A stored or built-in field of a table. */
enum builtin {
    BF_STORED,
    BF_DERIVED,
    BF_ID_VALID,
    BF_DIVISION,
    BF_HOUSEHOLD,
    BF_HEAD,
    BF_ID,
    BF_NAME,
    BF_CODE,
    BF__MAX
};
struct field_ref {
    enum builtin builtin;
    uint16_t table;                /* frame table */
    uint16_t column;               /* frame column (BF_STORED, ID_VALID, ID, NAME, CODE) */
    const struct field_decl *decl; /* BF_STORED, BF_DERIVED */
    uint32_t dataset;              /* dataset number the field was declared in (roster for household and person) */
    uint16_t field;                /* index in the dataset declaration */
};

enum tx_kind {
    TX_CONST,  /* v (bool, int scaled to the type, date span, code index, set mask), or text */
    TX_ABSENT, /* none */
    TX_AS_OF,
    TX_PARAM,   /* slot */
    TX_FIELD,   /* field of the row at scope `scope` */
    TX_FEATURE, /* feature of the row at scope `scope`; body shared */
    TX_ROW,     /* the row at scope `scope` as a reference */
    TX_HEAD,    /* head of the household at scope `scope`, a reference */
    TX_VIA,     /* a: reference; b: expression typed in the scope of the referenced table alone */
    TX_NOT,
    TX_NEG,
    TX_BINARY,   /* op; a, b */
    TX_IN_RANGE, /* a in b..c (open: ..<) */
    TX_IN_SET,   /* a (code) in b (set) */
    TX_IS_ABSENT,
    TX_IS_BLANK,
    TX_WITHIN, /* a (date) within n..: window on a date that is not the time field, or one taken out as reach (then only
                  printed) */
    TX_IN_PERIOD, /* a (date) in first..last */
    TX_IF,
    TX_LEAST,
    TX_GREATEST,
    TX_SET,   /* items[] (constant code sets are TX_CONST) */
    TX_PART,  /* .year .month of a date; .province .. .village of a division: `part` level 1..5, year 6, month 7 */
    TX_TABLE, /* decl table, keys[] ; rows typed in trows */
    TX_AGG,
    TX_EVERY, /* parts[]: the body at each month end, joined by and */
    TX_CALL,  /* full_years, month_end */
    TX_RULE,  /* a rule's or measure's truth (examples): out_name */
    TX__MAX
};

/* One step of a row path. */
enum step_kind { STEP_MEMBERS, STEP_DATASET, STEP_REF, STEP_HEAD, STEP_HOUSEHOLD, STEP_WHOLE };
struct tx_step {
    enum step_kind kind;
    uint16_t table;          /* table of the rows after this step */
    uint32_t dataset;        /* DATASET */
    const struct decl *decl; /* DATASET */
    struct tx *ref;          /* REF: the reference, typed in the scope of the row before */
    struct ir_reach reach;   /* DATASET: anchor register filled by the lowering */
    struct tx *anchor;       /* SPAN reach: anchor expression or NULL */
    struct tx *window; /* the window condition as written (TX_WITHIN, TX_IN_PERIOD), for printing; NULL for snapshots */
    bool this_period;
};

struct tx_set_item {
    uint32_t code;
    struct tx *when;
};
struct tx_trow {
    struct tx **keys;
    bool is_else;
    struct tx *value;
}; /* keys: conditions on the key values (bool), NULL = matches */

struct tx {
    enum tx_kind kind;
    struct ty ty;
    bool frac;         /* held exactly as a quotient */
    bool span;         /* held as a span (dates, full_years) */
    bool secret;       /* a secret field: only ==, !=, is blank, is absent */
    bool zero;         /* the literal 0: fits every unit */
    uint32_t scopes;   /* row scopes it reads, one bit each */
    bool may_absent;   /* could be absent (a condition then gets TRUTH) */
    bool rowsum;       /* a sum over disjoint rows of one household: range does not grow over members */
    bool nonneg_field; /* a stored field declared >= 0 */
    i128 lo, hi;       /* range (fractions: of numerator), den_hi: greatest denominator */
    i128 den_hi;
    struct pos at;
    const struct expr *src;
    uint32_t scope; /* number of the row scope it reads (FIELD, FEATURE, ROW, HEAD) ; 0 = outermost */
    ir_reg reg;
    uint16_t space; /* set by the lowering (of the first use) */
    struct tx *a, *b, *c;
    enum binop op;
    bool open_end; /* IN_RANGE */
    int64_t v, w;
    struct str text;         /* text constant, function or output name */
    uint16_t slot;           /* PARAM */
    struct field_ref field;  /* FIELD, IS_BLANK */
    const struct decl *decl; /* PARAM, FEATURE, TABLE, RULE; FIELD: its dataset */
    reason why;              /* reason of a rough date or blank read here */
    uint8_t part;
    struct tx_set_item *items;
    size_t n_items;
    struct tx **parts;
    size_t n_parts; /* EVERY; TABLE keys */
    struct tx_trow *trows;
    size_t n_trows;
    struct {
        enum period_kind kind;
        enum period_unit unit;
        int32_t n, m;
        bool in_days, has_ending;
        date_day first, last;
    } win; /* WITHIN, IN_PERIOD */
    struct {
        enum agg_kind kind;
        uint32_t start; /* scope the path starts from (not WHOLE) */
        struct tx_step *steps;
        size_t n_steps;
        uint32_t scope0;          /* scope number of the rows after the first step; step k has scope0 + k */
        struct tx *where, *value; /* where without the window; NULL: none */
        struct tx *own;           /* rank, share: the value for the outer row */
        struct str alias;
    } agg;
};

/* A compiled rule, measure output or feature with its typed expressions. */
struct tx_output {
    enum output_kind kind;
    const struct decl *decl;
    struct str name; /* as ir_output.name */
    uint16_t table;  /* subject: TABLE_HOUSEHOLD, TABLE_PERSON or a fact table */
    struct tx *when; /* bool; feature: the value. not_entitled: enrolled and not eligible and not kept */
};

struct compile_options {
    const struct place *place; /* place of the environment */
    date_day as_of;
    const struct str *only;
    size_t n_only; /* names of rules, measures ("dibao") or features ("household.oop_12m"); NULL: all rules and measures
                      in force */
    bool features; /* also output every household and member feature (examples, dumps) */
};

/* Compile the rules in force at a place and day to a program. Type errors go to diags; with errors *out is NULL and the
 * result RC_INPUT. */
struct compiled {
    struct program *program;
    struct tx_output *outputs;
    size_t n_outputs; /* parallel to program->outputs */
};
enum rc rules_compile(struct policy *p, const struct compile_options *o, struct arena *a, struct diags *d,
                      struct compiled *out, struct err *e) MUST_USE;
/* Compile extra boolean expressions (an example's expectations) with the household as outermost row; appended as
 * OUT_EXPECT outputs. */
enum rc rules_compile_expects(struct policy *p, const struct compile_options *o, struct expr *const *conds, size_t n,
                              struct arena *a, struct diags *d, struct compiled *out, struct err *e) MUST_USE;

/* What each measure in force gives a subject (fen; held as a quotient where it is one), by the measure's name; measures
 * without `gives` have no output. */
enum rc rules_compile_gives(struct policy *p, const struct compile_options *o, struct arena *a, struct diags *d,
                            struct compiled *out, struct err *e) MUST_USE;
/* One condition on the rows of a table (who is head), or one value outside any row (a parameter's): a single output. */
enum rc rules_compile_condition(struct policy *p, const struct compile_options *o, struct expr *cond, uint16_t table,
                                struct arena *a, struct diags *d, struct compiled *out, struct err *e) MUST_USE;
enum rc rules_compile_value(struct policy *p, const struct compile_options *o, struct expr *value,
                            const struct type_ref *type, struct arena *a, struct diags *d, struct compiled *out,
                            struct err *e) MUST_USE;
/* A constant length of time in days (`due 10 days`); a month counts 30, a quarter 91, a year 365. */
enum rc rules_constant_days(struct policy *p, const struct expr *x, const struct place *at, date_day day,
                            struct arena *a, struct diags *d, int32_t *out, struct err *e) MUST_USE;
struct frame;
/* Fill f->head from the `head when` of the roster in force at each household's place (SEMANTICS §5): exactly one member
 * for whom it is true. places: those that f->place numbers, f->n_places of them. */
enum rc rules_fill_heads(struct policy *p, const struct place *places, struct frame *f, struct par_team team,
                         struct arena *a, struct diags *d, struct err *e) MUST_USE;

/* The frame columns a table has: household: division code first; person: id_valid, id hash, name; then declared stored
 * fields in order. */
struct table_layout {
    struct field_ref *cols;
    size_t n;
};
enum rc rules_layout(struct policy *p, uint16_t table, struct arena *a, struct table_layout *out) MUST_USE;

/* Evaluate a parameter value (typed against the parameter's type) at a place and day. State EMPTY when a parameter it
 * needs is empty. */
struct pval;
enum rc rules_param_value(struct policy *p, struct str name, const struct place *at, date_day day, struct pval *out,
                          struct diags *d, struct err *e) MUST_USE;
/* Does a `require` of a parameter hold with the values now in force? What cannot be told is allowed (SEMANTICS §6). */
enum rc rules_param_allows(struct policy *p, struct expr *cond, const struct place *at, date_day day, bool *allows,
                           struct diags *d, struct err *e) MUST_USE;
/* Every `require` of a parameter with the values in force at a place and day: one that does not hold is an error in d,
 * with its message, at the book's value (a value set in the database: at the require). */
enum rc rules_param_check(struct policy *p, struct str name, const struct place *at, date_day day, struct diags *d,
                          struct err *e) MUST_USE;
/* Parameter table of a program for the given places. */
struct ptable;
enum rc rules_ptable(struct policy *p, const struct program *prog, const struct place *places, uint32_t n,
                     struct arena *a, struct ptable *out, struct diags *d, struct err *e) MUST_USE;

/* ---- printing (zh.c) */
/* The Chinese sentence of an expression (labels for names, one template an operator). */
void zh_print(struct policy *p, const struct tx *t, struct buf *out);
/* One line per top-level `and` condition. */
void zh_print_conditions(struct policy *p, const struct tx *t, struct buf *out);
/* A value of a type for people: 23,000 元, 2026-06-30, 是, 患有大病、残疾; states in words. */
void zh_value(struct policy *p, const struct ty *ty, const struct value *v, enum lang lang, struct buf *out);
/* A reason for people: "教育局 2026-09 在校生名册未到". */
void zh_reason(struct policy *p, reason r, enum lang lang, struct buf *out);
#endif
