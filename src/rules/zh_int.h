/* Inside of the Chinese printer. zh.c walks the tree, zh_rows.c says rows and windows, zh_words.c names, numbers and
 * dates, zh_value.c values and reasons for people. */
#ifndef RULES_ZH_INT_H
#define RULES_ZH_INT_H
#include "rules/texpr.h"
#include "rules/typer_int.h"

enum zh_op {
#define ZH(id, level, p1, p2, p3, text) ZH_##id,
#include "rules/zh.def"
#undef ZH
    ZH__MAX
};

/* From loose to tight. `and` in `or` and `or` in `and` are both bracketed: in Chinese neither binds tighter. */
enum zh_level { ZL_ANY, ZL_IF = ZL_ANY, ZL_AND, ZL_OR, ZL_NOT, ZL_CMP, ZL_ADD, ZL_MUL, ZL_OF, ZL_ATOM };

enum { ZH_DEPTH_MAX = 3 * EXPR_DEPTH_MAX, ZH_ARGS = 3 };

struct zh {
    struct policy *p;
    struct buf *out;
    unsigned depth;
    const struct tx_step *scopes[SCOPES_MAX]; /* of aggregates that are open; NULL: the row the sentence is about */
    uint32_t first, here;   /* rows of the innermost aggregate's path; here UINT32_MAX outside all aggregates */
    const struct tx *merge; /* the table whose label the rows' name stands for */
    const struct tx *key;   /* the look-up key being said */
    size_t named;           /* where an outer row was last named */
};

/* What fills $1, $2, $3: a part of the tree, the rows of an aggregate, or a text. */
struct zh_arg {
    const struct tx *t;
    const struct tx *rows;
    bool owned; /* rows: say whose they are */
    struct str s;
};

void zh_fill(struct zh *z, enum zh_op op, const struct zh_arg *args);
void zh_part(struct zh *z, const struct tx *t, enum zh_level place);
enum zh_op zh_op_of(struct zh *z, const struct tx *t);
/* The operator that a comparison of these sides is read with. */
enum zh_op zh_compare_op(enum binop op, const struct tx *a);
/* Puts what was printed since `from` in 「」. */
void zh_wrap(struct zh *z, size_t from);

/* ---- zh_rows.c */
struct zh_saved {
    uint32_t first, here;
};
struct zh_saved zh_enter(struct zh *z, const struct tx *agg);
void zh_leave(struct zh *z, struct zh_saved s);
void zh_rows(struct zh *z, const struct tx *agg, bool owned);
/* One row of a path: 家庭成员, 医保结算记录, 亲属. */
void zh_noun(struct zh *z, const struct tx_step *s);
void zh_window(struct zh *z, const struct tx *w);
void zh_period(struct zh *z, const struct period *p, const struct tx *w, bool at);

/* ---- zh_words.c */
/* Label of a declaration, its name when it has none. */
struct str zh_label(const struct decl *d);
/* The dataset's rows: 医保结算记录, 残疾人证. */
void zh_record(struct buf *out, struct str label);
void zh_field(struct zh *z, const struct tx *t);
void zh_row_word(struct zh *z, uint16_t table, struct buf *out);
void zh_const(struct zh *z, const struct tx *t);
/* A bool's label read as a condition: 是否 is dropped. */
void zh_bool_label(struct buf *out, struct str label);
void zh_date(struct buf *out, int64_t span);
void zh_codes(const struct decl *codes, uint64_t mask, const char *between, struct buf *out);
void zh_amount(struct policy *p, const struct ty *ty, int64_t v, enum lang lang, bool spaced, struct buf *out);
void zh_grouped(i128 v, struct buf *out);
/* A declaration of a dataset by number, as first made; NULL when there is none. */
const struct decl *zh_dataset(struct policy *p, uint32_t number);
/* As zh_value, told how the value is held. */
void zh_value_rep(struct policy *p, const struct ty *ty, uint8_t rep, const struct value *v, enum lang lang,
                  struct buf *out);
#endif
