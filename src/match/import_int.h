/* Shared by the files of the import. */
#ifndef MATCH_IMPORT_INT_H
#define MATCH_IMPORT_INT_H
#include <stdatomic.h>
#include "match/import.h"
#include "match/layout.h"
#include "match/merged.h"
#include "match/once.h"
#include "match/run.h"
#include "match/sink.h"
#include "match/source.h"
#include "match/table.h"
#include "match/unknown.h"
#include "rules/policy.h"
#include "sheet/write.h"
#include "store/delivery.h"

#define IMPORT_ARENA_MAX MIB(256)

/* ---- the file's hash: SHA-256 over its length and a sum of each block, so that threads can share the work. With the
 * folder's key the sum of a block is its GMAC (NIST SP 800-38D), five times as fast as SHA-256, which it is without: so
 * were the hashes of formats 1 and 2. */
struct file_hash;
/* key NULL: none. */
enum rc file_hash_new(struct file_hash **out, int fd, size_t block_bytes, const uint8_t *key, struct err *e) MUST_USE;
void file_hash_free(struct file_hash *h);
void file_hash_bytes(void *ctx, size_t block, struct str piece); /* for csv_options.on_bytes */
enum rc file_hash_end(struct file_hash *h, uint8_t out[DELIVERY_HASH_BYTES], int64_t *bytes, struct err *e) MUST_USE;

/* ---- the error file: written beside the final name and renamed at the end */
enum { ERROR_KEY_MAX = 64, ERROR_TAG_LETTERS = 5 };
/* What the keys of one list have in common: "12-" and the letters of the delivery. */
struct error_key {
    uint64_t secret;
    size_t n;
    char head[32], tag[ERROR_TAG_LETTERS];
};
enum { ERROR_TMP_MAX = 520 };
struct error_file {
    FILE *f;
    char path[512], tmp[ERROR_TMP_MAX];
    enum lang lang;
    const struct str *header; /* the sender's columns */
    size_t n_header;
    int64_t delivery;            /* that the rows are in; 0: none, so that they have no keys */
    uint64_t secret;             /* error_key_secret of it */
    const struct merged *merged; /* cells that are blank because others cover them; NULL: none */
    const uint32_t *line_of;     /* of each line, that of the first file; NULL: the same */
    struct str sheets;           /* of a workbook of several sheets: as sheet_places_text; empty: lines are rows */
    struct buf line, scratch;
    struct error_key key;
    struct buf reason; /* the last one as a field, and of which why and detail; 0: none */
    uint64_t reason_of;
    bool any, synced;         /* synced: all of it is on the disk */
    struct par_pool *pool;    /* of whoever waits for that; NULL: none */
    struct par_aside *syncer; /* waits for that; then sync_errno is what it got */
    int sync_errno;
    /* a spreadsheet, when the path ends in .xlsx */
    date_day day; /* it is made */
    struct sheet_out *sheet;
    struct sheet_out_column *column;
    struct sheet_out_layout layout;
    struct str title;
};
/* The last column of an error file: delivery and line, by which a mended row is known when it comes back. */
#define ERROR_KEY_NAME "回传键"
/* error_key.c: such keys. */
struct keyring;
uint64_t error_key_secret(const struct keyring *keys, int64_t delivery);
void error_key_begin(struct error_key *k, uint64_t secret, int64_t delivery);
/* The key of a line, whose number is also given as text, to where ERROR_KEY_MAX bytes are free; its end. */
char *error_key_put(const struct error_key *k, uint32_t line, struct str digits, char *to);
/* Bytes written, without a NUL. */
size_t error_key_write(uint64_t secret, int64_t delivery, uint32_t line, char out[ERROR_KEY_MAX]);
enum error_key_is {
    ERROR_KEY_NONE,    /* blank */
    ERROR_KEY_OURS,    /* as it was sent */
    ERROR_KEY_FOREIGN, /* of a list that another data folder sent */
    ERROR_KEY_ALTERED
};
struct error_keys {
    const struct keyring *keys;
    int64_t delivery; /* last met, and its secret; 0: none */
    uint64_t secret;
};
enum error_key_is error_key_read(struct error_keys *k, struct str text, int64_t *delivery, uint32_t *line);

