/* The syntax tree of policy books: what was written, with positions, before any name is looked up.
 * All nodes live in one arena; texts are views into it. */
#ifndef BOOK_AST_H
#define BOOK_AST_H
#include "base/arena.h"
#include "base/date.h"
#include "base/diag.h"
#include "base/num.h"

/* ---------------------------------------------------------------- expressions */

enum expr_kind {
    E_NUMBER, E_DATE, E_MONTH, E_STRING, E_BOOL, E_NAME, E_DOT, E_INDEX, E_UNIT,
    E_NOT, E_NEG, E_BINARY, E_IS, E_WITHIN, E_IN_PERIOD, E_IF, E_EVERY, E_SET, E_PAIR, E_AGG, E_RANGE, E_CALL,
    E__MAX
};

enum binop {
    OP_OR, OP_AND, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_IN, OP_HAS, OP_ADD, OP_SUB, OP_MUL, OP_DIV, BINOP__MAX
};

enum agg_kind { AGG_SUM, AGG_COUNT, AGG_ANY, AGG_ALL, AGG_MIN, AGG_MAX, AGG_LATEST, AGG_RANK, AGG_SHARE, AGG__MAX };

enum period_unit { PER_MONTH, PER_QUARTER, PER_YEAR, PER_TERM, PER_DAY, PER__MAX };

struct name {
    struct str text;
    struct pos at;
};

struct name_list {
    struct name *v;
    size_t n;
};

/* this|last month|quarter|year|term [so far]; months|quarters|years a..b [from x]; a year; a month; day..day */
enum period_kind { PK_THIS, PK_LAST, PK_SPAN, PK_YEAR, PK_MONTH, PK_DAYS, PK__MAX };
struct period {
    enum period_kind kind;
    enum period_unit unit; /* THIS, LAST, SPAN */
    bool so_far;           /* THIS */
    struct expr *lo, *hi;  /* SPAN: signed counts; both ends in */
    struct expr *from;     /* SPAN: anchor or NULL (as-of date) */
    date_day first, last;  /* YEAR, MONTH, DAYS */
    struct pos at;
};

/* AGG([value for] path [as alias] [this period] [where cond]) */
struct rows {
    struct name_list path;
    struct name as; /* text.n == 0: none */
    bool has_this;
    enum period_unit this_unit;
    struct expr *where; /* or NULL */
};

struct set_item {
    struct expr *code; /* E_NAME, or E_RANGE never */
    struct expr *when; /* or NULL */
};

struct expr {
    enum expr_kind kind;
    struct pos at;      /* of the operator for infix forms, else of the first token */
    struct pos from;    /* first token of the whole expression */
    uint32_t id;        /* dense per book set: index of side tables */
    union {
        struct {                /* E_NUMBER, value = digits / 10^decimals, times 万/亿, before %; unit as written */
            i128 digits;
            uint8_t decimals;
            bool percent;
            struct name unit, per; /* text.n == 0: none; "yuan/person" has both */
        } num;
        date_day date;          /* E_DATE; E_MONTH: first day */
        struct str string;
        bool boolean;
        struct name name;       /* E_NAME, E_UNIT */
        struct { struct expr *left; struct name name; } dot;
        struct { struct expr *left; struct expr **args; size_t n; struct period *period; } index; /* args or period */
        struct { struct expr *a; } unary;                               /* E_NOT, E_NEG */
        struct { enum binop op; struct expr *a, *b; } bin;              /* OP_IN: b is E_RANGE or E_SET or a path */
        struct { struct expr *a; bool blank; } is;                      /* is blank, else is absent */
        struct { struct expr *a, *span, *ending; } within;              /* ending NULL: none */
        struct { struct expr *a; struct period *period; } in_period;
        struct { struct expr *c, *a, *b; } cond;
        /* at every UNIT end of last COUNT: BODY; ago: at UNIT end COUNT ago: BODY */
        struct { enum period_unit unit; bool ago; struct expr *count, *body; } every;
        struct { struct set_item *v; size_t n; } set;
        struct { bool least; struct expr *a, *b; } pair;                /* least(a, b), greatest(a, b) */
        struct { enum agg_kind kind; struct expr *value; struct rows rows; } agg; /* value NULL: none */
        struct { struct expr *lo, *hi; bool hi_open_end; } range;       /* hi_open_end: ..<; lo, hi NULL only in keys */
        struct { struct name fn; struct expr **args; size_t n; } call;  /* full_years(a, b), … */
    } u;
};

