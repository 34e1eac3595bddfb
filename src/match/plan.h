/* How a file of a dataset is read: which column becomes which field and how its cells are parsed. */
#ifndef MATCH_PLAN_H
#define MATCH_PLAN_H
#include "base/diag.h"
#include "base/map.h"
#include "ingest/csv.h"
#include "ingest/header.h"
#include "ingest/money_said.h"
#include "match/place.h"
#include "rules/texpr.h"

/* What a cell becomes while it waits in memory (its stage) and in the store. */
enum cell_kind {
    CK_BOOL,   /* 1 byte: 0, 1, STAGE_BLANK8 */
    CK_CODE,   /* 2 bytes: index in the plan's code names, STAGE_BLANK16 */
    CK_DATE,   /* 4 bytes: day | span << STAGE_SPAN_SHIFT; 0 blank */
    CK_NUMBER, /* 8 bytes from here on: int, quantity, ratio; STAGE_BLANK64 */
    CK_DIVISION,
    CK_PERSON, /* key of an ID, 0: not valid */
    CK_SET,    /* bit mask over the code names; 0 blank: an empty set cannot be written */
    CK_TEXT,   /* text_ref; TEXT_BLANK */
    CK_U8,     /* 1 byte, never blank */
    CK_U32,    /* 4 bytes, never blank: person, household and line numbers */
    CK_U64,    /* 8 bytes, never blank: keys and hashes */
    CK__MAX
};
enum { STAGE_BLANK8 = 2, STAGE_BLANK16 = 0xFFFF, STAGE_SPAN_SHIFT = 20, SET_CODES_MAX = 63 };
#define STAGE_BLANK64 INT64_MIN
/* Numbers in the records of facts have four bytes; one that does not fit is kept aside (match/run.h). */
#define STAGE_BLANK32 INT32_MIN
#define STAGE_BIG32 (INT32_MIN + 1)
#define TEXT_BLANK UINT64_MAX

/* Names of a code list: by name, label and alias; width and blanks do not matter. */
struct plan_codes {
    struct str *name; /* distinct, in order of declaration */
    size_t n;
    struct intern words; /* every spelling */
    uint16_t *of_word;
    uint16_t of_byte[256]; /* of spellings of one byte; STAGE_BLANK16: none */
};

struct plan_column {
    struct str name, stored;       /* the field's name and the name of its chunks */
    const struct field_decl *decl; /* NULL: one of the identity columns */
    enum cell_kind kind;
    bool money, percent, seal, optional, keep; /* keep: stored */
    bool key;                                  /* of the row key */
    bool of_member;                            /* plan_shared: said of the line's person alone */
    bool own, gate;                            /* plan_shared: no other dataset reads it; blank where there is no row */
    uint8_t decimals;
    int unit_power;        /* money: of the header */
    bool row_units;        /* money: each row says its unit, in plan.unit_column */
    bool unit_named;       /* with it: unit_power is said elsewhere too, so that the rows must agree */
    struct str unit;       /* other quantities: may follow the number */
    int64_t limit, lo, hi; /* |number| <= limit; lo <= value <= hi, dates as days */
    int32_t column;        /* of the file; HEADER_NONE: the file has none */
    int32_t *part;         /* of a set that stands in several columns: all of them, ascending; else NULL */
    size_t n_part;
    struct plan_codes *codes; /* CK_BOOL: its own words, plan_meanings_make */
};

/* What somebody said of a column: --map "COLUMN=FIELD in UNIT", or what was remembered of it. */
struct column_choice {
    struct str column; /* its header, or "#3" */
    struct str field;  /* name or label; empty: the column is not used */
    int unit_power;    /* of money; CELL_UNIT_NONE: as the header says */
    int32_t at;        /* the column, once it is found */
    bool before;       /* remembered of a file of before, not said of this one */
};
/* RC_USAGE when the text is none; nothing is copied. */
enum rc column_choice_parse(struct str text, struct column_choice *out, struct err *e) MUST_USE;

/* What is known of a file besides its header. */
struct plan_given {
    struct column_choice *choice;
    size_t n_choices;
    struct money_said said;            /* units of money outside the cells */
    const int8_t *row_unit;            /* as head_found.row_unit; NULL: no row of units */
    bool rounds;                       /* amounts finer than a fen are rounded: a workbook computed them */
    const uint64_t *covered;           /* of each column: blank cells below the header that merged areas cover */
    const bool *half_months;           /* of each column: a workbook's numbers such as 2026.1; NULL: none */
    uint32_t last_person;              /* line of the last row that has an ID of a person in it; 0: not known */
    const struct csv_head_row *sample; /* the first rows behind the header, to judge columns by what they hold */
    size_t n_sample;
    date_day received;
};

enum { PLAN_ROLES = 4 };
struct plan {
    struct str dataset;
    uint32_t number;
    struct dataset_decl decl; /* the clauses of all declarations of the dataset taken together */
    bool roster;
    int32_t id, name;   /* columns of the file; name HEADER_NONE: the dataset compares no names */
    int32_t row_person; /* plan_shared: column of the file with the line's person; HEADER_NONE */
    int32_t row_name;   /* likewise, of his name */
    bool gated;         /* plan_shared: lines in which nothing is said are no rows */
    int32_t relation;   /* plan_shared: column of the file by which heads' lines alone are rows; HEADER_NONE */
    struct plan_codes *relations; /* with it, and the head's code */
    uint16_t head;
    int32_t time, born;          /* index in cols; -1 none */
    int32_t household, division; /* roster: index in cols */
    int32_t village;             /* index in cols of the division that a row is about; -1: rows are about people */
    struct plan_column *cols;
    size_t n_cols;
    int32_t placed; /* index in cols of the division that stands in columns of names; -1 none */
    struct place_columns places;
    struct header_map map; /* fields: cols in order, then id, then name */
    const struct str *header;
    size_t n_header;
    uint32_t header_line; /* of the file; 0: its first */
    struct plan_given given;
    bool *chosen;  /* of each column: a choice decided it */
    int32_t *part; /* of each column: the set of which it is one of several columns, or HEADER_NONE */
    uint32_t
        unit_column; /* of the file, from 1: 计量单位, which says of each row in what unit of money it is; 0: none */
    const struct books *books;
    struct arena *a;
};

