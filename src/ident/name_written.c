#include "ident/name_written.h"
#include "base/utf8.h"
#include "ident/han.h"
#include "ident/ident_int.h"
#include "ident/name_like.h"

/* Letters of a name, and the places where a word begins; places and letters must fit a word of bits. */
enum { LETTERS_MAX = 62, SYLLABLE_MAX = 6, MASKED_MAX = NAME_TOKENS_MAX };

struct letters {
    char p[LETTERS_MAX];
    size_t n;
    uint64_t breaks; /* bit i: a word begins before letter i */
};

static bool is_mask(uint32_t c) { return c == '*' || c == 'X' || c == 'x' || c == 0xD7 || c == 0x25CB || c == 0x67D0; }

/* A character as it is compared; 0: nothing (blanks, dots, what joins words of a name in letters). */
static uint32_t name_char(uint32_t c)
{
    c = utf8_half_width(c);
    if (ident_is_blank(c) || ident_is_selector(c) || ident_is_dot(c)) return 0;
    if (c == '-' || c == '\'' || c == 0x2019 || c == ',') return 0;
    return c == 0xFC || c == 0xDC ? 'v' : c;
}

static bool read_letters(struct str text, struct letters *out)
{
    *out = (struct letters){.n = 0};
    for (size_t i = 0; i < text.n;) {
        uint32_t c = name_char(utf8_next(text, &i)), low = c | 0x20;
        if (!c) {
            out->breaks |= UINT64_C(1) << out->n;
            continue;
        }
        if (c > 0x7F || low < 'a' || low > 'z' || out->n == LETTERS_MAX) return false;
        out->p[out->n++] = (char)low;
    }
    return out->n > 0;
}

struct masked {
    uint32_t c[MASKED_MAX]; /* 0: hidden */
    size_t n, seen;
};

static bool read_masked(struct str text, struct masked *out)
{
    *out = (struct masked){.n = 0};
    for (size_t i = 0; i < text.n;) {
        uint32_t c = name_char(utf8_next(text, &i));
        bool hidden = is_mask(c);
        if (!c) continue;
        if (out->n == MASKED_MAX || (!hidden && !utf8_is_cjk(c))) return false;
        out->seen += !hidden;
        out->c[out->n++] = hidden ? 0 : han_fold(c);
    }
    return out->seen && out->seen < out->n;
}

enum name_written name_written(struct str text)
{
    struct letters l;
    struct masked m;
    if (read_letters(text, &l)) return NAME_PINYIN;
    return read_masked(text, &m) ? NAME_MASKED : NAME_PLAIN;
}

/* ---- pinyin */

static bool reads(uint32_t c, uint16_t sound)
{
    return sound && (han_reads_as(c, sound) || han_sound(c, true) == sound);
}

/* ü is written v, yu or u: lv, lyu, lu. */
static bool is_reading(uint32_t c, const char *p, size_t n)
{
    char v[SYLLABLE_MAX + 1];
    if (reads(c, han_syllable_find(str_make(p, n)))) return true;
    if (n < 2 || (p[0] != 'l' && p[0] != 'n')) return false;
    size_t skip = n > 2 && p[1] == 'y' && p[2] == 'u' ? 2 : p[1] == 'u' ? 1 : 0;
    if (!skip) return false;
    v[0] = p[0];
    v[1] = 'v';
    memcpy(v + 2, p + 1 + skip, n - 1 - skip);
    return reads(c, han_syllable_find(str_make(v, n + 1 - skip)));
}

/* Bits of the places that are reached behind one character's syllable from any of those before. */
static uint64_t step(const struct letters *l, uint32_t c, uint64_t from)
{
    uint64_t to = 0;
    for (size_t at = 0; at < l->n; at++) {
        for (size_t n = 1; (from >> at & 1) && n <= SYLLABLE_MAX && at + n <= l->n; n++) {
            uint64_t inside = ((UINT64_C(1) << (n - 1)) - 1) << (at + 1);
            if (!(l->breaks & inside) && is_reading(c, l->p + at, n)) to |= UINT64_C(1) << (at + n);
        }
    }
    return to;
}

/* The characters from `first` on, then those before it. */
static bool spells(const struct letters *l, const struct name_form *f, size_t first)
{
    uint64_t at = 1;
    for (size_t i = 0; at && i < f->n; i++) at = step(l, f->fold[(first + i) % f->n], at);
    return at >> l->n & 1;
}

static bool is_spelling(const struct letters *l, const struct name_form *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (!utf8_is_cjk(f->fold[i])) return false;
    return f->n > 1 && (spells(l, f, 0) || spells(l, f, f->surname) || spells(l, f, f->first_part % f->n));
}

/* ---- masked */

static bool agrees(const struct masked *m, const struct name_form *f)
{
    if (m->n != f->n) return false;
    for (size_t i = 0; i < m->n; i++)
        if (m->c[i] && m->c[i] != f->fold[i]) return false;
    return true;
}

bool name_written_same(struct str text, struct str roster)
{
    struct letters l;
    struct masked m;
    struct name_form f;
    if (!name_form_make(roster, &f)) return false;
    if (read_letters(text, &l)) return is_spelling(&l, &f);
    return read_masked(text, &m) && agrees(&m, &f);
}
