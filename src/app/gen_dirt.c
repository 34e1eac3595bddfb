/* The person a row is about, as clerks write numbers and names. The rates are those of docs/demo-data.md. */
#include "app/gen_int.h"
#include "base/utf8.h"
#include "ident/citizen_id.h"

enum {
    STRANGER_AREA = 440103, /* nobody of a demo county has a number from here */
    /* per 10,000 */
    STRANGER_RATE = 526, /* so that they are 5 in 100 of all rows */
    CHECK_RATE = 20,
    SHORT_RATE = 15,
    SPACE_RATE = 20,
    WIDE_RATE = 10,
    LOWER_RATE = 1250,
    MISHEARD_RATE = 30,
    VARIANT_RATE = 30,
    DOT_RATE = 5000,
    BLANK_RATE = 20,
};

void gen_id_text(uint64_t id17, char out[19]) { citizen_key_format(id17, out); }

bool gen_left_blank(struct rng *r) { return gen_chance(r, BLANK_RATE); }

static void widen(struct gen_who *w)
{
    char t[19];
    memcpy(t, w->id, sizeof t);
    w->id_n = 0;
    for (size_t i = 0; i < 18; i++) w->id_n += utf8_encode((uint32_t)(unsigned char)t[i] + 0xFEE0, w->id + w->id_n);
}

static void shorten(struct gen_who *w)
{
    memmove(w->id + 6, w->id + 8, 9);
    w->id_n = 15;
}

static void surround(struct gen_who *w, bool before)
{
    if (before) memmove(w->id + 1, w->id, w->id_n);
    w->id[before ? 0 : w->id_n] = ' ';
    w->id_n++;
}

static void write_id(struct gen_who *w, struct rng *r, uint64_t id17)
{
    gen_id_text(id17, w->id);
    w->id_n = 18;
    if (w->id[17] == 'X' && gen_chance(r, LOWER_RATE)) w->id[17] = 'x';
    uint64_t z = rng_below(r, 10000), to = CHECK_RATE;
    if (z < to) {
        w->id[17] = w->id[17] == '1' ? '4' : '1';
        return;
    }
    if (z < (to += SHORT_RATE)) {
        if (w->id[6] == '1' && w->id[7] == '9') shorten(w);
    } else if (z < (to += SPACE_RATE)) {
        surround(w, z % 2);
    } else if (z < to + WIDE_RATE) {
        widen(w);
    }
}

static void name_insert(struct gen_who *w, size_t at, const char *text)
{
    size_t n = strlen(text);
    memmove(w->name + at + n, w->name + at, w->name_n - at);
    memcpy(w->name + at, text, n);
    w->name_n += n;
}

/* Another dot in a name that has one; else a blank after the first character. */
static void vary_name(struct gen_who *w, struct rng *r)
{
    static const char *const DOTS[] = {"•", ".", "．", "・"}, *const BLANKS[] = {" ", "　", "  "};
    size_t dot = str_find((struct str){w->name, w->name_n}, STR("·"), 0);
    if (dot == SIZE_MAX) {
        size_t first = 0;
        utf8_next((struct str){w->name, w->name_n}, &first);
        name_insert(w, first, BLANKS[rng_below(r, 3)]);
        return;
    }
    memmove(w->name + dot, w->name + dot + 2, w->name_n - dot - 2);
    w->name_n -= 2;
    name_insert(w, dot, DOTS[rng_below(r, 4)]);
}

static void write_name(struct gen_who *w, struct rng *r, const struct gen_person *p)
{
    uint64_t z = rng_below(r, 10000);
    if (z < MISHEARD_RATE) {
        w->name_n = gen_name_misheard(r, p, w->name);
        return;
    }
    memcpy(w->name, p->name, p->name_n);
    w->name_n = p->name_n;
    bool dotted = str_find((struct str){p->name, p->name_n}, STR("·"), 0) != SIZE_MAX;
    if (z < MISHEARD_RATE + VARIANT_RATE || (dotted && gen_chance(r, DOT_RATE))) vary_name(w, r);
}

void gen_who(struct gen_who *w, struct rng *r, const struct gen_person *p)
{
    w->id17 = p->id17;
    write_id(w, r, p->id17);
    write_name(w, r, p);
}

void gen_outsider(struct gen_who *w, struct rng *r, const struct gen_person *like)
{
    struct gen_person p = *like;
    p.id17 = p.id17 % UINT64_C(100000000000) / 1000 * 1000 + UINT64_C(100000000000) * STRANGER_AREA +
             rng_below(r, 500) * 2 + !p.female;
    p.surname = gen_surname(r);
    gen_name(r, &p);
    gen_who(w, r, &p);
}

void gen_rows_about(struct gen_file *f, struct rng *r, const struct gen_person *p, gen_row_fn row, const void *facts)
{
    struct gen_who w;
    gen_who(&w, r, p);
    row(f, r, &w, facts);
    if (!gen_chance(r, STRANGER_RATE)) return;
    gen_outsider(&w, r, p);
    row(f, r, &w, facts);
}

void put_who_id(struct gen_file *f, const struct gen_who *w) { put_str(f, (struct str){w->id, w->id_n}); }
void put_who_name(struct gen_file *f, const struct gen_who *w) { put_str(f, (struct str){w->name, w->name_n}); }
