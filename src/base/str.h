/* String views: borrowed, not NUL-terminated, never freed. */
#ifndef BASE_STR_H
#define BASE_STR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

enum { STR_DISTANCE_CHARS = 128 };

struct str {
    const char *p;
    size_t n;
};

#define STR(lit) ((struct str){"" lit, sizeof(lit) - 1})
/* For printf: "%.*s", STR_ARG(s) */
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str str_from(const char *z) { return (struct str){z, z ? strlen(z) : 0}; }
static inline struct str str_make(const char *p, size_t n) { return (struct str){p, n}; }
static inline bool str_eq(struct str a, struct str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }
bool str_eq_nocase(struct str a, struct str b); /* ASCII case only */
int str_cmp(struct str a, struct str b);        /* bytes; a prefix comes first */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
/* Index of the first occurrence at or after from, or SIZE_MAX. */
size_t str_find(struct str s, struct str needle, size_t from);
struct str str_sub(struct str s, size_t from, size_t to); /* clipped to the string */
struct str str_trim(struct str s);                        /* ASCII blanks, U+3000, U+00A0, BOM on both ends */
uint64_t str_hash(struct str s);                          /* stable across runs and machines (64-bit) */
/* Copies; NULL p when the arena is exhausted. str_z adds a NUL. */
struct str str_dup(struct arena *a, struct str s);
const char *str_z(struct arena *a, struct str s);
/* Take the text up to sep off the front of *rest (sep removed); false when *rest was empty at the call. */
bool str_cut(struct str *rest, char sep, struct str *head);
/* Whole string as a decimal number (digits, perhaps a leading "-") in [lo, hi]; false if empty, not a number or
 * outside. */
bool str_to_i64(struct str s, int64_t lo, int64_t hi, int64_t *out);
/* Edit distance in characters, at most max (else max + 1, also when either has more than
 * STR_DISTANCE_CHARS characters); for "did you mean". */
unsigned str_distance(struct str a, struct str b, unsigned max);
#endif
