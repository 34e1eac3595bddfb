/* Taking in a department's file or a roster: read, check every cell, match every row to a person, store as sorted
 * column chunks, publish in one step. rows = matched + waiting (invalid, unmatched, name) + refused, always.
 *
 * What a published delivery holds (chunk owner: delivery):
 *   "run"     the number of matched rows of each run, in order. Long files are taken in runs of RUN_LINES lines
 *             (match/run.h); within a run rows ascend by person number, then file line; runs follow each other in all
 * the columns below. Nearly always there is one run. A run begins with a new chunk. Without matched rows: no columns.
 *   "person"  person numbers            "line"  line of the file
 *   one column per stored field of the dataset's layout that the file has, under plan_stored_name (match/plan.h): the
 * field's name, or "field." before it when it is one of the names used here: bool, int, quantity (scaled), ratio,
 * division: integers; date: SPAN (lo | (hi - lo) << 32); codes: text, the code's NAME (numbers would change with the
 * book); set of codes: text, the names joined by "," in the order of the list; text: text; ref person: integer, the
 * 17-digit key of the ID (0: no valid ID); ref household: text. A blank cell is a cell that is not valid. Identifying
 * columns (secret or sensitive fields, refs, ID, name) are sealed. waiting rows, in order of line: "wait.line",
 * "wait.reason" (enum wait_reason), "wait.key" (17-digit key as written, or 0), "wait.person" (person number when only
 * the name differs or its date is outside the covered days, else 0), "wait.text" (the row as CSV with commas), key and
 * text sealed; "wait.header" (sealed): the header cells of the file, and "sent.header" those of the list of errors,
 * where rows are waiting or refused. refused rows: "refuse.line", "refuse.key", "refuse.lowers" (1: a number of it is,
 * or may be, below what its field admits), "refuse.column" (number from 1, 0: the whole row), "refuse.text",
 * "refuse.why". A roster delivery has besides: "household" (household numbers), "id" (key or 0, sealed), "name" (text,
 * sealed), "name_hash" (person_name_hash, 0: no usable name; sealed), "id_state" (enum id_verdict), "division" and the
 * household-level fields, on every row. A person of several rosters is as in the one known last (then the higher
 * delivery id).
 *
 * Of a dataset about villages (`placed by`) nobody's: "person" is VILLAGE_ROW_FIRST (match/run.h) and what the
 * village's code leaves by VILLAGE_ROW_UNIT, which orders the rows and compares deliveries; the village is in its own
 * column.
 *
 * Its people rows carry keyed hashes (columns/keyring.h) of the 18 characters under "id" and of the last six under
 * "id-last6"; an ID that is not in order is their secret, as written.
 *
 * A delivery of kind DELIVERY_ADDS whose `replaces` is not 0 is a late part of that delivery: rows that waited there
 * and match since a later roster, with the lines they have there. A line that is in a late part in force waits no
 * longer. A late part ends with its delivery. Its "wait.was" says of each of its rows why it waited; 0:
 * it was refused and mended by the sender. Mended rows of a roster are a late part too, with the columns of a roster
 * and versions of people of its own. */
#ifndef MATCH_IMPORT_H
#define MATCH_IMPORT_H
#include "base/out.h"
#include "ident/division.h"
#include "match/merged.h"
#include "match/plan.h"
#include "match/swallowed.h"
#include "rules/texpr.h"
#include "store/delivery.h"

enum wait_reason { WAIT_INVALID = 1, WAIT_UNMATCHED, WAIT_NAME, WAIT_OUTSIDE };

/* What the files of one command share: the people are read once, memory is used again. For imports into one open store,
 * one after the other. */
struct import_shared;
struct keyring;
enum rc import_shared_new(struct import_shared **out, struct err *e) MUST_USE;
/* Read the people now, not with the first file; threads 0: par_threads(). RC_INPUT: the books declare no roster. */
enum rc import_shared_load(struct import_shared *x, struct store *s, struct policy *p, unsigned threads,
                           struct err *e) MUST_USE;
void import_shared_free(struct import_shared *x); /* NULL is fine */