/* The columns of a dataset, before a file is known. RC_INPUT: no such dataset. */
enum rc plan_dataset(struct plan *out, struct policy *p, struct str dataset, struct arena *a, struct err *e) MUST_USE;
/* Only the clauses of the dataset: no columns, nothing to free. */
enum rc plan_clauses(struct plan *out, struct policy *p, struct str dataset, struct err *e) MUST_USE;
/* Find them in a header, with what pl->given says. A set may stand in several columns, called as it with numbers behind
 * (致贫返贫风险1 …) or said so: its members are those of all of them. RC_INPUT with an explanation: no ID, no name, no
 * time column; doubtful columns, with the question which they are. */
enum rc plan_header(struct plan *pl, const struct str *cells, size_t n, const char *file, struct err *e) MUST_USE;
/* After plan_header: when the file has a line for each member and the dataset is about their household's head, find
 * whose line says what (row_person, of_member), and which lines are no rows of it (gated): a blank in a column that it
 * must have says there that there is none, as by the roster's optional field of the household, and its own columns are
 * blank. When the file has but the members' own numbers and the book calls the dataset's that of the head (户主…), the
 * lines of who is known not to be the head are no rows (relation). RC_NOMEM only. */
enum rc plan_shared(struct plan *pl, struct policy *p, struct err *e) MUST_USE;
void plan_fini(struct plan *pl);
/* The field of index i of the map: a column of the plan, the ID or the name. */
struct str plan_field_name(const struct plan *pl, size_t i);
struct header_field plan_header_field(const struct plan *pl, size_t i);
size_t plan_fields(const struct plan *pl);
/* Does the file have the column of cols[i], or columns from which it is made? */
static inline bool plan_has(const struct plan *pl, size_t i)
{
    return pl->cols[i].column != HEADER_NONE || (int32_t)i == pl->placed;
}
bool plan_is_place(const struct plan *pl, size_t column); /* one of the columns of names of places */
/* A field by name or label; HEADER_NONE. */
int32_t plan_field_index(const struct plan *pl, struct str word);
/* A header under which plan_header finds the same columns and units without being given anything. In the arena; NULL
 * when out of memory. */
struct str *plan_plain_header(const struct plan *pl);
/* What people are told: "自付金额（万元）→ self_pay" a line each; In the arena; p NULL when out of memory. */
struct str plan_mapping_text(const struct plan *pl);
struct str plan_unmapped_text(const struct plan *pl);
struct str plan_missing_text(const struct plan *pl); /* fields that are not optional and have no column */
/* For the manifest: {"columns":[{"column":1,"header":"…","field":"self_pay","unit":"万元"},…],"missing":[…]}; the
 * header only of columns that became a field. */
/* places: of a workbook (sheet/places.h), or empty; within: the division that was given, in which places are looked for
 * by name, 0 none. */
struct str plan_mapping_json(const struct plan *pl, struct str places, int64_t within);
/* Of such a text: within. */
int64_t plan_mapping_within(struct str mapping);
/* The name of a field's chunks: the field's name, or "field." before it when the format itself uses that name. */
struct str plan_stored_name(struct arena *a, struct str field);
/* The header as it came, with the unit of the titles behind amounts that have none of their own; likewise. */
struct str *plan_sent_header(const struct plan *pl);
/* Where a unit of money stands outside the cells, and which: "the sheet's name: 万元; a note: 元"; empty: nowhere. In
 * the arena; p NULL when out of memory. */
struct str plan_units_text(const struct plan *pl, enum lang lang);
/* "is it in 元 or 万元?", why, and how to answer. RC_INPUT. */
enum rc plan_ask_unit(const struct plan *pl, const struct plan_column *c, struct str why, struct pos at, struct err *e);
/* Does the file say in which unit the column's amounts are (in its header, outside of the cells, in cells), or did
 * somebody say it of this file? What is remembered of a file before does not count. */
bool plan_unit_named(const struct plan *pl, const struct plan_column *c);
/* RC_INPUT: what `said`, found among the rows, says is not what an amount was read as. */
enum rc plan_units_agree(const struct plan *pl, const struct money_said *said, struct pos at, struct err *e) MUST_USE;
/* 4: "万元"; "" when there is no name for it. */
const char *plan_unit_name(int power);
/* Bytes of a cell's stage. */
unsigned cell_kind_width(enum cell_kind k);
/* A field of a dataset by name, from whichever declaration has it; NULL. */
const struct field_decl *plan_field_find(const struct books *bs, struct str dataset, struct str field);
/* Code by spelling; STAGE_BLANK16 none. */
uint16_t plan_code_find(const struct plan_codes *c, struct str text);
/* The words that mean yes (code 1) and no (code 0) in cells of a bool field by its declaration; NULL: none. */
enum rc plan_meanings_make(struct plan_codes **out, const struct field_decl *f, struct arena *a,
                           struct err *e) MUST_USE;
enum rc plan_codes_make(struct plan_codes **out, struct policy *p, struct str codes, struct arena *a,
                        struct err *e) MUST_USE;
/* Fill in lo and hi from the declaration; RC_INPUT when a bound is no constant. */
enum rc plan_bounds(struct plan_column *c, struct err *e) MUST_USE;
#endif
