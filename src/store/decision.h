/* What was decided about who is who: rows of files and people of the roster. Append-only; undoing ends a decision, so
 * that what was known at an earlier moment stays. Also the weights by which rows were judged. */
#ifndef STORE_DECISION_H
#define STORE_DECISION_H
#include "base/arena.h"
#include "store/store.h"

enum decision_subject { DECISION_ROW = 1, DECISION_PEOPLE };
enum decision_verdict { DECISION_SAME = 1, DECISION_NOT, DECISION_UNSURE };
enum { EVIDENCE_BYTES = 16 };

struct decision {
    int64_t id;
    enum decision_subject subject;
    enum decision_verdict verdict;
    uint32_t person; /* of a row: whom it is judged against, 0: nobody of the roster; of two people: the one kept */
    uint32_t other;  /* of two people */
    int64_t delivery, line; /* of a row */
    struct str sender;      /* of the row's file, else its dataset */
    uint8_t evidence[EVIDENCE_BYTES];
    bool has_evidence;
    int32_t score_pm;                   /* as shown; -1 none */
    int64_t known_from_us, known_to_us; /* to 0: still in force */
    struct str by_who, reason, undone_by, undone_reason;
};

struct decision_list {
    struct decision *v;
    size_t n;
};

/* Add a decision; d->id is given. Inside the caller's transaction, with a line in the journal. RC_CONFLICT when one of
 * the same row (or pair of people) is in force. */
enum rc decision_add(struct store *s, struct decision *d, struct err *e) MUST_USE;
/* End one that is in force; inside the caller's transaction. RC_INPUT when there is none of that number in force. */
enum rc decision_undo(struct store *s, int64_t id, int64_t at_us, struct str who, struct str reason,
                      struct err *e) MUST_USE;
/* In order of number; `ever`: those undone by then too. Texts in the arena. */
enum rc decisions_known_at(struct store *s, struct arena *a, int64_t k_us, bool ever, struct decision_list *out,
                           struct err *e) MUST_USE;
enum rc decision_get(struct store *s, struct arena *a, int64_t id, struct decision *out, struct err *e) MUST_USE;

/* How many decisions had been made and ended by K: another number than before says that something was decided. */
enum rc decisions_count(struct store *s, int64_t k_us, int64_t *n, struct err *e) MUST_USE;

/* Two people found to be one: everything of `gone` is read as `kept`'s; nothing stored is changed. */
struct merge {
    uint32_t gone, kept; /* kept: in the end, when he was merged himself */
};
/* In force at K, in order of `gone`. */
enum rc merges_known_at(struct store *s, struct arena *a, int64_t k_us, struct merge **v, size_t *n,
                        struct err *e) MUST_USE;
/* Who a person is read as. */
uint32_t merge_kept(const struct merge *v, size_t n, uint32_t person);

/* Rows decided on to be or not to be somebody, in force at K: by delivery, then "not" before "same". */
struct row_decided {
    int64_t delivery, line;
    enum decision_verdict verdict;
    uint32_t person; /* DECISION_NOT: 0 is everybody */
};
enum rc rows_decided_known_at(struct store *s, struct arena *a, int64_t k_us, struct row_decided **v, size_t *n,
                              struct err *e) MUST_USE;

/* Weights as text; *id is given. One transaction. */
enum rc match_model_add(struct store *s, struct str text, struct str who, int64_t *id, struct err *e) MUST_USE;
/* RC_INPUT when there is no such model. */
enum rc match_model_get(struct store *s, struct arena *a, int64_t id, struct str *text, struct err *e) MUST_USE;
/* The newest made by k_us; *id 0: none. */
enum rc match_model_newest(struct store *s, int64_t k_us, int64_t *id, struct err *e) MUST_USE;
#endif
