/* Cells taken from records in some order are those that lie there, blank ones told apart, whatever the tile's length.
 */
#include "base/clock.h"
#include "base/test.h"
#include "match/run_int.h"
#include "match/sink_int.h"

void take_kernels_test(struct test *t);

enum { ROWS = 300, CODES = 70, RECORD = 48, KEEP = 7 /* bytes before the cell */ };

struct room {
    struct rng rng;
    char records[ROWS * RECORD];
    uint32_t order[ROWS];
    struct str name[CODES];
    char letters[CODES][16];
    struct take_near near;
    union {
        int64_t v[TILE];
        int32_t half[TILE];
        uint64_t w[TILE];
        struct text_key k[TILE];
    } got;
};

static void some_order(struct room *r)
{
    for (uint32_t i = 0; i < ROWS; i++) r->order[i] = (uint32_t)rng_below(&r->rng, ROWS);
    for (uint32_t i = 0; i < CODES; i++) {
        memcpy(r->letters[i], "code__ of length", 16);
        r->letters[i][4] = (char)('0' + i / 10);
        r->letters[i][5] = (char)('0' + i % 10);
        r->name[i] = str_make(r->letters[i], i % 5 ? 6 : 16);
    }
}

/* What a cell of the kind may hold: often blank when one_in is small. */
static void put_cell(struct room *r, enum cell_kind kind, uint64_t codes, bool blank, char *at)
{
    uint64_t x = rng_next(&r->rng);
    switch (kind) {
    case CK_BOOL: *at = (char)(blank ? STAGE_BLANK8 : x % 2); break;
    case CK_U8: *at = (char)x; break;
    case CK_CODE: {
        uint16_t code = (uint16_t)(blank ? (uint64_t)STAGE_BLANK16 : x % codes);
        memcpy(at, &code, 2);
        break;
    }
    case CK_DATE:
    case CK_U32: {
        uint32_t word = blank ? 0 : (uint32_t)x | 1;
        memcpy(at, &word, 4);
        break;
    }
    default: x = blank ? (uint64_t)STAGE_BLANK64 : x; memcpy(at, &x, 8);
    }
}

static uint64_t word_at(const char *at, size_t n)
{
    uint64_t x = 0;
    memcpy(&x, at, n);
    return x;
}

static struct str text_of(struct room *r, const struct sink_column *c, unsigned i, struct text_key *room)
{
    uint64_t w = r->got.w[i], bytes = (UINT64_C(1) << 56) - 1;
    bool words = taken_as(c) == TAKEN_WORDS, told = w >= TEXT_WORD_TOLD;
    *room = !words ? r->got.k[i] : told ? take_key(&r->near, w) : (struct text_key){{w & bytes, w & ~bytes}};
    return text_key_str(room);
}

/* Whether a taken cell is that of the record, and whether it is valid. */
static bool same_cell(struct room *r, const struct sink_column *c, const char *at, unsigned i, bool valid)
{
    uint64_t x = word_at(at, cell_kind_width(c->kind));
    const int64_t *v = r->got.v;
    struct text_key room;
    switch (c->kind) {
    case CK_BOOL: return valid == (x != STAGE_BLANK8) && (!valid || v[i] == (int64_t)x);
    case CK_U8: return valid && v[i] == (int64_t)x;
    case CK_CODE: return valid == (x != STAGE_BLANK16) && (!valid || str_eq(text_of(r, c, i, &room), r->name[x]));
    case CK_DATE: return valid == (x != 0) && (!valid || r->got.half[i] == (int32_t)x);
    case CK_U32: return valid && v[i] == (int64_t)(uint32_t)(x + c->add);
    case CK_U64: return valid && v[i] == (int64_t)x;
    default: return valid == (x != (uint64_t)STAGE_BLANK64) && (!valid || v[i] == (int64_t)x);
    }
}

static void check_tiles(struct test *t, struct room *r, const struct sink_column *c)
{
    take_begin(c, &r->near);
    for (size_t from = 0; from < ROWS;) {
        struct tile tile = {.first = from, .n = (unsigned)(1 + rng_below(&r->rng, TILE))};
        if (rng_below(&r->rng, 2)) tile.n = TILE;
        if (tile.n > ROWS - from) tile.n = (unsigned)(ROWS - from);
        tile_point(&tile, r->records, c->order, RECORD);
        uint64_t valid = take_tile(c, &tile, KEEP, &r->near, &r->got);
        CHECK(t, tile.n == TILE || valid >> tile.n == 0);
        for (unsigned i = 0; i < tile.n; i++) {
            size_t row = c->order ? c->order[from + i] : from + i;
            CHECK(t, same_cell(r, c, r->records + row * RECORD + KEEP, i, valid >> i & 1));
        }
        from += tile.n;
    }
}

