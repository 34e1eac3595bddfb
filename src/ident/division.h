/* The register of administrative units (A01): the shipped list (country to the township; Shaanxi, Shanxi and
 * Hebei to the village) with corrections on top: names, validity, replaced codes, flags such as
 * national_key_county.
 *
 * All dates are days in force, both ends included; 0 is an open end. In a lookup date 0 asks for the latest
 * state. Where a list of corrections speaks of something (the unit of a code, its replacement, one flag of
 * it), it holds from the earliest date of its rows on; what was known of earlier days stays. An empty `from`
 * therefore replaces all. */
#ifndef IDENT_DIVISION_H
#define IDENT_DIVISION_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/diag.h"
#include "base/limits.h"
#include "base/map.h"
#include "ident/division_code.h"

#define DIVISIONS_ARENA_MAX MIB(128) /* texts of all corrections, or of a list given as text */
#define DIVISIONS_TEXT_MAX MIB(32)   /* one list */
enum {
    DIVISION_ROWS_MAX = 1000000,  /* rows of one list */
    DIVISION_NAME_MAX = 256,      /* bytes of a name or a document number */
    DIVISION_AT_BITS = 24,        /* of a place in the text of a list; a code takes the other 40 */
    DIVISION_FLAGS_ROW_MAX = 64,  /* flags in one row */
    DIVISION_ALIAS_STEPS_MAX = 16 /* replacements followed one after the other */
};

/* Something that is so from a day to a day: a unit under a name, a flag of a unit, a code replaced by another. */
struct division_period {
    int64_t code;
    struct str text;     /* unit: its name; flag, replacement: the document that says so */
    int64_t replacement; /* of a replaced code; else 0 */
    uint32_t flag;       /* id in flag_names; 0 for units and replacements */
    date_day from, to;
};

struct division_table {
    struct division_period *v; /* sorted by code, flag, from; periods of one code and flag do not overlap */
    size_t n;
};

/* The units of a list, all in force without an end: read where they lie, nothing is unpacked. */
struct division_list {
    const uint64_t *unit; /* sorted: code << DIVISION_AT_BITS | where its name begins; [n] is where the last one ends */
    size_t n;
    const char *text; /* the head of the list, then the names one after the other */
};

/* Must not move after divisions_init (flag_names points into it). */
struct divisions {
    struct arena arena;
    struct division_list list;                       /* what is not corrected */
    struct division_table corrected, flags, aliases; /* corrected: all that is known of the codes in it */
    struct intern flag_names;
    struct str source; /* of the shipped list */
    date_day date;     /* the day that the shipped list is true for */
};

/* The list compiled into the program (tools/mkunits.c), used where it lies. */
void divisions_init(struct divisions *d);
/* The same from a list as text (docs/howto/divisions.md), for tests. After a failure there is nothing to free. */
enum rc divisions_init_text(struct divisions *d, struct str text, struct err *e) MUST_USE;
void divisions_fini(struct divisions *d);

/* ---- corrections ---- */
struct division_row_flag {
    struct str name;
    date_day from, to;
};
/* What one row says. A row without name, from and to leaves the unit itself alone; one with a date but no
 * name keeps the name that the code has at `from` (or had last). `replaced_by` holds from the day after `to`. */
struct division_row {
    int64_t code;
    struct str name;
    date_day from, to;
    int64_t replaced_by;
    const struct division_row_flag *flags;
    size_t n_flags;
    struct str document;
    struct pos at;
};
/* Apply all rows or none. Texts are copied. What is wrong is added to g with the position of its row, and
 * RC_INPUT returned. */
enum rc divisions_apply(struct divisions *d, const struct division_row *rows, size_t n, struct diags *g,
                        struct err *e) MUST_USE;
/* The same from CSV text (UTF-8, comma): header code,name,from,to,replaced_by,flags,document in any order (or
 * 代码 名称 起 止 并入 标记 文件), only code required; dates YYYY-MM-DD; flags separated by ";", each NAME or
 * NAME=FROM..TO with either end left out when open. `file` is for messages. Codes of an odd shape are kept,
 * with a warning. */
enum rc divisions_import(struct divisions *d, struct str csv, const char *file, struct diags *g,
                         struct err *e) MUST_USE;

/* ---- lookups ---- */
/* The unit in force on the date (out may be NULL). False: not known here, which for a village outside the three
 * provinces means nothing. */
bool divisions_find(const struct divisions *d, int64_t code, date_day date, struct division_period *out);
/* Its name; "" when not known. */
struct str divisions_name(const struct divisions *d, int64_t code, date_day date);
/* Add the names from the province down ("陕西省西安市新城区…"), leaving out fillers such as 市辖区 above the last
 * level. False when a level has no name; its digits are then written in its place. */
bool divisions_path(const struct divisions *d, int64_t code, date_day date, struct buf *out);
/* The code that stands for `code` on the date: itself when in force or never replaced; else its replacement,
 * or for a unit inside a replaced one the same digits under the new prefix (when both prefixes have one
 * level). */
int64_t divisions_resolve(const struct divisions *d, int64_t code, date_day date);
/* All units in force, in order of code: start with *cursor = 0, the last code told; false at the end. */
bool divisions_next(const struct divisions *d, date_day date, int64_t *cursor, struct division_period *out);
/* The same of the children of parent. */
bool divisions_next_child(const struct divisions *d, int64_t parent, date_day date, int64_t *cursor,
                          struct division_period *out);
/* Children of parent with that name; when none has exactly that name, those that differ only in an ending
 * (村委会, 村民委员会, 村, 居委会, 居民委员会, 办事处). The number of them; *code is the first, 0 when none. */
size_t divisions_find_name(const struct divisions *d, int64_t parent, struct str name, date_day date, int64_t *code);
/* Id of a flag's name or UINT32_MAX. */
uint32_t divisions_flag_id(const struct divisions *d, struct str name);
/* Does the unit itself, or one that it lies in, have the flag on the date (0 = in its latest period)? */
bool divisions_flag_holds(const struct divisions *d, int64_t code, uint32_t flag, date_day date);
/* The period of the unit's own flag, with its document; NULL when none. */
const struct division_period *divisions_flag_own(const struct divisions *d, int64_t code, uint32_t flag, date_day date);
#endif
