/* Late parts: rows of a stored delivery that waited and now have a person, as a delivery that adds to it. */
#ifndef MATCH_LATE_INT_H
#define MATCH_LATE_INT_H
#include "match/import_int.h"
#include "match/stored.h"

/* The waiting rows of one delivery, in order of line. reason 0: waits no longer; below 0: waited for that, and is
 * linked by judgement. */
struct waiting {
    struct stored_ints line, reason, key;
    struct stored_texts text, header;
};

struct late {
    struct store *s;
    struct policy *p;
    const struct divisions *divs; /* for places by name; NULL: they stay unknown */
    struct arena a;               /* of one delivery */
    const struct person_index *index;
    const struct delivery *base;
    const struct delivery_list *all; /* those of its dataset, its parts among them */
    struct waiting w;
    size_t *row;            /* the chosen ones by their number among the waiting, ascending; the first n */
    const uint32_t *person; /* of each chosen row, who it is; NULL: as the index says */
    const int64_t *model, *decision, *score; /* with person: of each chosen row, by what; per mille */
    size_t n;
    struct buf text;    /* header and chosen rows as a CSV file */
    uint32_t *row_line; /* of each chosen row, the line in `text` */
    size_t lines;
    struct plan plan;
    struct map64 villages; /* of the roster, for rows about villages */
    struct csv_file file;
    struct run run;
    uint32_t *line_of; /* of each slot of the run: line in the first file */
    uint8_t *reason_of;
    int64_t known_from_us;
    date_day received; /* the day it came; 0: today */
    struct str by_who;
    bool dry;              /* only look: store nothing */
    struct err unreadable; /* why the books cannot read the header; msg empty: they can */
    int64_t made;          /* the delivery published; 0 none */
};

/* x->s, p, divs, base given, all else 0. Reads the waiting rows and strikes out those that late parts of `all` have.
 * Ends with late_fini, also after a failure. */
enum rc late_begin(struct late *x, const struct delivery_list *all, struct err *e) MUST_USE;
/* Header and chosen rows into x->text, and their lines. */
enum rc late_text(struct late *x, struct err *e) MUST_USE;
/* Store the chosen rows that have a person and can be read as a late part, from x->known_from_us on. *matched: how
 * many; 0: nothing was stored. Lines that say a row together with others (plan_merges) are kept one by one, so that
 * each can be taken back, and are said to be joined when they are read (once.h: ONCE_JOINS). */
enum rc late_publish(struct late *x, int64_t *matched, struct err *e) MUST_USE;
void late_fini(struct late *x);
#endif
