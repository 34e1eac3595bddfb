/* A run: some million lines of a file parsed into typed arrays (the stage), matched, sorted by person and line.
 * A row's place in the arrays is its line, so that threads write side by side and nothing depends on how the file was
 * cut. */
#ifndef MATCH_RUN_H
#define MATCH_RUN_H
#include "base/par.h"
#include "base/vec.h"
#include "columns/chunk.h"
#include "ident/citizen_id.h"
#include "ingest/csv.h"
#include "match/head_again.h"
#include "match/import.h"
#include "match/person_index.h"
#include "match/plan.h"
#include "match/skip.h"
#include "match/swallowed.h"

enum {
    RUN_LINES = 128 * 1024, /* least lines of a run of facts */
    RUN_LINES_MOST = 4 * 1024 * 1024,
    RUN_SHARE = 16,                 /* a run has a line for so many people, or more */
    SHEET_RUN_LINES = 32 * 1024,    /* of a workbook: memory matters more, rows come slower than they are stored */
    ROSTER_RUN_LINES = 1024 * 1024, /* lines of a run of a roster */
    SORTING = 5,                    /* arrays of it */
    RUN_GROUPS_MAX = 4096,          /* tasks of a run; must fit a text reference */
    IMPORT_COUNTIES_MAX = 65535,
};
#define RUN_TEXT_MAX (UINT32_MAX - MIB(1)) /* text bytes of one task */

/* Why a row is not matched. */
enum bad_why {
    WHY_ROW,   /* detail: the row's flags */
    WHY_CELL,  /* detail: enum cell_reason */
    WHY_CODE,  /* not in the code list */
    WHY_BOUND, /* outside the declared bounds; detail: 1: below 0 */
    WHY_DIVISION,
    WHY_HOUSEHOLD, /* roster: no household code */
    WHY_DUPLICATE, /* roster: detail: the line it repeats */
    WHY_ID,        /* detail: enum id_verdict */
    WHY_UNMATCHED,
    WHY_NAME,
    WHY_OUTSIDE,   /* dated outside the days that the file covers */
    WHY_PLACE,     /* no place of that name, or several */
    WHY_SHARED,    /* several people have the ID, and the name fits none or several of them */
    WHY_VILLAGE,   /* a row about villages: detail: enum village_why */
    WHY_SWALLOWED, /* detail: the last of the lines that a quoted cell holds */
    WHY_TOTAL,     /* called a total, and not the sum of the rows beside it */
    WHY__MAX
};

/* Why it is not known which village a row is about. */
enum village_why {
    VILLAGE_BLANK,
    VILLAGE_LEVEL,      /* a code of a township or of more */
    VILLAGE_NOT_LISTED, /* the list has other villages of that township, or no such township */
    VILLAGE_NAMES_NONE, /* by name, where the list has no villages of the township */
    VILLAGE_ELSEWHERE,  /* not of the division that the file is said to be of */
    VILLAGE__MAX
};

/* Rows about villages are stored under numbers that are no person's: above these, by code. */
#define VILLAGE_ROW_FIRST UINT32_C(0xC0000000)
#define VILLAGE_ROW_UNIT INT64_C(1000000000)

struct bad_row {
    uint64_t key, text, value; /* text, value: offset in the list's buffer */
    uint32_t line, detail, person, text_n, value_n;
    uint16_t column; /* of the file, from 1; 0: the whole row */
    uint8_t wait;    /* enum wait_reason; 0: refused */
    uint8_t why;
    bool lowers; /* a number below what its field admits, or what may be one */
};
struct bad_list {
    VEC(struct bad_row) v;
    struct buf text; /* rows as CSV with commas */
};

struct column_stat {
    int64_t filled, bad;
    int64_t long_numbers, zeros; /* texts of more than fifteen digits; those of them with nothing but zeros behind */
    int64_t padded, halves;      /* months written 2026.01; 2026.1, which may be January or October */
    uint32_t padded_line, half_line; /* the first of them */
};

/* Days on which some row is dated, one bit each. */
enum { DAY_BITS = 150016 }; /* from 1800-01-01 */
struct day_rows {
    uint32_t rows, line; /* the first */
};
struct day_set {
    uint64_t *w;         /* DAY_BITS / 64 words */
    struct day_rows *of; /* of each day; NULL: nobody asks, the covered days are known */
};
static inline void day_rows_add(struct day_rows *to, struct day_rows x)
{
    if (x.rows && (!to->rows || x.line < to->line)) to->line = x.line;
    to->rows += x.rows;
}

/* Rows with a known ID and the name of the ID one or two rows above or below (match/other_names.h). */
struct slipped {
    int64_t above, below;
    uint32_t line; /* the first */
};

/* What a thread counts. */
struct run_thread {
    struct csv_reader reader;
    bool open;
    struct buf scratch;
    struct column_stat *stat; /* of each column of the plan, then ID, then name */
    struct day_set days;
    int64_t cut_ids;                /* IDs that a program cut or an office masked */
    int64_t rows, outside, no_rows; /* no_rows: lines that are no rows of the dataset (plan.gated) */
    struct skip_list skipped;
    struct swallowed swallowed;
    struct slipped slipped;
    struct head_again again; /* a header that contradicts the first */
    int64_t rounded;         /* amounts of a workbook that were finer than a fen */
    bool cut; /* rows are gone: a refused row that spans many lines, or one that breaks off at the end of the file */
    struct run_batch *batch;
};

/* A row that waits for its name alone, which is in pinyin or partly hidden (match/names.h). */
struct written_name {
    uint64_t key, text; /* text: a text reference */
    uint32_t person, slot, bad;
    bool masked, same; /* same: as the roster's */
};