/* ---------------------------------------------------------------- declarations */

enum type_kind { T_BOOL, T_INT, T_RATIO, T_DATE, T_TEXT, T_DIVISION, T_QUANTITY, T_CODES, T_SET, T_REF, TYPE__MAX };

struct type_ref {
    enum type_kind kind;   /* a bare name: T_CODES to the parser; the resolver makes a unit T_QUANTITY */
    struct name name;      /* unit, codes or entity */
    struct name per;       /* unit after "/" */
    struct pos at;
};

/* in DIVISION for FLAGS from DAY to DAY */
struct reach {
    bool has_division;
    int64_t division;      /* 12 digits */
    struct name_list flags;
    date_day from, to;     /* 0 = open; both ends in */
    struct pos at;
};

/* Where a declaration was made: "book#heading / heading". */
struct cite {
    struct str book;       /* book name, filled when the book line has been seen */
    struct str path;       /* heading path, " / " between the levels */
    struct pos at;
};

enum decl_kind {
    D_BOOK, D_UNIT, D_CODES, D_PARAM, D_TABLE, D_DATASET, D_FEATURE, D_RULE, D_MEASURE, D_EXAMPLE,
    D_EQUIVALENT, D__MAX
};
enum decl_mode { DM_NEW, DM_OVERRIDE, DM_EXTEND };

struct book_decl {
    bool has_jurisdiction;
    int64_t jurisdiction; /* 12 digits; 0 = the whole country (written 00) */
    struct name_list inherits;
    date_day issued;
};

struct unit_decl { uint8_t decimals; };                      /* unit mu "亩" decimals 2 */

struct code_item { struct name name; struct str label; struct str *aliases; size_t n_aliases; };
struct codes_decl { bool ordered; struct code_item *v; size_t n; };

struct param_value { struct reach reach; struct expr *value; struct str cite; struct pos at; };
struct requirement { struct expr *cond; struct str message; struct pos at; };
struct param_decl {
    struct type_ref type;
    bool optional;
    struct param_value *values; size_t n_values;
    struct name_list set_by;
    struct requirement *requires; size_t n_requires;
};

/* A key of a table row: one expression (a literal or range), or a set of names. */
struct table_key { struct expr *e; struct name_list names; struct pos at; };
struct table_row { bool is_else; struct table_key *keys; size_t n_keys; struct expr *value; struct pos at; };
struct table_key_decl { struct name name; struct type_ref type; };
struct table_decl {
    struct table_key_decl *keys; size_t n_keys;
    struct type_ref type;
    struct table_row *rows; size_t n_rows;
};

enum dataset_kind { DK_NONE, DK_EVENTS, DK_SNAPSHOT, DK_LATEST };
enum coverage { COV_NONE, COV_COMPLETE, COV_PARTIAL };
enum ground { GROUND_NONE, GROUND_STATUTE, GROUND_CONSENT };

struct field_decl {
    struct name name;
    struct type_ref type;
    struct str label;
    struct str *aliases; size_t n_aliases;
    struct str *yes, *no; size_t n_yes, n_no; /* of a bool: words that mean it, besides those that do anywhere */
    bool optional, secret, sensitive, is_key;
    bool of_household;                 /* roster only: one value a household */
    struct expr *bound; enum binop bound_op; /* yuan >= 0; NULL: none */
    struct expr *range;                /* in a..b; NULL: none */
    struct expr *derived;              /* = expr; NULL: stored */
};

