/* Markdown of a policy book: the ```policy fences with the headings they stand under. */
#ifndef BOOK_MARKDOWN_H
#define BOOK_MARKDOWN_H
#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

enum { HEADING_LEVELS = 6 };

struct fence {
    struct str text;    /* between the fence lines */
    struct pos at;      /* of text */
    struct str heading; /* "总体要求 / (二)"; the file's name without ".md" before the first heading */
    uint32_t section;   /* counts headings of the file from 1; 0 before the first */
    struct pos heading_at;
};

struct markdown {
    struct str rest;
    struct pos at; /* of rest; file is set by the caller */
    struct str levels[HEADING_LEVELS];
    struct str top; /* path before the first heading */
    uint32_t section;
    struct pos heading_at;
    struct arena *arena; /* for heading paths */
};

struct markdown markdown_begin(struct str text, const char *file, struct arena *arena);
/* The next policy fence; false at the end. Fences that would be overlooked are reported. */
bool markdown_next(struct markdown *md, struct diags *d, struct fence *out);
#endif
