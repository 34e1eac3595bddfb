/* Every buffer's named maximum in one place. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H
#include <stddef.h>
#include <stdint.h>

#define KIB(n) ((size_t)(n)*1024)
#define MIB(n) ((size_t)(n)*1024 * 1024)

enum {
    EXPR_DEPTH_MAX = 64,         /* SEMANTICS §8 */
    ROWS_PER_PERSON_SET = 65535, /* rows of one dataset that count for a household (SEMANTICS §1) */
    MEMBERS_MAX = 1000,          /* members that count for a household */
    CHUNK_ROWS = 65536,          /* rows of a column chunk */
    BATCH_ROWS = 2048,           /* rows of a VM batch */
    CSV_COLUMNS_MAX = 1024,      /* columns of an imported file */
    CSV_CELL_MAX = 32768,        /* bytes of one cell */
    OUTSIDE_ROWS_PER = 10,       /* a file with more than one row in so many dated outside its days is refused */
    NAME_MAX_CHARS = 64,         /* characters of a person's name */
    IDENT_MAX = 64,              /* bytes of a name in a book */
};
#define BOOK_BYTES_MAX MIB(1)
#define CSV_ROWS_MAX INT64_C(200000000)
#endif