static void test_kinds(struct test *t, struct room *r)
{
    static const enum cell_kind KINDS[] = {CK_BOOL, CK_U8, CK_CODE, CK_DATE, CK_U32, CK_NUMBER, CK_PERSON, CK_U64};
    if (!TEST(t, "cells of every kind, in order and out of it, some blank, many or none")) return;
    for (size_t k = 0; k < sizeof KINDS / sizeof *KINDS; k++) {
        for (unsigned round = 0; round < 12; round++) {
            struct plan_codes codes = {.name = r->name, .n = round % 2 ? CODES : 9};
            struct sink_column c = {
                .kind = KINDS[k], .v = r->records, .step = RECORD, .codes = &codes, .add = 4000000000u};
            static const uint64_t one_in[] = {2, 100, UINT64_MAX};
            for (size_t i = 0; i < ROWS; i++)
                put_cell(r, c.kind, codes.n, rng_below(&r->rng, one_in[round % 3]) == 0,
                         r->records + i * RECORD + KEEP);
            c.order = round < 6 ? r->order : NULL;
            check_tiles(t, r, &c);
        }
    }
}

static void test_rows(struct test *t, struct room *r)
{
    if (!TEST(t, "a column of row numbers")) return;
    for (int sorted = 0; sorted < 2; sorted++) {
        struct sink_column c = {.kind = CK_U32, .order = sorted ? NULL : r->order, .add = 17};
        struct tile tile = {.first = 5, .n = 50};
        CHECK(t, take_tile(&c, &tile, 0, &r->near, &r->got) == (UINT64_C(1) << 50) - 1);
        for (unsigned i = 0; i < 50; i++) CHECK_I64(t, r->got.v[i], (sorted ? 5 + i : r->order[5 + i]) + 17);
    }
}

/* Texts in eight and in sixteen bytes, and views; references are the import's tests'. */
static void test_texts(struct test *t, struct room *r)
{
    static const struct str TEXTS[] = {
        {"", 0}, {"A01.1", 5}, {"1234567", 7}, {"fifteen bytes..", 15}, {"more than fifteen bytes", 23}};
    if (!TEST(t, "texts in the record, some blank")) return;
    for (unsigned form = 0; form < 3; form++) {
        struct sink_column c = {
            .kind = CK_TEXT, .v = r->records, .step = RECORD, .narrow = form == 0, .order = r->order};
        size_t texts = form == 0 ? 3 : form == 1 ? 4 : 5;
        if (form == 2) c.texts = (const struct str *)(const void *)r->records;
        for (unsigned n = 1; n <= TILE; n += 9) {
            struct tile tile = {.first = n, .n = n};
            const struct str *want[TILE];
            struct text_key room;
            take_begin(&c, &r->near);
            tile_point(&tile, r->records, c.order, RECORD);
            for (unsigned i = 0; i < n; i++) { /* of rows that come twice, the later text holds */
                uint64_t pick = rng_below(&r->rng, texts + (n % 2));
                char *at = r->records + r->order[n + i] * RECORD + KEEP;
                struct str s = pick < texts ? TEXTS[pick] : str_make(NULL, 0);
                struct text_key k = text_key_of(s);
                uint64_t near = s.p ? k.w[0] | k.w[1] : STAGE_NEAR_BLANK;
                if (!s.p) k.w[1] = STAGE_TEXT_BLANK;
                if (form == 0) memcpy(at, &near, sizeof near);
                else memcpy(at, form == 1 ? (void *)&k : (void *)&s, 16);
                for (unsigned j = 0; j <= i; j++)
                    if (r->order[n + j] == r->order[n + i]) want[j] = s.p ? &TEXTS[pick] : NULL;
            }
            uint64_t valid = take_tile(&c, &tile, KEEP, &r->near, &r->got);
            for (unsigned i = 0; i < n; i++) {
                CHECK(t, (valid >> i & 1) == (want[i] != NULL));
                CHECK(t, !want[i] || str_eq(text_of(r, &c, i, &room), *want[i]));
            }
        }
    }
}

void take_kernels_test(struct test *t)
{
    struct room r = {0};
    rng_seed(&r.rng, 3);
    some_order(&r);
    test_kinds(t, &r);
    test_rows(t, &r);
    test_texts(t, &r);
}
