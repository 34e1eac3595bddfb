/* Growing byte buffer with a named maximum; a failed append is sticky and leaves the content as it was. */
#ifndef BASE_BUF_H
#define BASE_BUF_H
#include "base/err.h"
#include "base/str.h"

struct buf {
    char *p;
    size_t n, cap, max;
    bool failed;
    bool no_memory; /* it failed for want of memory, not of room below max */
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_fini(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory, clears failed */
bool buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, struct str s);
void buf_addz(struct buf *b, const char *z);
void buf_addc(struct buf *b, char c);
void buf_add_bytes(struct buf *b, const void *p, size_t n);
void buf_add_i64(struct buf *b, int64_t v);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A JSON string with its quotes and escapes (RFC 8259; UTF-8 kept, malformed bytes become U+FFFD). */
void buf_add_json(struct buf *b, struct str s);
/* A CSV field (RFC 4180): quoted when it has a comma, quote, CR or LF, or begins with a character that a spreadsheet
 * would take for a formula (= + - @ tab), which then gets a leading apostrophe. */
void buf_add_csv(struct buf *b, struct str s);
/* Bytes that such a field can need, and it written there: its end. */
static inline size_t csv_room(size_t n) { return 2 * n + 3; }
char *csv_put(char *to, struct str s);
/* Whether it has a comma, quote, CR or LF. */
bool csv_has_marks(struct str s);
static inline struct str buf_str(const struct buf *b) { return (struct str){b->p, b->n}; }
/* NUL-terminated content, owned by b and good until the next call; "" when empty, NULL when b failed or fails now. */
const char *buf_z(struct buf *b);
#endif
