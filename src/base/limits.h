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
    CSV_COLUMNS_MAX = 16384,     /* columns of an imported file */
    CSV_CELL_MAX = 32768,        /* bytes of one cell */
    OUTSIDE_ROWS_PER = 10,       /* a file with more than one row in so many dated outside its days is refused */
    NAME_MAX_CHARS = 64,         /* characters of a person's name */
    IDENT_MAX = 64,              /* bytes of a name in a book */
    SHEET_ROWS_MAX = 1048576,    /* of a sheet, as the format has it */
    SHEET_COLUMNS_MAX = 16384,   /* likewise */
    SHEETS_MAX = 1000,           /* sheets of a workbook */
    SHEET_STYLES_MAX = 65536,    /* cell formats of a workbook */
    SHEET_MERGES_MAX = 200000,   /* merged ranges of a sheet that are remembered */
    SHEET_STRINGS_MAX = 20000000,
    XML_DEPTH_MAX = 64,
    XML_TOKEN_MAX = 4 * 1024 * 1024, /* bytes of one tag or attribute */
    ZIP_ENTRIES_MAX = 20000,
    ZIP_RATIO_MAX = 400, /* bytes unpacked for one packed, above ZIP_RATIO_FROM bytes */
};
#define ZIP_RATIO_FROM MIB(64)
#define ZIP_BYTES_MAX (INT64_C(8) << 30)  /* of one entry, unpacked */
#define ZIP_TOTAL_MAX (INT64_C(32) << 30) /* of an archive, unpacked */
#define SHEET_STRINGS_BYTES_MAX MIB(1024)
#define SHEET_CELL_MAX KIB(160) /* bytes of a cell's text: 32,767 characters and what XML makes of them */
#define BOOK_BYTES_MAX MIB(1)
#define CSV_ROWS_MAX INT64_C(200000000)
#endif