struct dataset_decl {
    struct name_list by;               /* departments */
    enum dataset_kind kind;
    enum period_unit period;           /* EVENTS: month quarter year; SNAPSHOT: also term */
    struct name time_field;            /* EVENTS; LATEST: optional */
    enum coverage coverage;
    struct expr *due, *fresh;          /* days; NULL: not given */
    enum ground ground;
    struct str statute; struct name consent;
    struct name_list person_by;        /* id field, name field */
    struct name placed_by;             /* division field: its rows are about villages, not about people; "": not */
    struct name_list key;
    struct name_list senders;
    bool delivered_whole, unidentified_as_none;
    struct field_decl *fields; size_t n_fields;
    struct requirement *requires; size_t n_requires; /* quality finding per row */
    struct { struct name_list names; struct expr *when; struct pos at; } *filled; size_t n_filled;
    struct name decided_on;            /* its rows are decisions, of the day in this field; "": they are not */
    struct expr *decided_when;         /* those of its rows that are; NULL: all */
    /* roster only */
    struct name household_by;          /* household code field */
    struct name lives_in;              /* division field of the household */
    struct expr *head_when;            /* which member is the head */
};

struct feature_decl { struct name entity; struct type_ref type; struct expr *value; };

enum finding_kind { FK_RISK, FK_COVERAGE, FK_QUALITY, FK__MAX };
enum severity { SEV_NONE, SEV_RED, SEV_ORANGE, SEV_YELLOW, SEV__MAX };

struct rule_decl {
    enum finding_kind kind;
    enum severity severity;
    struct name on;                    /* text.n == 0: household */
    struct expr *when;
    struct name cause;
    struct name_list suggest;
    struct name starts;
    struct str says;
    struct str number;                 /* of a data check: its number in the list it comes from */
    struct str mend;                   /* what to do about it, for those who correct the data */
};

struct measure_decl {
    struct name_list by;
    struct name on;
    struct expr *eligible, *enrolled, *kept, *gives; /* kept, gives may be NULL */
};

/* example "…" { given…, rows, as of, not delivered, expect } */
struct ex_field { struct name name; struct expr *value; };
struct ex_row {                        /* household { … member { … medical { … } } } */
    struct name entity;
    struct ex_field *fields; size_t n_fields;
    struct ex_row *rows; size_t n_rows;
    struct pos at;
};
struct ex_missing { struct name dataset; date_day first, last; struct pos at; };
struct ex_expect {
    bool unknown;
    struct expr *cond;
    struct name because;
    date_day because_from, because_to;
    struct pos at;
};
struct ex_given { struct name param; struct expr *value; };
struct example_decl {
    struct ex_given *givens; size_t n_givens;
    struct ex_row *rows; size_t n_rows;
    date_day as_of;
    struct ex_missing *missing; size_t n_missing;
    struct ex_expect *expects; size_t n_expects;
};

/* Changes of a declaration that no example can tell from it, and why (policy check --strict). The texts are printed
 * fragments of the declaration, before and after. */
struct same_change { struct str before, after; struct pos at; };
struct equivalent_decl {
    struct name entity;                /* of a feature: member.age; text.n == 0: none */
    struct same_change *v; size_t n;
};

struct decl {
    enum decl_kind kind;
    enum decl_mode mode;
    struct name name;                  /* D_EXAMPLE: text = its title; D_EQUIVALENT: what it speaks of */
    struct str label;                  /* D_EQUIVALENT: the reason */
    struct reach reach;
    struct cite cite;
    struct pos at;
    uint32_t book;                     /* index of the book in struct books */
    union {
        struct book_decl book;
        struct unit_decl unit;
        struct codes_decl codes;
        struct param_decl param;
        struct table_decl table;
        struct dataset_decl dataset;
        struct feature_decl feature;
        struct rule_decl rule;
        struct measure_decl measure;
        struct example_decl example;
        struct equivalent_decl equivalent;
    } u;
};

/* A Markdown file in memory (display name for positions + text). */
struct book_file { struct str name, text; };

/* One book: a folder of Markdown (files in byte order of their names); exactly one `book` declaration. */
struct book {
    struct str name, label, dir;
    const struct book_file *files; size_t n_files; /* as they were read */
    struct decl *head;                 /* its D_BOOK */
    struct str text_hash;              /* 64 hex digits (BLAKE2b-256) over file names and texts */
};

struct books {
    struct arena *arena;
    struct decl **decls; size_t n_decls; /* all books, in order of reading */
    struct book *v; size_t n;
    uint32_t n_exprs;                  /* ids given out */
};

extern const char *const binop_text[BINOP__MAX];
extern const char *const agg_text[AGG__MAX];
extern const char *const period_unit_text[PER__MAX];
extern const char *const decl_kind_text[D__MAX];

#endif
