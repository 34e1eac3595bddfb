/* Tests only: workbooks made by hand, part by part. */
#ifndef SHEET_SHEET_TESTING_H
#define SHEET_SHEET_TESTING_H
#include "base/test.h"

struct xlsx_made {
    const char *prolog;   /* before the first sheet's root; NULL: nothing */
    const char *sheet;    /* what is in its root */
    const char *second;   /* of a second sheet; NULL: none */
    const char *strings;  /* in sst; NULL: no such part */
    const char *styles;   /* in styleSheet; NULL: no such part */
    const char *book;     /* in the workbook before its sheets */
    const char *more;     /* name of one more part */
    const char *password; /* NULL: not encrypted */
};
/* Into the test's folder; path has 512 bytes. */
void xlsx_make(struct test *t, const struct xlsx_made *m, char *path);
#endif