/* Of the folder's keys, that of the hashes of its files; it recognises a file that was taken in before, and nobody who
 * lacks it can make another of the same hash. */
enum { FILE_HASH_KEY_BYTES = 16 };
void import_hash_key(const struct keyring *keys, uint8_t out[FILE_HASH_KEY_BYTES]);
/* fn is run once, by a thread that has nothing left to read while one of the last files is stored; perhaps never. It
 * may use the pool, and neither the store nor the policy of the imports. */
typedef void (*import_idle_fn)(void *ctx, struct par_pool *pool);
void import_when_idle(struct import_shared *x, import_idle_fn fn, void *ctx);
/* Was the file before refused because other deliveries cover its days? Of several files that are parts of one sending
 * it may be taken in when those are known that are in: given again after them. Once true, then false. */
bool import_overlapped(struct import_shared *x);
/* Runs fn while the first file of what is then imported is looked through. What is wrong with the file is said by its
 * import. hash_key: import_hash_key of the folder that it goes to; NULL: not known yet, the file is not looked at. */
typedef enum rc (*import_fn)(void *ctx, struct err *e);
enum rc import_beside(struct import_shared *x, const char *file, const uint8_t *hash_key, import_fn fn, void *ctx,
                      struct err *e) MUST_USE;

struct import_options {
    const struct column_choice *choice; /* what the user says of columns; it is remembered for the sender */
    size_t n_choices;
    bool choices_if_fit; /* only those whose column the file and whose field the dataset has: said of several files */
    const char *file;    /* for messages, and to open it unless from_fd */
    int fd;              /* with from_fd: the file, borrowed */
    bool from_fd;
    struct str sheets;     /* of a workbook: names or #numbers with commas; empty: those that fit the dataset */
    enum merged_fill fill; /* of a workbook: which values merged over several rows stand in each */
    bool skip_hidden;      /* of a workbook: rows that are hidden or filtered out are not read */
    struct str dataset;
    int64_t division;                /* 0: guess from the rows */
    date_day covers_from, covers_to; /* 0: guess from the rows */
    date_day received;               /* 0: today */
    struct str sender, by_who;
    int64_t replaces; /* delivery id, 0: none */
    bool adds, dry_run;
    bool quiet;       /* with dry_run: no list of errors is written */
    bool once;        /* the file is of several datasets: equal rows of a person count once (facts of a household) */
    bool empty;       /* a file without rows means that there is none in the period */
    bool list_beside; /* a list of errors that lies where it was written: when none of it was mended, it stays the list
                       */
    bool parts; /* with shared: files of one command, of the same days and other people, are parts of one sending */
    bool as_written;         /* names (of a roster households too) are right as they are, however odd */
    const char *errors_path; /* where to write the error file; NULL: beside the file, its name and import_errors_end */
    unsigned threads;        /* 0: par_threads() */
    size_t part_bytes;       /* 0: the usual; else how the file is cut for the threads (tests) */
    uint32_t run_lines;      /* 0: the usual; else lines of a run (tests) */
    struct import_shared *shared;      /* NULL: nothing is shared */
    const _Atomic bool *cancel;        /* true: stop with RC_CONFLICT, nothing is stored; NULL: never */
    const struct import_options *next; /* with shared: those of the import after this one, unchanged until then: files
                                          are read while others are stored. NULL: none, or not known */
};

/* ".errors.csv"; of a workbook ".errors.xlsx", with the bad cells marked. The file is looked at. */
const char *import_errors_end(const struct import_options *o);
/* Is the file a list of errors as a spreadsheet, written by an import? False also when it cannot be read. RC_NOMEM. */
enum rc import_is_error_sheet(const char *path, bool *ours, struct err *e) MUST_USE;

/* The dataset of the delivery whose list of errors has this key, in the arena; empty: no list of this data folder.
 * *foreign: it is of another one, or of an import that was interrupted before it was stored. */
enum rc import_key_dataset(struct store *s, struct str key, struct arena *a, struct str *dataset, bool *foreign,
                           struct err *e) MUST_USE;

struct column_change {
    struct str field;
    int64_t people; /* whose value is another than the last known */
};

