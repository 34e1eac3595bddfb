/* A small town for the tests of this module: books as text, files as text, screens on days. */
#ifndef SCREEN_SCREEN_TEST_INT_H
#define SCREEN_SCREEN_TEST_INT_H
#include "base/io.h"
#include "base/test.h"
#include "match/import.h"
#include "screen/screen.h"

enum { TOWN_PARAMS_MAX = 8 };

/* Pieces of books. */
#define TOWN_ROSTER                                                                                                \
    "dataset roster \"花名册\" by 民政局 {\n"                                                                \
    "  latest complete person by id, name household by hid lives in division\n"                                    \
    "  id text secret \"身份证号\" name text \"姓名\" hid text \"户编号\" division division \"区划\"\n" \
    "  born date optional \"出生日期\" safe bool of household \"饮水安全\" }\n"
#define TOWN_MEDICAL                                                                   \
    "dataset medical \"医疗\" by 医保局 {\n"                                      \
    "  events monthly by settled complete due 5 days person by id, name key receipt\n" \
    "  id text secret \"身份证号\" name text \"姓名\" receipt text \"单号\"\n" \
    "  settled date \"结算日期\" pay yuan >= 0 \"自付\" }\n"
#define TOWN_LINE "param line \"警戒线\" yuan { }\n"
#define TOWN_ILL \
    "rule ill \"大病\" risk red { when sum(pay for members.medical where settled within 1 month) > line }\n"
#define TOWN_WATER "rule water \"饮水\" risk yellow { when not safe }\n"

struct town {
    struct test *t;
    char path[400];
    int64_t now_us; /* 2026-12-01, may be moved */
    struct store *s;
    struct policy *p;
    struct arena a, book_arena;
    struct books books;
    struct diags diags;
    struct param_setting params[TOWN_PARAMS_MAX];
    size_t n_params;
    struct out out;
    FILE *null;
    struct import_options o; /* of the next import; cleared by it */
    struct import_report r;
    struct screen_options so; /* of all screens: with_unknown, threads */
    struct screening sc;      /* of the last screen */
    struct buf found;         /* its findings file without the header line */
    struct err e;
    unsigned files;
};

bool town_open(struct town *w, struct test *t, const char *name, const char *book);
void town_close(struct town *w);
/* Other books from now on: "%s" of each as a file of its own. */
bool town_books(struct town *w, const char *const *texts, size_t n);
/* Bytes for tests that make their own. */
enum rc town_take(struct town *w, const char *dataset, struct str text);
/* The same from a format; received on that day ("" today); fails the test when it is refused. Rows are printed. */
void town_file(struct town *w, const char *dataset, const char *received, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void town_set(struct town *w, const char *name, const char *value, int64_t division);
/* The next file covers these days. */
void town_covers(struct town *w, const char *from, const char *to);
/* Screen as of a day with what was known at the close of another; the findings are in w->found. */
enum rc town_screen(struct town *w, const char *as_of, const char *known_at);
/* The same, which must do and find just this: "household rule verdict state" of each line, joined by "; ". */
#define town_expect(w, as_of, known_at, found) town_expect_at((w), (as_of), (known_at), (found), __FILE__, __LINE__)
void town_expect_at(struct town *w, const char *as_of, const char *known_at, const char *found, const char *file,
                    int line);
/* The reasons of the never-raised unknown finding of a rule, in Chinese, joined by "；" (household by code, NULL any).
 */
struct str town_why(struct town *w, const char *rule);
date_day town_day(const char *text);
/* Books from folders. */
bool town_dirs(struct town *w, const char *const *dirs, size_t n);
/* A valid ID of person i born on a day. */
struct town_text {
    char z[19];
};
struct town_text town_id(unsigned i);
/* Open tasks after the last kept screen: household numbers joined by spaces. */
struct str town_tasks(struct town *w);
/* Random files for the loaded books: people of two counties, every dataset, with the dirt of real files. The files of
 * one household follow from the seed and its number alone. */
enum { COUNTY_FILES_MAX = 128, COUNTY_COUNTIES = 2 };
struct county_file {
    struct str dataset, header, *line;
    size_t n, cap;
    int64_t division;
    const char *from, *to; /* NULL: delivered whole */
};
struct county {
    struct arena a;
    struct town *w;
    uint64_t seed;
    unsigned people;                        /* numbers of people that others may refer to */
    struct county_file f[COUNTY_FILES_MAX]; /* rosters first */
    size_t n;
};
void county_init(struct county *c, struct town *w, uint64_t seed);
void county_add(struct county *c, unsigned from, unsigned to);
void county_fini(struct county *c);
/* Import lines from..to-1 of a file. */
void county_take(struct county *c, struct town *w, size_t file, size_t from, size_t to);
/* The store opens again and its check finds nothing. */
void town_check(struct town *w);
#endif
