/* The head of a file for a dataset: where its header is, and which dataset a file is of. */
#ifndef MATCH_TABLE_H
#define MATCH_TABLE_H
#include "ingest/head.h"
#include "match/plan.h"

/* Names of columns by which a header is told from titles and data. */
struct table_words {
    struct intern words;
    struct arena *a;
};
/* With words that stand in nearly every file. RC_NOMEM only. */
enum rc table_words_init(struct table_words *w, struct arena *a, struct err *e) MUST_USE;
enum rc table_words_add(struct table_words *w, const struct plan *pl, struct err *e) MUST_USE;
void table_words_fini(struct table_words *w);

/* Find the header among the file's first rows, by the words of a dataset; the file is not changed. Into the arena. */
enum rc table_find_head(const struct csv_file *f, const struct plan *pl, struct arena *a, struct head_found *h,
                        struct err *e) MUST_USE;
/* Find the header among the file's first rows and make it the file's header; names, place and unit of the titles to *h
 * (arena) and the rest to pl->given, which refers to the file. RC_INPUT when there is none. */
enum rc table_take_head(struct csv_file *f, struct plan *pl, struct head_found *h, struct err *e) MUST_USE;

/* Make that the header of the same file, read again. */
enum rc table_put_head(struct csv_file *f, const struct head_found *h, struct err *e) MUST_USE;

/* How well a file is of a dataset. */
struct dataset_rank {
    struct str dataset;
    unsigned score; /* 0..100 */
    size_t columns; /* of the file that have a name */
    size_t matched; /* of those, that are a field by name or alias */
    size_t near;    /* that are so by a near name or by what they hold */
    size_t fields;  /* of the dataset, with ID and name; without optional ones that the file has not */
    bool reads;     /* plan_header would take it without a question */
    bool people;    /* a column is, or may be, the ID of its persons */
    struct str why; /* plan_header would not take it: why; else the fields without a column; may be empty */
};
enum { RANK_CLEAR = 60, RANK_AHEAD = 15 };
/* All datasets of the books, best first, in the arena. title: the name of the file or sheet, may be empty. The header
 * found (rows 0: none) to *h; the file itself is not changed. */
enum rc table_rank(struct policy *p, const struct csv_file *f, struct str title, struct arena *a,
                   struct dataset_rank **v, size_t *n, struct head_found *h, struct err *e) MUST_USE;
/* The index of the one that leaves no doubt: it scores at least RANK_CLEAR and RANK_AHEAD more than the next; -1. */
int table_rank_clear(const struct dataset_rank *v, size_t n);
/* Could somebody have meant it as the dataset? It may have the dataset's IDs, or it has half of its fields. */
bool table_rank_near(const struct dataset_rank *x);
/* "roster+member_form+…": the datasets of a file that has nearly all columns of at least RANK_ALL of them and more
 * besides, as the export of a whole system has; the roster first. Empty: it is no such file. In the arena. */
enum { RANK_ALL = 3 };
/* left: "object_form: …", the datasets of which such a file has most columns and that are not among them, and why. */
enum rc table_rank_all(const struct policy *p, const struct dataset_rank *v, size_t n, struct arena *a, struct str *all,
                       struct str *left, struct err *e) MUST_USE;
#endif
