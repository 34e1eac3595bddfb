/* The fast paths of cells against the careful ones: a blank in front of a text changes nothing of what it says, and
 * takes the careful way. */
#include "base/clock.h"
#include "base/test.h"
#include "ingest/cell.h"

void cell_fast_test(struct test *t);

enum { TEXT_MAX = 18 };

/* A text that ends where its memory ends, and the same behind a blank. */
struct pair {
    char room[TEXT_MAX], blank[TEXT_MAX + 1];
    struct str plain, careful;
};

static void pair_set(struct pair *p, const char *text, size_t n)
{
    p->plain = str_make(p->room + TEXT_MAX - n, n);
    p->careful = str_make(p->blank + TEXT_MAX - n, n + 1);
    memcpy(p->room + TEXT_MAX - n, text, n);
    p->blank[TEXT_MAX - n] = ' ';
    memcpy(p->blank + TEXT_MAX + 1 - n, text, n);
}

typedef bool (*same_fn)(const char *text, size_t n, bool *ok);

static bool same_yuan(const char *text, size_t n, bool *ok)
{
    struct pair p;
    int64_t a = 0, b = 0;
    enum cell_reason w1, w2;
    pair_set(&p, text, n);
    enum cell_status st = cell_yuan(p.plain, 0, &a, &w1);
    *ok = st == CELL_OK;
    return st == cell_yuan(p.careful, 0, &b, &w2) && a == b && w1 == w2;
}

static bool same_date(const char *text, size_t n, bool *ok)
{
    struct pair p;
    struct cell_date a = {0}, b = {0};
    enum cell_reason w1, w2;
    pair_set(&p, text, n);
    enum cell_status st = cell_date(p.plain, &a, &w1);
    *ok = st == CELL_OK;
    return st == cell_date(p.careful, &b, &w2) && a.first == b.first && a.span == b.span && w1 == w2;
}

/* Every text of up to `most` characters of an alphabet, behind a front. */
static void every_text(struct test *t, same_fn same, struct str front, struct str alphabet, size_t most)
{
    size_t differ = 0, fine = 0;
    char text[TEXT_MAX];
    memcpy(text, front.p, front.n);
    for (size_t n = 0, count = 1; n <= most; n++, count *= alphabet.n) {
        for (size_t k = 0; k < count; k++) {
            bool ok;
            for (size_t i = 0, left = k; i < n; i++, left /= alphabet.n)
                text[front.n + i] = alphabet.p[left % alphabet.n];
            differ += !same(text, front.n + n, &ok);
            fine += ok;
        }
    }
    CHECK_I64(t, differ, 0);
    CHECK(t, fine > 10);
}

/* Bytes beside digits and signs, their full-width halves, and the digits with their highest bit set. */
static const char ODD[] = "/:.,-+ 0959\x00\x1A\xB0\xB9\xAE\xFF\xEF\xE5Xe";

/* A date, or digits with a point, with up to two bytes changed. */
static size_t random_text(struct rng *r, bool dates, char text[TEXT_MAX])
{
    size_t n = dates ? 10 : 1 + rng_below(r, TEXT_MAX);
    for (size_t i = 0; i < n; i++) text[i] = (char)('0' + rng_below(r, 10));
    if (dates) {
        static const char *const CENTURY[] = {"17", "18", "19", "20", "21", "22"};
        memcpy(text, CENTURY[rng_below(r, 6)], 2);
        text[4] = text[7] = '-';
        text[5] = (char)('0' + rng_below(r, 2));
        text[8] = (char)('0' + rng_below(r, 4));
    } else if (n > 3) {
        text[n - 3] = '.';
    }
    for (uint64_t k = rng_below(r, 5); k-- > 2;) text[rng_below(r, n)] = ODD[rng_below(r, sizeof ODD - 1)];
    return n;
}

static void random_texts(struct test *t, same_fn same, bool dates)
{
    struct rng r;
    size_t differ = 0, fine = 0;
    rng_seed(&r, 20261122);
    for (size_t i = 0; i < 500000; i++) {
        char text[TEXT_MAX];
        bool ok;
        size_t n = random_text(&r, dates, text);
        differ += !same(text, n, &ok);
        fine += ok;
    }
    CHECK_I64(t, differ, 0);
    CHECK(t, fine > 50000);
}

/* Every day that could be written, and more of each part than there are. */
static void every_date(struct test *t)
{
    size_t differ = 0, fine = 0;
    for (int32_t year = 1795; year <= 2205; year++) {
        for (int32_t part = 0; part < 20 * 40; part++) {
            int32_t v[3] = {year, part / 40, part % 40};
            char text[40];
            struct cell_date d;
            enum cell_reason why;
            (void)snprintf(text, sizeof text, "%04d-%02d-%02d", v[0], v[1], v[2]);
            enum cell_status st = cell_date(str_make(text, 10), &d, &why);
            date_day want = date_make(v[0], v[1], v[2]);
            differ += (st == CELL_OK) != (want != 0) || (want && (d.first != want || d.span != 0));
            fine += st == CELL_OK;
        }
    }
    CHECK_I64(t, differ, 0);
    CHECK_I64(t, fine, date_make(DATE_MAX_YEAR, 12, 31) - date_make(DATE_MIN_YEAR, 1, 1) + 1);
}

void cell_fast_test(struct test *t)
{
    if (TEST(t, "money is read as it is read carefully")) {
        every_text(t, same_yuan, STR(""), STR("09./:\xB1"), 6);
        every_text(t, same_yuan, STR("1234"), STR("7.-/"), 7);
        every_text(t, same_yuan, STR("9999999999"), STR("09."), 6);
        random_texts(t, same_yuan, false);
    }
    if (TEST(t, "dates are read as they are read carefully")) {
        every_text(t, same_date, STR("2024-"), STR("0129-:"), 5);
        every_text(t, same_date, STR("19"), STR("02-"), 8);
        random_texts(t, same_date, true);
        every_date(t);
    }
}
