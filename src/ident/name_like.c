#include "ident/name_like.h"
#include "base/utf8.h"
#include "ident/han.h"
#include "ident/ident_int.h"
#include "ident/person_name.h"

enum { LETTERS_MAX = 8, LETTERS_TOKEN = 0x40000000, WILD_TOKEN = 0x20000000 };

static bool is_letter(uint32_t c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/* Private use, replacement, and what people write for a character they do not have. */
static bool is_wild(uint32_t c)
{
    return (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000 || c == 0xFFFD || c == '?' || c == '*' || c == 0x25A1 ||
           c == 0x3013 || c == 0xFF1F;
}

static uint32_t mix(uint32_t h, uint32_t v)
{
    uint64_t x = ((uint64_t)h << 32 | v) * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(x >> 32 ^ x);
}

struct reading {
    struct name_form *out;
    char letters[LETTERS_MAX];
    size_t n_letters;
    uint32_t letters_hash;
    bool too_long;
};

static void token(struct reading *r, uint32_t fold, uint16_t sound, bool wild)
{
    struct name_form *f = r->out;
    if (f->n == NAME_TOKENS_MAX) {
        r->too_long = true;
        return;
    }
    f->fold[f->n] = fold;
    f->sound[f->n] = sound;
    f->near[f->n] = sound ? han_near(sound) : 0;
    if (wild) f->wild |= UINT32_C(1) << f->n;
    f->n++;
}

static void letters_end(struct reading *r)
{
    if (!r->n_letters) return;
    struct str text = str_make(r->letters, r->n_letters < LETTERS_MAX ? r->n_letters : LETTERS_MAX);
    uint16_t sound = r->n_letters < LETTERS_MAX ? han_syllable_find(text) : 0;
    token(r, LETTERS_TOKEN | (r->letters_hash & (LETTERS_TOKEN - 1)), sound, false);
    r->n_letters = 0;
    r->letters_hash = 0;
}

static void letter(struct reading *r, uint32_t c)
{
    char low = (char)(c | 0x20);
    if (r->n_letters < LETTERS_MAX) r->letters[r->n_letters] = low;
    r->n_letters++;
    r->letters_hash = mix(r->letters_hash, (uint32_t)low);
}

static void character(struct reading *r, uint32_t c)
{
    c = utf8_half_width(c);
    if (ident_is_blank(c) || ident_is_selector(c)) return;
    if (is_letter(c)) {
        letter(r, c);
        return;
    }
    letters_end(r);
    if (ident_is_dot(c)) {
        if (r->out->n && r->out->first_part == UINT8_MAX) r->out->first_part = r->out->n;
        return;
    }
    uint32_t fold = han_fold(c);
    if (is_wild(fold) || fold < 0x20) token(r, WILD_TOKEN, 0, true);
    else token(r, fold, han_sound(fold, r->out->n == 0), false);
}

static bool is_compound_surname(const struct name_form *f)
{
    static const uint16_t COMPOUND[][2] = {{0x6B27, 0x9633}, {0x53F8, 0x9A6C}, {0x4E0A, 0x5B98}, {0x8BF8, 0x845B},
                                           {0x4E1C, 0x65B9}, {0x7687, 0x752B}, {0x5C09, 0x8FDF}, {0x516C, 0x5B59},
                                           {0x957F, 0x5B59}, {0x6155, 0x5BB9}, {0x53F8, 0x5F92}, {0x4EE4, 0x72D0},
                                           {0x590F, 0x4FAF}, {0x8F69, 0x8F95}, {0x5B87, 0x6587}, {0x4E07, 0x4FDF}};
    for (size_t i = 0; f->n > 2 && i < sizeof COMPOUND / sizeof *COMPOUND; i++)
        if (f->fold[0] == COMPOUND[i][0] && f->fold[1] == COMPOUND[i][1]) return true;
    return false;
}

static void hash_form(struct name_form *f)
{
    uint32_t sound = 1, near = 1;
    for (size_t i = 0; i < f->n; i++) {
        sound = mix(sound, f->sound[i] ? f->sound[i] : f->fold[i]);
        near = mix(near, f->near[i] ? f->near[i] : f->fold[i]);
    }
    f->sound_hash = sound ? sound : 1;
    f->near_hash = near ? near : 1;
}

/* What stands before a remark in brackets, which is no part of a name (person_name.h). */
static struct str without_remark(struct str text)
{
    struct person_name plain;
    struct str rest = text;
    bool bracket = false;
    while (rest.n && !bracket) {
        size_t i = 0;
        uint32_t c = utf8_half_width(utf8_next(rest, &i));
        bracket = c == '(' || c == '[' || c == 0x3010 || c == 0x3014;
        if (!bracket) rest = str_sub(rest, i, rest.n);
    }
    struct str head = str_make(text.p, text.n - rest.n), normal;
    if (!bracket || !head.n || person_name_normalise(text, &plain)) return text;
    normal = str_make(plain.p, plain.n);
    return person_name_match(head, normal) == NAME_SAME ? head : text;
}

bool name_form_make(struct str text, struct name_form *out)
{
    struct reading r = {.out = out};
    uint64_t hash = 0;
    text = without_remark(text);
    *out = (struct name_form){.first_part = UINT8_MAX};
    for (size_t i = 0; i < text.n && !r.too_long;) character(&r, utf8_next(text, &i));
    letters_end(&r);
    if (!out->n || r.too_long) {
        *out = (struct name_form){0};
        return false;
    }
    if (out->first_part >= out->n) out->first_part = out->n;
    out->surname = is_compound_surname(out) ? 2 : 1;
    hash_form(out);
    out->text_hash = person_name_hash(text, &hash) ? (uint32_t)(hash ^ hash >> 32) : 0;
    if (!out->text_hash) out->text_hash = out->sound_hash ^ 0x5A5A5A5A; /* not writable, or folded to nothing */
    return true;
}

/* ---- comparing */

static bool same_sound(const struct name_form *a, size_t i, const struct name_form *b, size_t k)
{
    if (a->fold[i] == b->fold[k]) return !(a->wild >> i & 1);
    return (a->sound[i] && a->sound[i] == b->sound[k]) || han_reads_as(a->fold[i], b->sound[k]) ||
           han_reads_as(b->fold[k], a->sound[i]);
}

static enum name_like like_token(const struct name_form *a, const struct name_form *b, size_t i)
{
    if ((a->wild | b->wild) >> i & 1) return LIKE_NEAR;
    if (a->fold[i] == b->fold[i]) return LIKE_VARIANT;
    if (same_sound(a, i, b, i)) return (a->fold[i] | b->fold[i]) & LETTERS_TOKEN ? LIKE_NEAR : LIKE_SOUND;
    return a->near[i] && a->near[i] == b->near[i] ? LIKE_NEAR : LIKE_OTHER;
}

/* The least alike of the first n tokens. A character nobody could write must leave two that agree, or a surname. */
static enum name_like like_all(const struct name_form *a, const struct name_form *b, size_t n)
{
    enum name_like least = LIKE_SAME;
    uint32_t wild = a->wild | b->wild;
    for (size_t i = 0; i < n; i++) {
        enum name_like x = like_token(a, b, i);
        if (x > least) least = x;
    }
    if (wild && (n < 2 || wild & 1 || wild & (wild - 1))) return LIKE_OTHER;
    return least == LIKE_SAME ? LIKE_VARIANT : least;
}

/* One slip away: the same from both ends but for one token other, missing or too many, or two exchanged. */
static bool one_slip(const struct name_form *a, const struct name_form *b)
{
    size_t n = a->n, m = b->n, head = 0, tail = 0, longer = n > m ? n : m;
    if (n > m + 1u || m > n + 1u) return false;
    while (head < n && head < m && same_sound(a, head, b, head)) head++;
    while (tail < n - head && tail < m - head && same_sound(a, n - 1 - tail, b, m - 1 - tail)) tail++;
    size_t left = longer - head - tail;
    if (head < a->surname || longer < 3) return false;
    if (n == m && left == 2) return same_sound(a, head, b, head + 1) && same_sound(a, head + 1, b, head);
    return left <= 1;
}

static bool is_part(const struct name_form *whole, const struct name_form *part)
{
    return whole->first_part < whole->n && part->n == whole->first_part && part->n >= 2 &&
           like_all(whole, part, part->n) <= LIKE_NEAR;
}

static bool same_surname(const struct name_form *a, const struct name_form *b)
{
    if (a->surname != b->surname) return false;
    for (size_t i = 0; i < a->surname; i++)
        if (!same_sound(a, i, b, i)) return false;
    return true;
}

enum name_like name_compare(const struct name_form *a, const struct name_form *b)
{
    if (!a->n || !b->n) return LIKE_MISSING;
    if (a->text_hash == b->text_hash && !a->wild && !b->wild) return LIKE_SAME;
    if (a->n == b->n) {
        enum name_like x = like_all(a, b, a->n);
        if (x <= LIKE_NEAR) return x;
    }
    if (is_part(a, b) || is_part(b, a)) return LIKE_PART;
    if (one_slip(a, b)) return LIKE_SLIP;
    return same_surname(a, b) ? LIKE_SURNAME : LIKE_OTHER;
}

bool name_one_replaced(const struct name_form *a, const struct name_form *b)
{
    size_t other = 0;
    for (size_t i = 0; a->n == b->n && i < a->n; i++) other += !same_sound(a, i, b, i);
    return other == 1;
}

char *name_mask(struct str text, char *out, size_t cap)
{
    struct name_form f;
    size_t n = 0;
    if (!cap) return out;
    (void)name_form_make(text, &f);
    for (size_t i = 0, at = 0; i < text.n; at++) {
        uint32_t c = utf8_half_width(utf8_next(text, &i));
        bool show = c != UINT32_MAX && utf8_is_cjk(c) && at < f.surname && f.n > 1;
        char one[4] = "*";
        size_t bytes = show ? utf8_encode(c, one) : 1;
        if (n + bytes >= cap) break;
        memcpy(out + n, one, bytes);
        n += bytes;
    }
    out[n] = '\0';
    return out;
}
