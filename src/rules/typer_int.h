/* Inside of the typer and the lowering; included by files of this folder only. */
#ifndef RULES_TYPER_INT_H
#define RULES_TYPER_INT_H
#include "base/limits.h"
#include "base/vec.h"
#include "rules/frame.h"
#include "rules/texpr.h"

enum { SCOPES_MAX = 24, TYPER_FEATURE_DEPTH_MAX = 32, SLOTS_MAX = 4096 };

/* A row scope: a row that names can mean. */
struct scope {
    uint16_t table;
    struct str name, alias; /* "household", "member", "person", dataset, reference field; alias may be empty */
    uint32_t dataset;
    const struct decl *decl; /* dataset */
    bool implicit;           /* the household or member above the subject row: not written by the author */
};

/* A feature or derived field typed once per as-of date. */
struct typed_feature {
    const void *decl; /* struct decl (feature) or struct field_decl (derived) */
    date_day day;
    struct tx *body; /* NULL while in progress or failed */
    bool busy, failed;
};

struct typer {
    struct policy *p;
    const struct place *place;
    date_day place_day; /* D of the screen: books, parameters, place */
    date_day day;       /* D of windows, ages: differs inside `at every month end` */
    bool in_every;
    bool rule_names; /* rule names are conditions (expectations of examples) */
    struct arena *a;
    struct diags *d;
    struct scope scopes[SCOPES_MAX];
    uint32_t n_scopes;
    unsigned depth, feature_depth;
    VEC(struct typed_feature) features;
    VEC(struct ir_slot) slots;
    struct table_layout *layouts; /* by table, made when first asked for */
    struct watch watch;
    bool nomem;
};

/* ---- typer.c: context, scopes, errors */
void typer_init(struct typer *t, struct policy *p, const struct place *place, date_day day, struct arena *a,
                struct diags *d);
void typer_fini(struct typer *t);
/* Report and return NULL. */
#define TDIAG(t, at, ...) diag_add((t)->d, DIAG_ERROR, (at), __VA_ARGS__)
#define TERR(t, at, ...) (TDIAG(t, at, __VA_ARGS__), (struct tx *)NULL)
struct tx *tx_new(struct typer *t, enum tx_kind k, struct ty ty, const struct expr *src);
/* Note for those who watch what an expression was typed as. */
void typer_saw(struct typer *t, const struct expr *e, struct tx *x);
struct tx *tx_const(struct typer *t, struct ty ty, int64_t v, const struct expr *src);
bool scope_push(struct typer *t, struct scope s, struct pos at);
/* Set the scope stack for a subject row of a table: household; household, member; household, member, dataset. */
bool scope_root(struct typer *t, uint16_t table, struct pos at);
/* Scope by name or alias, innermost first; UINT32_MAX none. *several: more than one answers. */
uint32_t scope_find(const struct typer *t, struct str name, bool *several);
static inline struct scope *scope_this(struct typer *t) { return &t->scopes[t->n_scopes - 1]; }
uint16_t typer_slot(struct typer *t, struct str param, date_day at, uint8_t rep);
const struct decl *typer_roster(struct typer *t);
const struct decl *typer_dataset(struct typer *t, uint32_t number);

/* ---- types.c */
struct ty ty_of(enum type_kind k);
struct ty ty_quantity(uint16_t num, uint16_t den);
/* A written type; false (and a diagnostic) when a name in it is not declared. */
bool ty_resolve(struct typer *t, const struct type_ref *r, struct ty *out);
bool ty_same(const struct ty *a, const struct ty *b);
void ty_print(struct policy *p, const struct ty *t, struct buf *out);
const char *ty_text(struct typer *t, const struct ty *ty);   /* in the arena, for messages */
unsigned ty_decimals(struct policy *p, const struct ty *ty); /* scale of the stored integer: fen 2, ratio 9 */
uint8_t ty_rep(const struct ty *ty);
/* Range of stored values of a type (SEMANTICS §1 bounds). */
void ty_range(const struct ty *ty, i128 *lo, i128 *hi);

/* ---- typer_names.c */
/* Field of a table by name in this environment; false when there is none. */
bool field_find(struct typer *t, uint16_t table, struct str name, struct field_ref *out, const struct decl **dataset);
struct tx *type_name(struct typer *t, const struct expr *e, const struct ty *want);
struct tx *type_dot(struct typer *t, const struct expr *e, const struct ty *want);
struct tx *type_index(struct typer *t, const struct expr *e);
struct tx *type_param(struct typer *t, const struct expr *e, struct str name, date_day at);
/* Field, builtin or feature `name` of the row at scope s; NULL without a diagnostic when there is none (*found false).
 */
