/* Shared by the printer's files. */
#ifndef BOOK_PRINT_INT_H
#define BOOK_PRINT_INT_H
#include "book/book.h"

void print_period(const struct period *d, struct buf *out);
void print_day(date_day d, struct buf *out);
void print_names(const struct name_list *names, struct buf *out);
void print_dataset(const struct dataset_decl *s, struct buf *out);
void print_example(const struct example_decl *x, struct buf *out);
void print_quoted(struct str s, struct buf *out);
void print_texts(const char *word, const struct str *v, size_t n, struct buf *out);
void print_aliases(const struct str *v, size_t n, struct buf *out);
void print_type(const struct type_ref *t, struct buf *out);
#endif
