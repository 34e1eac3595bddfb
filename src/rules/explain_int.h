/* Inside of explain: explain.c puts it together, explain_fact.c values, explain_rows.c windows and evidence,
 * explain_change.c the nearest change. */
#ifndef RULES_EXPLAIN_INT_H
#define RULES_EXPLAIN_INT_H
#include "base/out.h"
#include "rules/explain.h"
#include "rules/zh_int.h"

/* A row that names are read at. */
struct ex_at {
    uint16_t table;
    uint32_t row;
};

struct ex_ctx {
    const struct explain_request *q;
    const struct program *prog;
    struct ref *ref;
    struct arena *a;
    struct err *e;
    enum rc rc; /* first failure; nothing more is done after it */
    struct buf tmp[LANG__MAX];
};

/* Climb from a row to the row of an outer table (fact -> person -> household). */
bool ex_climb(const struct ex_ctx *c, struct ex_at at, uint16_t table, struct ex_at *out);
/* Value of a part of the tree at a row; false where it lives among rows of an aggregate (or was not lowered). */
bool ex_value(struct ex_ctx *c, const struct tx *t, struct ex_at at, struct value *v, uint8_t *rep);
enum explain_verdict ex_verdict(const struct value *v);

/* Begin a text in both languages, then end it: the copies lie in the arena. */
void ex_begin(struct ex_ctx *c);
struct explain_words ex_end(struct ex_ctx *c);
void ex_add(struct ex_ctx *c, const char *en, const char *zh);
void ex_add_str(struct ex_ctx *c, struct str s);
void ex_add_value(struct ex_ctx *c, const struct ty *ty, uint8_t rep, const struct value *v);
/* The sentence of a part: Chinese words, English the source text. */
void ex_add_sentence(struct ex_ctx *c, const struct tx *t);
/* A row as the caller shows it. */
void ex_add_row(struct ex_ctx *c, uint16_t table, uint32_t row);
void ex_fail(struct ex_ctx *c, enum rc rc);
void *ex_array(struct ex_ctx *c, size_t n, size_t size);
struct explain_words *ex_reasons(struct ex_ctx *c, reason_set why, size_t *n);
/* A value as far as it may be shown. */
void ex_add_shown(struct ex_ctx *c, const struct tx *t, uint8_t rep, const struct value *v);
bool ex_is_secret(const struct ex_ctx *c, const struct tx *t);

/* ---- explain_fact.c */
void ex_facts(struct ex_ctx *c, const struct tx *t, struct ex_at at, struct explain_condition *out);
/* Days of the month ends of `at every`, newest first. */
date_day ex_every_day(const struct ex_ctx *c, const struct tx *t, size_t i);
/* The feature's aggregate, or the aggregate itself, at its row; NULL when it is none. */
const struct tx *ex_agg_of(const struct ex_ctx *c, const struct tx *t, struct ex_at at, struct ex_at *where);

/* ---- explain_rows.c */
/* show: also ask the caller how the rows read. */
void ex_rows(struct ex_ctx *c, const struct tx *agg, struct ex_at at, bool show, struct explain_fact *f);

/* ---- explain_change.c */
void ex_changes(struct ex_ctx *c, const struct tx *t, struct ex_at at, bool want, struct explain_condition *out);
#endif
