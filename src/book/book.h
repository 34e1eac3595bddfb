/* Reading policy books: Markdown -> ```policy fences -> tokens -> syntax tree. */
#ifndef BOOK_BOOK_H
#define BOOK_BOOK_H
#include "book/ast.h"

/* Parse one book given as files. Errors go to diags (parsing goes on at the next declaration). The book is appended
 * to bs. A period alone in brackets (p[2025], p[2026-06], p[day..day]) is always u.index.period, never an argument.
 * Returns RC_NOMEM when memory ran out, else RC_OK even with diagnostics. */
enum rc book_parse(struct books *bs, struct str dir, const struct book_file *files, size_t n, struct diags *d,
                   struct err *e) MUST_USE;

/* Read every book under each of the given folders: a folder that holds .md files is a book; otherwise its sub-folders
 * are looked at (sorted). At most BOOK_BYTES_MAX bytes a book. */
enum rc books_load(struct books *bs, const char *const *dirs, size_t n, struct diags *d, struct err *e) MUST_USE;

/* The same books read once more, into another arena: the same declarations and the same expression numbers. */
enum rc books_copy(const struct books *from, struct books *to, struct diags *d, struct err *e) MUST_USE;

void books_init(struct books *bs, struct arena *arena);

/* Print an expression as source text (canonical form: parse(print(e)) prints the same). */
void expr_print(const struct expr *e, struct buf *out);
/* A row of a table: keys => value, without the bar and the line end. */
void table_row_print(const struct table_row *row, struct buf *out);
/* One declaration as canonical source, with a line end. */
void decl_print(const struct decl *d, struct buf *out);
/* Print the whole tree, one declaration after the other, canonical source (--dump=ast). */
void books_print(const struct books *bs, struct buf *out);
/* Parse a single expression from text (tests, command line). */
struct expr *expr_parse(struct books *bs, struct str text, const char *file, struct diags *d);
#endif
