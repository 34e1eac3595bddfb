/* Twelve-digit division codes (GB/T 2260, GB/T 10114, statistical division codes): 2 digits province, 2
 * prefecture, 2 county, 3 township, 3 village, as one number padded with zeros. 0 is the nation. */
#ifndef IDENT_DIVISION_CODE_H
#define IDENT_DIVISION_CODE_H
#include "base/err.h"
#include "base/str.h"

enum division_level {
    DIVISION_NATION,
    DIVISION_PROVINCE,
    DIVISION_PREFECTURE,
    DIVISION_COUNTY,
    DIVISION_TOWNSHIP,
    DIVISION_VILLAGE,
    DIVISION_LEVEL__MAX
};

#define DIVISION_CODE_MAX INT64_C(999999999999)
enum { DIVISION_TEXT_MAX = 13 };

/* All functions take codes 0 … DIVISION_CODE_MAX. */

/* The level of the last digits that are not zero. A city without counties (Dongguan 4419) is one prefecture;
 * its townships have 00 as county. */
enum division_level division_level(int64_t code);
/* The unit of that level that code lies in; code itself when it is not below that level. */
int64_t division_truncate(int64_t code, enum division_level level);
/* The next larger unit by the digits (0 above a province). */
int64_t division_parent(int64_t code);
/* First code after all that can lie in code. */
int64_t division_end(int64_t code);
/* Does code lie in prefix (or is it prefix)? The nation covers all. */
bool division_covers(int64_t prefix, int64_t code);
/* Has it the shape of a real code: a province that exists (GB/T 2260), no zero group above a non-zero one
 * (but a 00 county under a prefecture), township and village numbers from 001 to 599? Says nothing about
 * whether the unit exists. */
bool division_plausible(int64_t code);
/* 2, 4, 6, 9 or 12 digits, blanks around them and full-width digits accepted, padded with zeros. False for
 * anything else, and for all zeros, which in files stands for an empty cell and never for the nation. */
bool division_parse(struct str text, int64_t *code);
/* Twelve digits with NUL. Returns out. */
char *division_format(int64_t code, char out[DIVISION_TEXT_MAX]);
/* The digits down to its level: 61, 6101, 610102, 610102001, 610102001001; "0" for the nation. Returns out. */
char *division_format_short(int64_t code, char out[DIVISION_TEXT_MAX]);
const char *division_level_text(enum division_level level, enum lang lang);
#endif