/* Lines are added in the order given; the file is made with the first. */
enum rc error_file_add(struct error_file *x, const struct bad_list *l, struct err *e) MUST_USE;
/* Begin to bring what was added to the disk, aside; nothing may be added after it. */
enum rc error_file_begin_sync(struct error_file *x, struct err *e) MUST_USE;
enum rc error_file_end(struct error_file *x, struct err *e) MUST_USE;
/* Remove what an import of the same file that was killed left beside it; only a file that begins as ours do. */
void error_file_clean(const struct error_file *x);
void error_file_drop(struct error_file *x); /* harmless after error_file_end */
/* Put a kept row of CSV at `to`, which has room for csv_room(row.n); the first byte behind it. */
char *error_row_put(char *to, struct str row);
/* Why a row was not taken, with what a merged area has to do with it. line: of the file. */
void error_file_reason(const struct error_file *x, const struct bad_row *b, uint32_t line, struct buf *out);
/* "西村!4", or the number of the line. */
void error_file_place(const struct error_file *x, uint32_t line, struct buf *out);
/* error_sheet.c: the same as a spreadsheet. */
bool error_sheet_wanted(const char *path);
enum rc error_sheet_add(struct error_file *x, const struct bad_list *l, struct err *e) MUST_USE;
enum rc error_sheet_end(struct error_file *x, struct err *e) MUST_USE;
void error_sheet_drop(struct error_file *x);

/* ---- what imports share */
/* A file that was looked through before its import began. */
struct import_look {
    const char *path; /* NULL: none */
    struct source source;
};
/* Where the people of a file without --division live. */
struct place_seen {
    uint32_t first, last_person; /* first: the place of the first row; 0: none yet */
    int64_t people;
    bool one_township, one_village; /* so far */
};
enum { AHEAD_MAX = 8, OUTSIDE_TOLD = 12 };
#define AHEAD_BYTES MIB(16) /* of files read ahead, after which no further one is begun */
struct import_shared {
    struct person_index index;
    bool loaded;     /* the index has the people of now */
    uint32_t *place; /* of each person, as guess_division.c packs it; 0: not known; NULL: not looked up yet */
    size_t n_place;
    int64_t *county_code; /* of the counties met */
    size_t n_counties;
    struct par_pool *pool;
    struct sink_room room;
    struct import *ahead[AHEAD_MAX]; /* the next files' imports in their order, read while a file is being stored */
    size_t n_ahead;
    struct import_look look;
    int64_t *part; /* deliveries of this command's files that may be parts of one sending */
    size_t n_parts;
    bool overlaps;             /* the last file was refused because others cover its days */
    atomic_bool stored;        /* that file */
    atomic_uint ready;         /* to read further: the files ahead are read, the last run of the one stored is begun */
    struct par_later *further; /* that it goes on; NULL: not asked for */
    import_idle_fn when_idle;  /* NULL: none */
    void *idle_ctx;
    struct par_later *idle; /* that it runs; NULL: not asked for yet */
};

/* ---- one import */
struct import;
/* import.c: an import begun within another (mended rows of a roster), with its options; NULL when out of memory. */
struct import *import_new(struct store *s, struct policy *p, const struct divisions *divs,
                          struct import_shared *shared);
enum rc import_begin(struct import *m, const struct import_options *o, struct err *e) MUST_USE;
void import_undo(struct import *m, enum rc rc); /* what was stored is removed unless rc is RC_OK */
void import_drop(struct import *m);
enum rc import_look_at(struct import *m, struct err *e) MUST_USE; /* the look at the file and its header */

struct import {
    struct store *s;
    struct policy *p;
    const struct divisions *divs;
    const struct import_options *o;
    struct out *out;
    struct arena *a; /* the caller's */
    struct import_report *r, report;
    struct arena arena;        /* its own */
    enum rc open_rc, ahead_rc; /* of what was done ahead, with the reason of the one that failed */
    struct err ahead_err;
    struct progress bar;
    bool returned;    /* the file is a list of errors that came back */
    bool first_read;  /* the first run was read ahead */
    bool second_read; /* the second one was, into the spare run, with this result */
    enum rc second_rc;
    bool last_run; /* the one being stored is the last */
    struct plan plan;
    int64_t part_beside;            /* the file is a part of the sending that this delivery is of too; 0: not */
    const struct delivery *part_of; /* mended rows of this roster; NULL: a file of its own */
    const uint32_t *line_of;        /* with it: of each slot, the line there */
    const uint8_t *reason_of;       /* and why it was not right: "wait.was" */
    struct head_found head;
    const struct column_choice *choice; /* what was said, as far as it is of this file */
    size_t n_choices;
    struct layout_memory layout;
    struct stored_layout *layouts; /* of the dataset, when it was begun */
    size_t n_layouts;
    struct unknown_values *unknown;
    int64_t repeated;
    struct once_conflicts conflicts;
    struct source source;
    struct merged merged;
    uint8_t hash_key[FILE_HASH_KEY_BYTES];
    struct person_index index; /* a roster's own people */
    struct import_shared own, *shared;
    struct map64 villages; /* of the roster, for rows about villages */
    struct map64 areas;    /* where ID numbers that are nobody's here were given out, and how many */
    struct run run, spare; /* the one that is stored, and meanwhile the next one of facts is read */
    struct sink sink;
    bool sink_open;
    struct error_file errors;
    struct delivery d;
    struct roster *roster;
    uint64_t *runs; /* rows of each run */
    size_t n_runs;
    struct place_seen seen;
    int64_t guess;                 /* -1: not one county; 0: none yet */
    date_day named_from, named_to; /* of events without --covers: the days that a title or a name names; 0: none */
    bool by_title;
    uint32_t outside_line[OUTSIDE_TOLD]; /* first rows dated outside the covered days */
    size_t n_outside;
    uint32_t name_line;       /* first row that waits for its name; 0: none */
    struct state_vote *votes; /* snapshots without --covers: of each date column */
    unsigned threads;
};

