#include "match/person_index.h"
#include "base/mem.h"
#include "base/test.h"

void person_index_test(struct test *t);

enum { PEOPLE = 30000 };

static uint64_t key_of(uint32_t i)
{
    return UINT64_C(13072519800000000) + i / 10 * UINT64_C(7);
} /* ten share each ID … */

static struct person_entry entry(uint32_t i, uint32_t each)
{
    return (struct person_entry){key_of(each == 1 ? i * 10 : i), 1000 + i, i + 1};
}

static unsigned wrong_answers(const struct person_index *x, uint32_t each)
{
    unsigned wrong = 0;
    for (uint32_t i = 0; i < PEOPLE; i++) {
        struct person_entry p = entry(i, each);
        struct match_query q[3] = {{p.key, p.name}, {p.key, 7}, {p.key + 3, p.name}};
        struct match_answer a[3];
        person_index_match(x, q, 3, true, a);
        wrong += a[0].verdict != MATCH_OK || a[0].person != p.person;
        wrong += a[1].verdict != MATCH_NAME || a[1].person != (each == 1 ? p.person : 0);
        wrong += a[2].verdict != MATCH_NONE;
        person_index_match(x, q, 1, false, a);
        wrong += each == 1 ? a[0].person != p.person : a[0].verdict != MATCH_NAME;
    }
    return wrong;
}

static void test_filled(struct test *t, uint32_t each, bool one_by_one)
{
    struct person_index x;
    struct err e = {0};
    struct person_entry *v = mem_alloc_array(PEOPLE, sizeof *v), hit[PERSON_HITS_MAX];
    CHECK(t, v != NULL);
    if (!v) return;
    for (uint32_t i = 0; i < PEOPLE; i++) v[i] = entry(i, each);
    CHECK_I64(t, person_index_init(&x, one_by_one ? 0 : PEOPLE, &e), RC_OK);
    if (!one_by_one) CHECK_I64(t, person_index_add_all(&x, v, PEOPLE, &e), RC_OK);
    for (uint32_t i = 0; one_by_one && i < PEOPLE; i++) CHECK_I64(t, person_index_add(&x, v[i], &e), RC_OK);
    CHECK_I64(t, wrong_answers(&x, each), 0);
    CHECK_I64(t, person_index_find(&x, v[25].key, hit), each == 1 ? 1 : PERSON_HITS_MAX);
    CHECK_I64(t, hit[0].person, each == 1 ? 26 : 21);
    CHECK_I64(t, person_index_find(&x, 0, hit), 0);
    person_index_fini(&x);
    mem_free(v);
}

/* Filled part by part as the loading does; one ID for more people than a part holds says so. */
static void test_parts(struct test *t)
{
    enum { PARTS = 8 };
    struct person_index x;
    struct err e = {0};
    unsigned wrong = 0;
    CHECK_I64(t, person_index_init_parts(&x, PEOPLE, PARTS, &e), RC_OK);
    for (size_t part = 0; part < PARTS; part++) {
        person_index_clear(&x, part);
        for (uint32_t i = 0; i < PEOPLE; i++) {
            struct person_entry p = entry(i, 1);
            if (person_index_part(p.key, PARTS) != part) continue;
            wrong += !person_index_put_all(&x, &(struct index_slot){p.key, name_fold(p.name), p.person}, 1);
        }
    }
    CHECK_I64(t, wrong, 0);
    CHECK_I64(t, wrong_answers(&x, 1), 0);
    uint32_t fitted = 0;
    while (fitted < PEOPLE && person_index_put_all(&x, &(struct index_slot){5, 1, fitted + 1}, 1)) fitted++;
    CHECK(t, fitted > 0 && fitted < PEOPLE);
    person_index_fini(&x);
}

void person_index_test(struct test *t)
{
    if (TEST(t, "parts")) test_parts(t);
    if (TEST(t, "finds everyone")) test_filled(t, 1, false);
    if (TEST(t, "grows")) test_filled(t, 1, true);
    if (TEST(t, "a shared ID belongs to whom the name fits")) {
        test_filled(t, 10, false);
        test_filled(t, 10, true);
    }
}