struct run_group {
    size_t part_from, part_to;
    struct bad_list bad;
    struct bad_list odd;              /* cells of kept rows that are in no code list: value and column alone */
    struct buf text;                  /* of text cells */
    VEC(struct big_number) big;       /* by column, then slot */
    VEC(struct written_name) written; /* in the order of `bad` */
};

/* A text cell of a fact: a short text itself, else a text reference. */
struct stage_text {
    struct text_key
        key; /* as columns/chunk.h; w[1] STAGE_TEXT_REF: w[0] is a text reference; STAGE_TEXT_BLANK: blank */
};
#define STAGE_TEXT_REF (UINT64_C(0xFE) << 56)
#define STAGE_TEXT_BLANK UINT64_MAX
static inline bool stage_text_ref(const struct stage_text *s) { return s->key.w[1] == STAGE_TEXT_REF; }
static inline bool stage_text_blank(const struct stage_text *s) { return s->key.w[1] == STAGE_TEXT_BLANK; }

/* Columns whose texts are mostly shorter than eight bytes, or few, have eight bytes in the record: the text with its
 * length in the highest byte, or a text reference told (text_word_told), or STAGE_NEAR_BLANK. */
enum { STAGE_NEAR = 7 };
#define STAGE_NEAR_BLANK UINT64_MAX
static inline uint64_t stage_near_ref(uint64_t word) { return word & ((UINT64_C(1) << 56) - 1); }

/* A number that has no room in the record. */
struct big_number {
    uint32_t column, slot;
    int64_t v;
};

/* Rows that say what their ID says too. */
struct id_tally {
    int64_t compared, differ;
    uint32_t line; /* the first that differs */
};

struct run {
    /* given */
    const struct plan *plan;
    struct csv_file *file;
    const struct person_index *index; /* NULL: a roster, whose rows are resolved later */
    bool totals;                      /* rows may be totals that carry an ID (match/totals.h) */
    struct id_rule rule;
    const struct divisions *divs;    /* for places by name; NULL: they stay unknown */
    const struct map64 *villages;    /* of rows about villages: those of the roster; else not looked at */
    int64_t within;                  /* the division that the file is of; 0: not known */
    date_day covers_from, covers_to; /* of events: rows dated outside wait; 0: not known */
    unsigned threads;
    struct par_pool *pool; /* of so many threads; NULL: others */
    /* the lines of this run */
    uint32_t first_line, lines, cap;
    void **stage;  /* of each column of the plan, the cell of the first line */
    bool *narrow;  /* of each column: numbers in four bytes, texts in eight */
    size_t *step;  /* of each column, bytes from line to line. A roster's columns are arrays, whose texts are text
                      references; of facts the cells of a row lie together, texts as struct stage_text */
    void *records; /* of facts; NULL: a roster */
    size_t record_bytes;
    uint32_t *person;                           /* 0: not a matched row */
    uint64_t *key, *name_hash, *name, *id_text; /* roster only; name, id_text (of IDs not in order): text references */
    uint8_t *id_state;
    uint32_t *household;
    struct run_group *group;
    size_t groups;
    struct run_thread *thread; /* shared with twin */
    bool twin;                 /* the other run, which has made what they share, is freed after this one */
    struct id_tally born, sex; /* roster: days of birth and sexes against the ID's, of all runs so far */
    /* sorted */
    uint32_t *sorting;           /* the block of the four below and of person */
    uint32_t *order, *order_tmp; /* slots of matched rows by person, then line */
    uint32_t *person_sorted, *person_tmp;
    size_t matched;
};

/* Room for runs of at most `lines` lines. */
enum rc run_init(struct run *r, uint32_t lines, struct err *e) MUST_USE;
/* Another run of the same file, to be read while `of` is being stored; one of them is parsed at a time. What was
 * counted is of both. */
enum rc run_init_twin(struct run *r, const struct run *of, struct err *e) MUST_USE;
void run_fini(struct run *r);
/* Give back its room: nothing is read into it any more. */
void run_end(struct run *r);
/* Parse and match the lines from first_line on, at most run_init's. RC_INPUT: a column that cannot be what its header
 * says. */
enum rc run_parse(struct run *r, uint32_t first_line, uint32_t lines, struct progress *bar, struct err *e) MUST_USE;
/* Give back what reading needs: nothing more is parsed. */
void run_end_reading(struct run *r);
/* Order the rows whose person is not 0. */
enum rc run_sort(struct run *r, struct err *e) MUST_USE;
/* The value of a number whose stage is STAGE_BIG32. */
int64_t run_big_number(const struct run *r, uint32_t column, uint32_t slot);
/* Keep more of them. False when out of memory. */
bool run_big_add(struct run *r, const struct big_number *v, size_t n);
/* A text of the stage. */
struct str run_text(const struct run *r, uint64_t ref);
/* Whether a column is so bad that the file cannot be what it is said to be; names the column and one that would fit. */
enum rc run_check_columns(struct run *r, struct err *e) MUST_USE;
/* check_ids.c: the same for a roster's days of birth and sexes against its ID numbers; counts those that differ. */
enum rc run_check_ids(struct run *r, struct err *e) MUST_USE;
/* Add a row to a list, with its cells as CSV. column: of the file from 0, or -1. */
bool bad_add(struct bad_list *l, const struct row_batch *b, size_t row, int32_t column, struct bad_row bad);
/* Could a cell that is no number be one below 0? */
bool bad_like_negative(struct str s);
/* The reason in words; static or in buf. */
void bad_reason(const struct bad_row *b, enum lang lang, struct buf *out);
void bad_list_fini(struct bad_list *l);
#endif
