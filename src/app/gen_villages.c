#include "app/generate.h"
#include "base/arena.h"
#include "ident/division.h"

enum { VILLAGE_CODES = 1000000 };

struct lists {
    int64_t *codes;
    struct str *names, *townships;
    size_t n;
};

/* Counts, and when the lists have room also notes, the villages of the county. */
static size_t walk(const struct divisions *d, int64_t county, date_day on, struct lists *into)
{
    struct division_period township, village;
    int64_t at_township = 0;
    size_t n = 0;
    while (divisions_next_child(d, county, on, &at_township, &township)) {
        int64_t at_village = 0;
        while (divisions_next_child(d, township.code, on, &at_village, &village)) {
            if (into && n < into->n) {
                into->codes[n] = village.code;
                into->names[n] = village.text;
                into->townships[n] = township.text;
            }
            n++;
        }
    }
    return n;
}

enum rc generate_villages(const struct divisions *d, int32_t county, struct arena *a, struct gen_villages *out,
                          struct err *e)
{
    int64_t code = (int64_t)county * VILLAGE_CODES;
    struct lists l = {.n = walk(d, code, 0, NULL)};
    *out = (struct gen_villages){0};
    if (l.n == 0)
        return err_set(e, RC_USAGE, pos_none(),
                       "no village of county %06d is known: villages come with Shaanxi, Shanxi and Hebei",
                       "没有县 %06d 的村级区划：内置陕西、山西、河北三省的村", county);
    l.codes = ARENA_ARRAY(a, int64_t, l.n);
    l.names = ARENA_ARRAY(a, struct str, l.n);
    l.townships = ARENA_ARRAY(a, struct str, l.n);
    if (arena_failed(a)) return err_nomem(e);
    walk(d, code, 0, &l);
    *out = (struct gen_villages){l.codes, l.names, l.townships, l.n};
    return RC_OK;
}
