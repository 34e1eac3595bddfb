/* Helpers of this module's tests. */
#ifndef STORE_STORE_TEST_INT_H
#define STORE_STORE_TEST_INT_H
#include <stdio.h>
#include "base/test.h"
#include "store/check.h"
#include "store/delivery.h"
#include "store/store.h"

/* A data folder of its own below the run's folder. */
struct test_folder {
    char path[512];
    int64_t now_us;
    struct store_options o;
};

static inline void folder_at(struct test_folder *f, struct test *t, const char *name)
{
    (void)snprintf(f->path, sizeof f->path, "%s/%s", t->tmp_dir, name);
    f->now_us = INT64_C(1780000000000000);
    f->o = (struct store_options){.path = f->path, .access = STORE_WRITE, .clock = clock_fixed(&f->now_us)};
}

static inline enum rc folder_init(struct test_folder *f, struct test *t, const char *name)
{
    struct store_key_report key;
    struct err e = {.lang = LANG_EN};
    folder_at(f, t, name);
    enum rc rc = store_init(&f->o, &key, &e);
    if (rc) test_check(t, false, __FILE__, __LINE__, e.msg);
    return rc;
}

/* Does the check tell this failure? */
static inline bool check_tells(const struct check_report *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->v[i].name, name) == 0) return true;
    return false;
}

static inline struct delivery sample_delivery(const char *dataset)
{
    return (struct delivery){.kind = DELIVERY_PLAIN,
                             .dataset = str_from(dataset),
                             .division = INT64_C(130700000000),
                             .covers_from = 739000,
                             .covers_to = 739029,
                             .received_day = 739040,
                             .sender = STR("medical bureau"),
                             .file_name = STR("medical.csv"),
                             .file_bytes = 1234,
                             .file_hash = {1, 2, 3},
                             .encoding = STR("utf-8"),
                             .mapping = STR("{}"),
                             .counts = {10, 6, 1, 1, 1, 1},
                             .by_who = STR("tester"),
                             .known_from_us = INT64_C(1780000000000000)};
}
#endif
