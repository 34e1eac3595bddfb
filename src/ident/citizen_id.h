/* Citizen identity numbers: 18 characters (GB 11643-1999) and the 15-digit form that was issued before 1999.
 *
 * A number is judged in the product's loose mode unless asked otherwise: the birth digits must be plausible
 * (year 1900 to the year of `latest`, month 1-12, day 1-31) and the check character must fit. A day that is
 * in no calendar (30 February) exists on real cards, so it is refused only in strict mode, which also refuses
 * a birth after `latest`. Nothing else is looked at: division codes of cards are those of the day of issue,
 * and many no longer exist. */
#ifndef IDENT_CITIZEN_ID_H
#define IDENT_CITIZEN_ID_H
#include "base/date.h"
#include "base/err.h"

/* What is wrong with a number; shared by all number kinds of this module. The first thing found is told; the order of
 * the birth date, the calendar and the check character is the one below. */
enum id_verdict {
    ID_OK,
    ID_EMPTY,     /* nothing but blanks */
    ID_NONE,      /* begins with 999999: the sender says that the person has no number */
    ID_CHARACTER, /* a character that such a number cannot have at its place */
    ID_LENGTH,
    ID_DATE,     /* birth digits not plausible */
    ID_CALENDAR, /* strict mode: no such day, or a birth after `latest` */
    ID_CHECK,    /* the check character does not fit */
    ID_CLASS,    /* kind or grade of a disability, prefix of a mobile number */
    ID_SHORT,    /* in order, but in the 15-digit form: what a roster keeps of it; no parser says it */
    ID_VERDICT__MAX
};

/* What was mended to read a number, as bits. */
enum id_normalised {
    ID_NORM_TRIMMED = 1,     /* blanks or a leading apostrophe (spreadsheets) around it */
    ID_NORM_INNER_SPACE = 2, /* blanks inside it */
    ID_NORM_CASE = 4,        /* lower-case letters */
    ID_NORM_FULL_WIDTH = 8,  /* full-width digits or letters */
    ID_NORM_15 = 16,         /* the 15-digit form */
    ID_NORM_MARKS = 32,      /* hyphens, brackets, country prefix of a telephone number */
};

/* Is a number that was found so in order? */
static inline bool id_in_order(int64_t verdict) { return verdict == ID_OK || verdict == ID_SHORT; }

struct id_rule {
    date_day latest;     /* last plausible day of birth */
    int32_t latest_year; /* its year */
    bool strict;
};
/* The loose rule; set .strict for the other. */
struct id_rule id_rule_make(date_day latest);

enum { CITIZEN_ID_TEXT_MAX = 19 }; /* 18 characters and NUL */
#define CITIZEN_KEY_END UINT64_C(100000000000000000)

/* key: the first 17 digits as a number (57 bits), the same for both forms of one number ("19" goes in after the sixth
 * digit of the short one); below CITIZEN_KEY_END. */
struct citizen_id {
    uint64_t key;
    char check;         /* the check character that fits the key (the short form has none of its own) */
    uint8_t normalised; /* enum id_normalised */
};

/* Read a number as people write it: blanks (ASCII, U+00A0, U+3000, zero-width) dropped, full-width characters
 * and lower-case x accepted, all recorded in out->normalised. For ID_DATE, ID_CALENDAR and ID_CHECK out->key
 * is still what was written, for the search for candidates; for the other failures it is 0. 18 clean ASCII
 * bytes take a path of a few nanoseconds. */
enum id_verdict citizen_id_parse(struct str text, const struct id_rule *rule, struct citizen_id *out);

/* GB 11643 (ISO 7064 MOD 11-2) check character of a key. */
char citizen_key_check(uint64_t key);
/* Birth as written in the key, perhaps a day that is in no calendar. */
struct ymd citizen_key_birth(uint64_t key);
/* The day of birth; 0 (unknown) when there is no such day. */
date_day citizen_key_born(uint64_t key);
/* The 17th digit: odd male, even female. */
static inline bool citizen_key_female(uint64_t key) { return key % 2 == 0; }
/* Six-digit division of the card's first issue. */
static inline int32_t citizen_key_area(uint64_t key) { return (int32_t)(key / UINT64_C(100000000000)); }
/* The 18 characters with NUL; "" when key >= CITIZEN_KEY_END. Returns out. */
char *citizen_key_format(uint64_t key, char out[CITIZEN_ID_TEXT_MAX]);
/* For display: first six and last four characters, the birth digits as stars. */
char *citizen_key_mask(uint64_t key, char out[CITIZEN_ID_TEXT_MAX]);
/* Any number for display: `head` and `tail` characters kept, a star for each other one; everything is starred
 * when fewer than four would be hidden, and a byte that is not UTF-8 is a star too. out is NUL-terminated,
 * cut to cap. Returns out. */
char *id_mask(struct str text, size_t head, size_t tail, char *out, size_t cap);

/* Stable name for files and JSON ("ok", "empty", "none", "character", …). */
const char *id_verdict_name(enum id_verdict v);
/* For people. */
const char *id_verdict_text(enum id_verdict v, enum lang lang);
#endif
