/* Shared by the cell parsers only. */
#ifndef INGEST_CELL_INT_H
#define INGEST_CELL_INT_H
#include "ingest/cell.h"

enum { CELL_PLAIN_MAX = 96 };

/* A short cell as plain characters: trimmed, half-width, every sign of minus as '-'. Characters outside ASCII are kept.
 */
struct cell_plain {
    char text[CELL_PLAIN_MAX + 4];
    struct str s;
};

/* CELL_FINE, CELL_MALFORMED, or CELL_TOO_LONG for what no number or date can be. */
enum cell_reason cell_plain_make(struct cell_plain *p, struct str s);

/* Of a list that ends with NULL; small and capital letters are the same. */
bool cell_one_of(struct str s, const char *const *list);

static inline enum cell_status cell_bad(enum cell_reason *why, enum cell_reason r) { return *why = r, CELL_BAD; }
static inline bool cell_is_digit(char c) { return c >= '0' && c <= '9'; }
#endif
