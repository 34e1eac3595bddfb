/* Taking in a department's file or a roster: read, check every cell, match every row to a person, store as sorted column chunks, publish in one step.
 * rows = matched + waiting (invalid, unmatched, name) + refused, always.
 *
 * What a published delivery holds (chunk owner: delivery), matched rows ascending by person number, then file line:
 *   "person"  person numbers            "line"  line of the file
 *   one column per stored field of the dataset's layout that the file has, under the field's name:
 *     bool, int, quantity (scaled), ratio, division: integers; date: SPAN (lo | (hi - lo) << 32); codes: text, the code's NAME (numbers would change with the
 *     book); set of codes: text, the names joined by ","; text: text; ref person: integer, the 17-digit key of the ID (0: no valid ID); ref household: text.
 *     Identifying columns (secret or sensitive fields, refs, ID, name) are sealed.
 *   waiting rows: "wait.line", "wait.reason" (enum wait_reason), "wait.key" (17-digit key or 0), "wait.person" (person number when only the name differs, else 0),
 *     "wait.text" (the raw row), key and text sealed.
 *   refused rows: "refuse.line", "refuse.key", "refuse.column" (number from 1, 0: the whole row), "refuse.text", "refuse.why" (text).
 * A roster delivery has besides: "household" (household numbers), "id" (key or 0, sealed), "name" (text, sealed), "id_state" (enum id_verdict) and the household-level
 * fields repeated on every row. */
#ifndef MATCH_IMPORT_H
#define MATCH_IMPORT_H
#include "base/out.h"
#include "ident/division.h"
#include "rules/texpr.h"
#include "store/delivery.h"

enum wait_reason { WAIT_INVALID = 1, WAIT_UNMATCHED, WAIT_NAME };

struct import_options {
    const char *file;
    struct str dataset;
    int64_t division;               /* 0: guess from the rows */
    date_day covers_from, covers_to; /* 0: guess from the rows */
    date_day received;              /* 0: today */
    struct str sender, by_who;
    int64_t replaces;               /* delivery id, 0: none */
    bool adds, dry_run;
    const char *errors_path;        /* where to write the error file; NULL: beside the file as FILE.errors.csv when there are errors */
    unsigned threads;               /* 0: par_threads() */
};

/* What happened, for people and for --json. */
struct import_report {
    struct delivery delivery;       /* as stored; id 0 for a dry run */
    bool same_file;                 /* the same bytes were taken in before: nothing changed */
    int64_t same_as;
    int64_t without_id;             /* roster: rows kept as members without a valid ID */
    int64_t new_people, changed_people, new_households, lacking_people; /* roster */
    int64_t unknown_divisions;      /* roster: rows whose division is not in the list (kept, a warning) */
    int64_t added, removed, changed; /* against the delivery of the period before (or the replaced one), by person and key; -1: no earlier one */
    char encoding[16], delimiter;
    struct str mapping;             /* text: which column became which field */
    struct str unmapped;            /* header columns without a field */
    char errors_path[512];          /* written error file, "" none */
    bool division_guessed, covers_guessed;
};

/* Take a file in. RC_INPUT with an explanation when it is refused as a whole (then nothing is stored). */
enum rc import_file(struct store *s, struct policy *p, const struct divisions *divs, const struct import_options *o, struct out *out, struct arena *a,
                    struct import_report *r, struct err *e) MUST_USE;
/* Print what import_file did. */
void import_say(const struct import_report *r, struct out *out);

/* Withdraw a delivery with a reason. Withdrawing a roster that brought people still used by other deliveries is refused with the mend. */
enum rc import_withdraw(struct store *s, int64_t id, struct str reason, struct str who, struct err *e) MUST_USE;

/* Look again at waiting rows after a new roster: rows that now match become a small delta delivery part. *matched: how many. */
enum rc import_rematch(struct store *s, struct policy *p, int64_t *matched, struct err *e) MUST_USE;
#endif