/* import_runs.c */
uint32_t import_lines(const struct import *m);                            /* of the file */
enum rc import_cancelled(const struct import *m, struct err *e) MUST_USE; /* RC_CONFLICT: the caller wants no more */
/* The first run, which needs no database. */
enum rc import_read_first(struct import *m, struct progress *bar, struct err *e) MUST_USE;
/* Room for the second run, if there is one: between the first and all. */
enum rc import_begin_spare(struct import *m, struct err *e) MUST_USE;
/* The second run likewise, of a file that has one; what is wrong is told when it would have been read. */
void import_read_second(struct import *m);
/* Store it, and read and store the others. */
enum rc import_all_runs(struct import *m, struct progress *bar, struct err *e) MUST_USE;

/* import_ahead.c: the queue of the files behind the one that is being stored, which one thread at a time reads. */
bool import_is_opened(const struct import *m);  /* or that failed */
void import_fill_queue(struct import *m);       /* before m is stored */
void import_read_ahead(struct import *of);      /* while it is */
void import_read_further(struct import *of);    /* its last run is being stored: whoever is idle reads on */
void import_end_ahead(struct import_shared *x); /* the file is stored; waits for what was begun */
/* The import of these options when it is the first of the queue, out of it; else NULL, and the queue is dropped. */
struct import *import_take_ahead(struct import_shared *x, const struct import_options *o);
void import_drop_queue(struct import_shared *x);

/* guess.c: division, period, state date of the delivery; RC_INPUT with the mend. */
void period_of(enum period_unit u, date_day d, date_day *first, date_day *last);
/* guess_division.c */
enum rc guess_division_note(struct import *m, struct err *e) MUST_USE; /* after each run */
enum rc guess_division(struct import *m, struct err *e) MUST_USE;
enum rc guess_state_note(struct import *m, struct err *e) MUST_USE; /* likewise */
void guess_named(struct import *m);                                 /* before the first run is parsed */
enum rc guess_all(struct import *m, struct err *e) MUST_USE;        /* after the last run was parsed */
/* A month named in a file name ("…2026-06…", "…202606…"): its first day; 0 when there is none or are several. */
date_day guess_month_in_name(struct str name);

/* amounts.c: after the first run. RC_INPUT with the question when the amounts of a column whose unit neither the file
 * nor anybody now names are hundreds of times those of the last delivery, or as little. */
enum rc amounts_look(struct import *m, struct err *e) MUST_USE;

/* deliver.c: what is stored of a run. */
enum rc deliver_run(struct import *m, struct err *e) MUST_USE;
enum rc deliver_end(struct import *m, struct err *e) MUST_USE;

/* roster.c */
enum rc roster_begin(struct import *m, struct err *e) MUST_USE;
enum rc roster_resolve(struct import *m, struct err *e) MUST_USE; /* a parsed run: numbers, duplicates */
/* Add to m->conflicts the households of the run that was resolved whose lines contradict each other, by column.
 * RC_NOMEM only. */
enum rc roster_contradictions(struct import *m, struct err *e) MUST_USE;
enum rc roster_store(struct import *m, struct err *e) MUST_USE; /* people and households of the run */
enum rc roster_end(struct import *m, struct err *e) MUST_USE;
void roster_fini(struct import *m);
size_t roster_columns(const struct import *m, struct sink_column *out);
/* roster_delta.c: people changed and in which columns, against the rosters known before, into the report. */
enum rc roster_delta(struct import *m, struct err *e) MUST_USE;
/* The same for a dry run, which stores nothing: after each sorted run, with what is in its memory. */
enum rc roster_delta_run(struct import *m, struct err *e) MUST_USE;
/* RC_INPUT when one person in five who was known has another name or household than before, at least twenty, unless the
 * options say that it is right. */
enum rc roster_delta_held(const struct import *m, struct err *e) MUST_USE;
/* roster_who.c: households of this file with too many people, into the report. RC_INPUT when they hold one person in
 * five, unless the options say that it is right. */
enum rc roster_crowds(struct import *m, struct err *e) MUST_USE;
struct roster_delta;
void roster_delta_free(struct roster_delta *x);

/* delta.c: rows added, removed and changed against the delivery before, by person and row key, into the report. */
enum rc delta_count(struct import *m, struct err *e) MUST_USE;
#endif
