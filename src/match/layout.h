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

/* After the header is known (pl->header, pl->n_header): v are what layout_list gives of the dataset, `now` the choices
 * of this import. In pl's arena. */
enum rc layout_recall(struct layout_memory *m, const struct stored_layout *v, size_t n, struct plan *pl,
                      struct str sender, const struct column_choice *now, size_t n_now, enum lang lang,
                      struct err *e) MUST_USE;
/* What is to be kept for the next file, in the plan's arena; *l NULL: it is known already. */
enum rc layout_to_keep(const struct layout_memory *m, const struct plan *pl, struct str sender, struct str who,
                       struct stored_layout **l, struct err *e) MUST_USE;
/* "号码 → id, 金额 → self_pay (万元)" of the choices that came from before; in the arena. */
struct str layout_recalled_text(const struct layout_memory *m, const struct plan *pl, struct arena *a);
#endif
