/* Shared by the files of the XLSX reader only. */
#ifndef SHEET_XLSX_INT_H
#define SHEET_XLSX_INT_H
#include "sheet/sheet_int.h"

/* A relation from a part to another: its kind is the end of a long address. */
struct xlsx_relation {
    struct str id, kind, target;
};
struct xlsx_relations {
    struct xlsx_relation *v;
    size_t n, cap;
};

/* The texts that cells refer to by number, one behind the other in blocks, each with its length before it. There are
 * millions: blocks never move, and only the place of every STRINGS_STEP-th is kept. */
enum { STRINGS_STEP = 16 };
#define STRINGS_BLOCK MIB(1)
struct xlsx_strings {
    VEC(char *) block;
    VEC(uint64_t) place; /* of string 0, STRINGS_STEP, …: its block's number times STRINGS_BLOCK and where in it */
    size_t n, used;      /* used: of the last block */
};

struct xlsx {
    struct zip_box *zip;
    size_t *entry; /* of each sheet in the archive */
    struct sheet_style *style;
    size_t n_styles;
    uint32_t day_shift;
    struct xlsx_strings strings;
    bool strings_read;    /* all of them */
    size_t strings_entry; /* SIZE_MAX: none */
};

/* xlsx_parts.c */
enum rc xlsx_relations_read(struct sheet_book *b, struct str part, struct xlsx_relations *out, struct err *e) MUST_USE;
/* Target of the first relation of a kind, as a name in the archive; empty: none. */
struct str xlsx_relation_of(const struct xlsx_relations *r, struct str kind);
struct str xlsx_relation_id(const struct xlsx_relations *r, struct str id, struct str *kind);
enum rc xlsx_styles_read(struct sheet_book *b, size_t entry, struct err *e) MUST_USE;
/* xlsx_strings.c */
/* At least the first n of them, SIZE_MAX: all. */
enum rc xlsx_strings_read(struct sheet_book *b, size_t n, struct err *e) MUST_USE;
/* String i < n; false when it was longer than a cell may be. */
bool xlsx_string(const struct xlsx_strings *s, uint32_t i, struct str *out);
void xlsx_strings_fini(struct xlsx_strings *s);
void xlsx_undo_escapes(struct buf *b, size_t from);
/* Digits only; false above max. */
bool xlsx_number(const char *z, uint32_t max, uint32_t *out);
#endif
