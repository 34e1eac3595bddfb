/* Tables, numbers and JSON on a terminal. */
#ifndef APP_SAY_H
#define APP_SAY_H
#include "app/args.h"
#include "base/arena.h"

enum { TABLE_COLUMNS_MAX = 16, SAY_MAX = 256 * 1024 * 1024 };

/* "1,234,567"; out >= 32 bytes. Returns out. */
char *say_number(int64_t v, char *out);
/* "2026-08-31" or "" for no day. */
const char *say_date(date_day d, char out[DATE_TEXT_MAX]);
/* Instant to the day and minute of Beijing time. out >= 32 bytes. */
const char *say_time(int64_t us, char *out);

/* A table whose columns are as wide as their cells (Chinese counts two), printed at the end. Cells are copied. */
struct table {
    struct arena *arena;
    struct str *cells;
    size_t n, cap, columns;
    bool right[TABLE_COLUMNS_MAX];  /* numbers */
    size_t clip[TABLE_COLUMNS_MAX]; /* widest; 0: any */
    bool failed;
};
/* heads: one string, columns separated by "|", a leading ">" aligns right. */
void table_init(struct table *t, struct arena *a, const char *heads);
void table_cell(struct table *t, struct str s);
void table_text(struct table *t, const struct buf *b); /* one that failed fails the table */
void table_z(struct table *t, const char *z);
void table_number(struct table *t, int64_t v);
void table_date(struct table *t, date_day d);
enum rc table_print(struct table *t, struct out *out, struct err *e) MUST_USE;

/* JSON: "name": before each value, commas put by the writer. */
struct json {
    struct buf b;
    bool comma;
};
void json_init(struct json *j);
void json_open(struct json *j, const char *name, char bracket); /* name NULL: no name */
void json_close(struct json *j, char bracket);
void json_text(struct json *j, const char *name, struct str v);
void json_buf(struct json *j, const char *name, const struct buf *v); /* one that failed fails the whole */
void json_raw(struct json *j, const char *name, struct str v);        /* JSON already */
void json_number(struct json *j, const char *name, int64_t v);
void json_bool(struct json *j, const char *name, bool v);
void json_date(struct json *j, const char *name, date_day d); /* null when 0 */
void json_division(struct json *j, const char *name, int64_t code);
/* Print with a line end and free. */
enum rc json_print(struct json *j, struct out *out, struct err *e) MUST_USE;
#endif