/* Row keys of one person that stand on rows which differ. */
struct once_unequal {
    int64_t keys;
    uint32_t line[2]; /* of the first of them, the first two that differ */
};

enum { IMPORT_NO_KEY_SHOWN = 10 };
/* What happened, for people and for --json. */
struct import_report {
    struct delivery delivery; /* as stored; id 0 for a dry run */
    bool same_file;           /* the same bytes were taken in before: nothing changed */
    int64_t same_as;
    int64_t without_id;          /* roster: rows kept as members without a valid ID */
    struct once_unequal unequal; /* row keys that stand on rows which differ */
    int64_t below;       /* refused rows of people of the roster with a number below 0, where the field has none */
    uint32_t below_line; /* the first of them */
    int64_t names_pinyin, names_masked; /* rows matched by an ID whose name is written so, and is the roster's */
    int64_t born_differs,
        sex_differs;              /* roster: rows whose day of birth, whose sex is not that of the ID; they count */
    uint32_t born_line, sex_line; /* the first of them */
    int64_t new_people, changed_people, new_households, lacking_people; /* roster; changed: in any column, of a dry run
                                                                           only in ID, name, birth and household */
    int64_t left_people;           /* of the lacking ones: whose household is in the file, without them */
    uint32_t left_line;            /* the first line of the first such household */
    struct column_change *changes; /* roster: the columns that changed, in the order of the declaration */
    size_t n_changes;
    int64_t crowds; /* roster: households of more than twenty people; crowd_line: the first in one */
    uint32_t crowd_line;
    int64_t known_before;            /* roster: people of the file who were known before it */
    int64_t unknown_divisions;       /* roster: rows whose division is not in the list (kept, a warning) */
    int64_t added, removed, changed; /* against the snapshot of the period before, or the replaced delivery of the same
                                        days, by person and key; -1: there is nothing to compare with */
    int64_t part_beside;             /* this one is another part of the sending that that delivery is of; 0: none */
    int64_t common;                  /* rows that stand in several parts */
    int64_t against;                 /* that delivery */
    date_day against_from, against_to;
    char encoding[16], delimiter;
    struct str mapping;  /* text: which column became which field */
    struct str unmapped; /* header columns without a field */
    int64_t corrects;    /* the file is a list of errors of this delivery that came back; 0: it is not */
    int64_t mended, still_wrong, mended_before; /* its rows: right now, not yet, right before or there twice */
    int64_t no_key;         /* its lines without a key: totals, remarks, rows that were added; passed over */
    char no_key_lines[128]; /* the first of them */
    int64_t left_out;       /* lines of the delivery that are not right and not in it */
    char errors_path[512];  /* written error file, "" none */
    int64_t all_in; /* guessed: all people are of this township or village, which may be chance; 0: they are not */
    bool division_guessed, covers_guessed;
    bool covers_titled;            /* guessed: by a title */
    bool covers_in_name;           /* guessed: by the name of the file or its sheet */
    date_day title_from, title_to; /* days that the titles name and the delivery does not have; 0: none */
    bool known_moved;              /* received before a kept screen: known from now on instead */
    int64_t empty_rows;            /* rows of nothing but delimiters: passed over, not counted */
    struct str skipped;            /* text: lines of totals, notes and repeated headers, passed over likewise */
    int64_t repeated;              /* lines that say a row which another line says (import_options.once, or a list of
                                      members of a dataset about their head): not counted */
    bool of_roster;                /* the file is a roster */
    struct str conflicts;      /* text: columns in which such lines contradict each other: "纯收入 3"; empty: none */
    struct str conflicts_json; /* [{"column":81,"header":"纯收入","people":3}] */
    int64_t no_rows;           /* lines that are no rows of the dataset (plan_shared): not counted */
    bool nothing;              /* no line of the file is a row of the dataset: refused for that */
    struct str unknown;        /* text: values that are in no code list, with how often they come */
    struct str unknown_json;   /* [{"column":9,"header":"文化程度","values":[{"value":"中技","count":3}]}] */
    struct str skipped_json;   /* {"total":{"count":2,"lines":[12,25]},…} */
    uint32_t header_line, titles, header_rows; /* line of the header's last row, rows above it, its own rows */
    int64_t layout;                            /* the remembered layout that this file has; 0: none */
    int64_t layout_new;                        /* the one remembered of it; 0: nothing new */
    size_t said;                               /* choices of this import */
    struct str recalled;                       /* text: what was taken from it, or from that of a like header */
    struct str recalled_by;                    /* who said it */
    int64_t recalled_us;                       /* when */
    struct str header_changes; /* how the header differs from that like one: "gone: …; new: …"; empty: not */
    struct str unit;           /* of money, of columns without one of their own; empty: none is named */
    struct str unit_said;      /* text: where units stand outside the cells, and which: "the titles: 万元" */
    uint32_t unit_line;        /* of the row of units below the header; 0: there is none */
    uint32_t
        unclosed_line; /* a quotation mark opened there is never closed; what follows is one refused row. 0: none */
    struct swallowed swallowed;   /* lines that are inside a quoted cell, for which its row is refused */
    uint32_t bad_line;            /* first line with bytes that are malformed in the encoding; 0: none */
    int64_t outside;              /* rows dated outside the covered days: those that would match wait for it */
    int64_t slipped, other_names; /* rows with a known ID: with the name of the ID a row or two away, when a few are;
                                     with another name than the roster's, when many are; else 0 */
    uint32_t slipped_line, other_names_line; /* the first of them */
    int64_t elsewhere;                   /* rows of people who live outside the division that was said: they count */
    uint32_t elsewhere_line;             /* the first of them */
    struct str outside_lines;            /* text: the first of those that wait for it */
    bool is_sheets;                      /* the file is a workbook */
    struct str sheets, sheets_left;      /* "A (120), B (80)": sheets read and their rows; those not read, and why */
    int64_t hidden_rows, hidden_columns; /* columns: that were read all the same */
    bool hidden_skipped;                 /* the hidden rows were left out; else read like the others */
    int64_t cut_ids;                     /* ID numbers that a spreadsheet program cut, or that are masked */
    int64_t rounded;                     /* amounts of a workbook finer than a fen */
    int64_t format_units;                /* its numbers whose unit is that of their number format */
    int64_t merged_filled, merged_left;  /* cells below the header that merged areas cover, without each area's first
                                            row: that have the area's value; of columns that are used, that are blank */
    bool merged_none;                    /* --fill-merged none */
    struct str merged, merged_blank;     /* text: in which columns they are, and the first of the areas */
    int64_t struck_rows;                 /* struck through, and read like the others */
    struct str struck_lines;             /* text: which they are */
    struct str hidden_lines;             /* text: which they are */
    struct str hidden_json;              /* [{"sheet":"医保","from":10,"to":11},…] */
    int64_t error_values, lost_digits, without_results; /* cells that cannot be read: #N/A; numbers above 15 digits;
                                                           formulas that were never computed */
    struct str missing; /* fields that are not optional and have no column: blank in every row */
};

/* Take a file in. RC_INPUT with an explanation when it is refused as a whole (then nothing is stored). */
enum rc import_file(struct store *s, struct policy *p, const struct divisions *divs, const struct import_options *o,
                    struct out *out, struct arena *a, struct import_report *r, struct err *e) MUST_USE;
/* Whether the file of these options (NULL: none) has been read while others were stored. */
bool import_is_read(const struct import_shared *x, const struct import_options *o);
/* Print what import_file did. */
void import_say(const struct import_report *r, struct out *out);
/* The same without the columns, of an import that was only tried. */
void import_say_rows(const struct import_report *r, struct out *out);

/* Withdraw a delivery with a reason. Withdrawing a roster that brought people still used by other deliveries is refused
 * with the mend. */
enum rc import_withdraw(struct store *s, int64_t id, struct str reason, struct str who, struct err *e) MUST_USE;

/* Look again at waiting rows after a new roster: rows that now match become a small delta delivery part. divs: for
 * places by name, as in import_file. shared: whose people, once loaded, are those of now; NULL: none. *matched: how
 * many. */
enum rc import_rematch(struct store *s, struct policy *p, const struct divisions *divs, struct import_shared *shared,
                       int64_t *matched, struct err *e) MUST_USE;
#endif