struct tx *type_member_of(struct typer *t, const struct expr *e, uint32_t s, struct str name, bool *found);
struct tx *type_via(struct typer *t, const struct expr *e, struct tx *ref, struct str name);
struct tx *type_feature_body(struct typer *t, const struct decl *feature, uint16_t table);
uint16_t entity_table(struct typer *t, struct str entity); /* household, member, person, dataset; UINT16_MAX */
void err_not_optional(struct diags *d, struct pos at, const struct decl *param); /* none given to one (params.c) */
void err_unknown_name(struct typer *t, struct pos at, struct str name);

/* ---- typer_expr.c */
/* Type e. want: the expected type or NULL; bare: a number without unit takes want's unit. */
struct tx *type_expr(struct typer *t, const struct expr *e, const struct ty *want, bool bare);
struct tx *type_bool(struct typer *t, const struct expr *e);
/* Type e and require the type; a quotient is allowed. */
struct tx *type_as(struct typer *t, const struct expr *e, const struct ty *want, bool bare);
struct tx *tx_and(struct typer *t, struct tx *a, struct tx *b);
struct tx *tx_not(struct typer *t, struct tx *a);
/* A whole number known at compile time, of a time unit: months and days. */
bool type_time_span(struct typer *t, const struct expr *e, int32_t *months, int32_t *days);

/* ---- typer_ops.c */
struct tx *type_binary(struct typer *t, const struct expr *e);
struct tx *type_compare(struct typer *t, const struct expr *e, enum binop op, struct tx *a, struct tx *b);
struct tx *type_in(struct typer *t, const struct expr *e, struct tx *a, const struct expr *right);
struct tx *type_range(struct typer *t, const struct expr *e, struct tx *a, const struct expr *range);

/* ---- typer_rows.c */
struct tx *type_agg(struct typer *t, const struct expr *e);
/* first..last of a calendar period at day D; false for SPAN with an anchor that is not constant. */
bool period_bounds(enum period_kind k, enum period_unit u, date_day d, int32_t lo, int32_t hi, date_day *first,
                   date_day *last);
struct tx *type_within(struct typer *t, const struct expr *e);
struct tx *type_in_period(struct typer *t, const struct expr *e);

/* ---- compile.c: in expectations, the truth of a rule or of one side of a measure for the household; NULL when there
 * is none */
struct tx *type_rule_name(struct typer *t, const struct expr *e, struct str name);
struct tx *type_measure_truth(struct typer *t, const struct expr *e, const struct decl *measure, bool received);
/* The same of a dataset's clause: require_1, filled_2. */
struct tx *type_check_truth(struct typer *t, const struct expr *e, const struct decl *dataset, struct str name);

/* ---- typer_checks.c: `require` and `filled` of a dataset, findings named DATASET.require_N, DATASET.filled_N (N from
 * 1 in the order written) */
enum check_kind { CHECK_REQUIRE, CHECK_FILLED, CHECK__MAX };
/* Clause i as a quality rule: its message (or the blank fields' labels) is the label. NULL: out of memory. */
struct decl *check_decl(struct typer *t, const struct decl *dataset, enum check_kind kind, size_t i);
/* Which clause the part of the name after the dot means. */
bool check_find(const struct decl *dataset, struct str name, enum check_kind *kind, size_t *i);
/* True for a row that breaks the clause; typed with the scopes of the row, which stay. */
struct tx *type_check(struct typer *t, const struct decl *dataset, enum check_kind kind, size_t i);
/* `decided on FIELD [when CONDITION]` of a dataset means something: a stored date, a condition on its rows. False when
 * not (said). */
bool type_decided(struct typer *t, const struct decl *dataset);
/* The rows it speaks of. */
uint16_t check_table(struct typer *t, const struct decl *dataset);

/* ---- typer_table.c */
struct tx *type_table(struct typer *t, const struct expr *e, const struct decl *table);

/* ---- lower.c */
struct lower;
struct program *lower_new(struct typer *t, struct lower **lw);
/* Lower a typed output for a subject table; the register lives in the canonical space of the table. */
ir_reg lower_output(struct lower *lw, struct tx *t, uint16_t table);
/* Likewise the condition of a rule or measure: of a dataset's rows those that stand today. */
ir_reg lower_verdict(struct lower *lw, struct tx *t, uint16_t table);
enum rc lower_finish(struct lower *lw, struct err *e) MUST_USE;
void lower_free(struct lower *lw);
#endif
