/* Shared by the files of the CSV reader only: the kernels and what they work on. */
#ifndef INGEST_CSV_INT_H
#define INGEST_CSV_INT_H
#include "base/err.h"
#include "ingest/rows.h"

/* State at a place of the text. A cell starts where the byte before is a delimiter or a line end, state CSV_OUT. */
enum csv_state {
    CSV_OUT,
    CSV_IN,
    CSV_PEND /* after a quote inside quotes: closing, or the first of two */,
    CSV_STATE__MAX
};

enum { CSV_STEP = 64 /* bytes of a kernel's step */, CSV_ROWS_OVER = 2 };

/* First pass over a piece: what can be known of it without knowing the state it starts in. */
struct csv_scan {
    char delim;
    unsigned char prev; /* the byte before the piece; '\n' at the start of the file */
    bool nul;
    uint64_t lines;                /* line ends (LF, CRLF, lone CR) seen; CRLF counts at its CR */
    uint8_t state[CSV_STATE__MAX]; /* state now, had the piece begun in each state */
};

/* Second pass: where the cells end. Limits: stops before max_row or cap_end could be passed by one more step. */
struct csv_index {
    const char *text; /* TEXT_PAD zero bytes behind n */
    uint32_t n, pos;
    char delim;
    bool in, sep, closed, cr; /* about the byte before pos: inside quotes; a separator; a closing quote; a CR */
    uint16_t row_flags;
    uint32_t line, row_line, row_start, row_first;
    uint32_t *end, n_end, cap_end;
    struct row_info *row; /* room for max_row and CSV_ROWS_OVER more, which hold anything */
    uint32_t n_row, max_row;
};

struct csv_masks {
    uint64_t delim, lf, cr, quote, nul;
};

struct csv_kernels {
    const char *name;
    void (*scan)(struct csv_scan *s, const char *p, size_t n);
    void (*index)(struct csv_index *x);
    bool (*utf8_ok)(const char *p, size_t n);
};

/* The fastest of this processor. */
const struct csv_kernels *csv_kernels_best(void);
enum { CSV_KERNELS_MAX = 4 };
/* All that this processor can run, slowest first. Returns how many. */
size_t csv_kernels_list(const struct csv_kernels *out[CSV_KERNELS_MAX]);

bool text_utf8_ok_scalar(const char *p, size_t n);
#if defined(__x86_64__)
bool text_utf8_ok_avx2(const char *p, size_t n);
bool text_utf8_ok_avx512(const char *p, size_t n);
#endif

/* The state after one more quote. adjacent: the byte before is the quote that made CSV_PEND; opener: it is a separator.
 */
static inline uint8_t csv_after_quote(uint8_t state, bool adjacent, bool opener)
{
    if (state == CSV_IN) return CSV_PEND;
    if (state == CSV_PEND && adjacent) return CSV_IN;
    return opener ? CSV_IN : CSV_OUT;
}

static inline bool csv_is_sep(unsigned c, char delim) { return c == (unsigned char)delim || c == '\n' || c == '\r'; }
#endif
