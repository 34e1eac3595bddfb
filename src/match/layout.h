/* Remembered layouts: what somebody said of the columns of a sender's files goes for the next file with that header. */
#ifndef MATCH_LAYOUT_H
#define MATCH_LAYOUT_H
#include "match/plan.h"
#include "store/layouts.h"

/* What is remembered of one file. */
struct layout_memory {
    struct str header;          /* the file's, as it is stored */
    struct stored_layout same;  /* of this header; id 0: none */
    struct stored_layout like;  /* else one of a header that shares most of its columns; id 0: none */
    struct str changes;         /* against `like`: "gone: …; new: …", in the language asked for; may be empty */
    struct column_choice *said; /* what was said now and before, for plan_given */
    size_t n_said, n_now, n_before;
};

/* Of *v those whose column stands in pl's header and whose field its dataset has, in its arena. */
enum rc layout_fitting(const struct plan *pl, const struct column_choice **v, size_t *n, struct err *e) MUST_USE;
/* After the header is known (pl->header, pl->n_header): v are what layout_list gives of the dataset, `now` the choices
 * of this import. In pl's arena. */
enum rc layout_recall(struct layout_memory *m, const struct stored_layout *v, size_t n, struct plan *pl,
                      struct str sender, const struct column_choice *now, size_t n_now, enum lang lang,
                      struct err *e) MUST_USE;
/* Names of columns as a header is stored, in the arena; p NULL when out of memory. */
struct str layout_header_text(struct arena *a, const struct str *name, size_t n);
/* The dataset of the one remembered layout that has this header: of this sender, else of anybody; empty: there is none,
 * or it stands for several datasets. v: of all datasets. */
struct str layout_dataset(const struct stored_layout *v, size_t n, struct str header, struct str sender);
/* What is to be kept for the next file, in the plan's arena; *l NULL: it is known already. */
enum rc layout_to_keep(const struct layout_memory *m, const struct plan *pl, struct str sender, struct str who,
                       struct stored_layout **l, struct err *e) MUST_USE;
/* A layout from elsewhere for pl's dataset and header, with what was said of its columns (a line each): what is to be
 * kept of it, in the plan's arena; *l NULL: it is in force already. v: those in force of the dataset. RC_INPUT,
 * RC_USAGE: a column or a field that there is not, or said twice. */
enum rc layout_adopt(const struct stored_layout *v, size_t n, struct plan *pl, struct str sender, struct str choices,
                     struct str who, struct stored_layout **l, struct err *e) MUST_USE;
/* "号码 → id, 金额 → self_pay (万元)" of the choices that came from before; in the arena. */
struct str layout_recalled_text(const struct layout_memory *m, const struct plan *pl, struct arena *a);
#endif
