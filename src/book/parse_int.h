/* Shared by the parser's files: its state, how it fails, and the pieces that every declaration is made of. */
#ifndef BOOK_PARSE_INT_H
#define BOOK_PARSE_INT_H
#include "base/limits.h"
#include "book/book.h"
#include "book/lex.h"

/* How tightly an operator binds; the printer uses the same levels. */
enum level {
    LEVEL_NONE,
    LEVEL_OPEN, /* if, at every: reach to the end of the bracket or clause */
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_COMPARE,
    LEVEL_RANGE,
    LEVEL_ADD,
    LEVEL_MUL,
    LEVEL_NEG,
    LEVEL_ATOM
};

enum {
    PARSE_DEPTH_MAX = 4 * EXPR_DEPTH_MAX, /* open brackets and operands */
    ROW_DEPTH_MAX = 16,                   /* blocks within blocks of an example */
    CLAUSES_MAX = 32,                     /* clauses of a kind of block */
    SHOWN_MAX = 60                        /* bytes of the reader's text that a message quotes */
};

struct parser {
    struct books *bs;
    struct arena *arena;
    struct diags *diags;
    struct lexer lx;
    struct token cur;
    bool failed;        /* an error of this declaration has been reported: be silent */
    unsigned braces;    /* open ones of this declaration */
    unsigned depth;     /* of nested expressions */
    struct pos decl_at; /* where it begins */
};

/* Report at `where` unless this declaration has failed already; evaluates to false. */
#define P_FAIL(p, where, ...) \
    (p_first_failure(p) ? (diag_add((p)->diags, DIAG_ERROR, (where), __VA_ARGS__), false) : false)

bool p_first_failure(struct parser *p);

/* A list that doubles in the arena: append a zeroed element, NULL when memory ran out (p->failed is set). */
#define LIST_ADD(p, v, n) (((v) = list_room((p)->arena, (v), (n), sizeof *(v))) ? &(v)[(n)++] : (p_nomem(p), NULL))
void *list_room(struct arena *a, void *v, size_t n, size_t size);
void p_nomem(struct parser *p);

/* ---- tokens */
void p_advance(struct parser *p);
bool p_is_word(const struct parser *p, const char *word); /* the current token is this name or word */
bool p_take(struct parser *p, enum token_kind k);         /* take it if it is there */
bool p_take_word(struct parser *p, const char *word);
bool p_expect(struct parser *p, enum token_kind k);
bool p_expect_word(struct parser *p, const char *word);
/* "expected X, found Y" for the current token, with the mend for the mistakes people make. */
bool p_unexpected(struct parser *p, const char *en, const char *zh);
struct str p_shown(struct str s);
/* A declaration begins here: the block before it was not closed. */
bool p_at_decl_start(const struct parser *p);

/* ---- pieces */
bool p_name(struct parser *p, struct name *out, const char *en, const char *zh);
/* As p_name, for something that expressions name: no unit word. */
bool p_own_name(struct parser *p, struct name *out, const char *en, const char *zh);
bool p_names(struct parser *p, struct name_list *out, const char *en, const char *zh);
bool p_string(struct parser *p, struct str *out, const char *en, const char *zh);
bool p_label(struct parser *p, struct str name, struct str *out);
bool p_texts(struct parser *p, struct str **v, size_t *n, const char *en, const char *zh);
bool p_aliases(struct parser *p, struct str **v, size_t *n);
bool p_type(struct parser *p, struct type_ref *out);
bool p_division(struct parser *p, int64_t *out);
bool p_date(struct parser *p, date_day *out);
/* DATE, MONTH or YEAR: its first and last day. */
bool p_day(struct parser *p, date_day *first, date_day *last);
bool p_reach(struct parser *p, struct reach *r);
bool p_head(struct parser *p, struct decl *d); /* name "label" */

/* ---- blocks */
struct clause {
    const char *word;
    bool (*parse)(struct parser *p, struct decl *d); /* behind the word */
    uint8_t group; /* clauses of one group stand once in a block, and exclude each other; 0: may repeat */
    bool required; /* one of its group must be there */
};
struct block {
    const char *kind; /* the declaration's word */
    const struct clause *clauses;
    size_t n;
    bool (*item)(struct parser *p, struct decl *d); /* what begins with no clause word; NULL: nothing does */
    bool fields;                                    /* items are fields: explain one that is named like a clause */
};
#define CLAUSES(v) (v), sizeof(v) / sizeof *(v)
bool p_block(struct parser *p, struct decl *d, const struct block *b);
/* The clause word nearest to a misspelt one, or NULL. */
const char *p_near_clause(const struct block *b, struct str word);

/* ---- expressions */
struct expr *p_expr(struct parser *p);
struct expr *p_expr_level(struct parser *p, enum level min);
struct expr *p_range(struct parser *p); /* a..b, a..<b */
bool p_key(struct parser *p, struct table_key *key);
struct expr *expr_new(struct parser *p, enum expr_kind kind, struct pos at, struct pos from);
/* Note that e stands above child; false (reported) when the tree grows too deep. */
bool expr_over(struct parser *p, struct expr *e, const struct expr *child);
struct expr *expr_agg(struct parser *p);
struct period *p_period(struct parser *p, struct expr *owner);
bool p_at_period(const struct parser *p);
/* The period that a year, a month or two days make, or NULL. */
struct period *p_period_of(struct parser *p, const struct expr *e);
bool p_period_unit(struct parser *p, enum period_unit *out, bool term);

/* ---- declarations: behind the declaration's word */
bool parse_book(struct parser *p, struct decl *d);
bool parse_unit(struct parser *p, struct decl *d);
bool parse_codes(struct parser *p, struct decl *d);
bool parse_param(struct parser *p, struct decl *d);
bool parse_table(struct parser *p, struct decl *d);
bool parse_dataset(struct parser *p, struct decl *d);
bool parse_feature(struct parser *p, struct decl *d);
bool parse_rule(struct parser *p, struct decl *d);
bool parse_measure(struct parser *p, struct decl *d);
bool parse_example(struct parser *p, struct decl *d);
bool parse_equivalent(struct parser *p, struct decl *d);
bool parse_requirement(struct parser *p, struct requirement **v, size_t *n);

/* One fence. Declarations that parsed go to p->bs with `book` set. */
void parse_fence(struct parser *p, uint32_t book, struct str heading);
bool books_add_decl(struct books *bs, struct decl *d);
#endif
