#include "ident/id_left.h"
#include "base/utf8.h"
#include "ident/ident_int.h"

enum {
    TEXT_MAX = 40,
    DIGITS = 17,
    HEAD_DIGITS = 15,
    DAY_DIGITS = 14,
    AREA_DIGITS = 6,
    SEEN_OF_TAIL = 3,
    TAIL = 4,
    POWER = 17,       /* the exponent of a number of 18 digits */
    ZEROS_POWER = 6,  /* so many zeros at the end are a power of ten written out: no day ends in 00 */
    KEPT_UNIT = 1000, /* what a spreadsheet's 15 digits leave open */
    HIDDEN = '*'
};

/* ---- the text */

static bool hides(uint32_t c)
{
    static const uint32_t MARKS[] = {'*', '#', '?', '_', 0xD7, 0x2022, 0x25A0, 0x25A1, 0x25CB, 0x25CF, 0x2605, 0x2731};
    for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++)
        if (c == MARKS[i]) return true;
    return false;
}

/* Half-width upper-case characters without blanks and quotes; 0: something else is among them, or too much. */
static size_t clean(struct str text, char out[TEXT_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < text.n;) {
        uint32_t c = utf8_half_width(utf8_next(text, &i));
        if (ident_is_blank(c) || c == '\'' || c == '"') continue;
        if (c >= 'a' && c <= 'z') c -= 'a' - 'A';
        bool kept = (c >= '0' && c <= '9') || c == 'X' || c == 'E' || c == '.' || c == '+';
        if (n == TEXT_MAX || (!kept && !hides(c))) return 0;
        out[n++] = kept ? (char)c : (char)HIDDEN;
    }
    return n;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static size_t digits_at(const char *t, size_t n, uint64_t *v)
{
    size_t i = 0;
    for (*v = 0; i < n && i < ID_LEFT_PLACES && is_digit(t[i]); i++) *v = *v * 10 + (uint64_t)(t[i] - '0');
    return i;
}

static uint64_t power_of_ten(size_t n)
{
    uint64_t v = 1;
    while (n--) v *= 10;
    return v;
}

static date_day day_of(uint64_t key)
{
    struct ymd b = citizen_key_birth(key);
    return b.year >= 1900 && b.year < 2100 ? citizen_key_born(key) : 0;
}

/* ---- leading digits */

static void between(struct id_left *out, uint64_t lo, uint64_t hi, enum id_left_worth worth)
{
    out->worth = (uint8_t)worth;
    out->lo = lo / 10;
    out->hi = hi / 10;
}

/* The first n digits of the 18 as v, zeros behind; the last of them may be rounded up. */
static void leading(struct id_left *out, uint64_t v, size_t n)
{
    uint64_t step = power_of_ten(ID_LEFT_PLACES - n);
    if (n >= HEAD_DIGITS) between(out, v - step / 2, v + step - 1, LEFT_HEAD);
    else if (n == DAY_DIGITS) between(out, v, v + step - 1, LEFT_DAY);
    else between(out, v - step / 2, v + step - 1, LEFT_FEW);
    if (n >= DAY_DIGITS) out->born = day_of(v / 10);
}

/* 6.11E+17 */
static bool read_power(struct id_left *out, const char *t, size_t n)
{
    uint64_t whole, part = 0, exponent;
    size_t at = digits_at(t, n, &whole), decimals = 0;
    if (at != 1 || !whole) return false;
    if (at < n && t[at] == '.') {
        decimals = digits_at(t + at + 1, n - at - 1, &part);
        at += 1 + decimals;
    }
    if (at >= n || t[at] != 'E' || decimals > POWER) return false;
    at++;
    at += at < n && t[at] == '+';
    size_t e = digits_at(t + at, n - at, &exponent);
    if (!e || at + e != n || exponent != POWER) return false;
    out->partial = true;
    leading(out, (whole * power_of_ten(decimals) + part) * power_of_ten(POWER - decimals), 1 + decimals);
    return true;
}

/* The number with 53 bits nearest to v: numbers of 18 digits lie 16 to 128 apart. */
static uint64_t nearest_float(uint64_t v, uint64_t *apart)
{
    *apart = 1;
    while (v / *apart >= UINT64_C(1) << 53) *apart *= 2;
    return (v + *apart / 2) / *apart * *apart;
}

/* Not in order: what a program printed that had it as a float, all digits or the 16 or 17 that tell floats apart; of
 * what it had been given, perhaps fifteen digits by a spreadsheet. */
static void read_float(struct id_left *out, uint64_t v)
{
    uint64_t apart, f = nearest_float(v, &apart), kept = (v + KEPT_UNIT / 2) / KEPT_UNIT * KEPT_UNIT;
    if (v % 100 && v != f && v != (f + 5) / 10 * 10) return;
    uint64_t lo = f - apart / 2, hi = f + apart / 2;
    if (nearest_float(kept, &apart) == f) lo = kept < lo ? kept : lo, hi = kept + KEPT_UNIT - 1;
    between(out, lo, hi, LEFT_HEAD);
}

static void read_eighteen(struct id_left *out, uint64_t v, bool in_order)
{
    size_t zeros = 0;
    if (v < power_of_ten(POWER)) return;
    while (zeros < ID_LEFT_PLACES && v % power_of_ten(zeros + 1) == 0) zeros++;
    out->born = day_of(v / 10);
    if (zeros >= ZEROS_POWER) out->partial = true, leading(out, v, ID_LEFT_PLACES - zeros);
    else if (zeros >= 3) leading(out, v, HEAD_DIGITS);
    else if (!in_order) read_float(out, v);
}

static void read_digits(struct id_left *out, uint64_t v, size_t n, bool in_order)
{
    if (n == ID_LEFT_PLACES) {
        read_eighteen(out, v, in_order);
    } else if (n >= DAY_DIGITS && n <= HEAD_DIGITS + 1 && !in_order) { /* cut; one digit missing is another thing */
        uint64_t step = power_of_ten(ID_LEFT_PLACES - n);
        between(out, v * step, v * step + step - 1, n == DAY_DIGITS ? LEFT_DAY : LEFT_HEAD);
        out->born = day_of(v * step / 10);
    }
}

/* ---- masks */

static size_t count_seen(const struct id_left *l, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++) n += l->seen[i] != 0;
    return n;
}

/* X is a mask beside another one. */
static bool is_hidden(const char *t, size_t i, size_t n)
{
    bool beside = (i > 0 && (t[i - 1] == 'X' || t[i - 1] == HIDDEN)) ||
                  (i + 1 < n && (t[i + 1] == 'X' || t[i + 1] == HIDDEN));
    return t[i] == HIDDEN || (t[i] == 'X' && beside);
}

/* Of another length than 18 only the division in front and the tail behind the masks can be placed. */
static bool read_seen(struct id_left *out, const char *t, size_t n)
{
    size_t first = n, last = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_hidden(t, i, n)) {
            if (!is_digit(t[i]) && !(t[i] == 'X' && i + 1 == n)) return false;
            continue;
        }
        first = i < first ? i : first;
        last = i;
    }
    if (first == n) return false;
    for (size_t i = 0; i < n; i++) {
        bool head = i < first && i<AREA_DIGITS, tail = i> last && n - i <= TAIL;
        if (is_hidden(t, i, n) || (n != ID_LEFT_PLACES && !head && !tail)) continue;
        out->seen[head || n == ID_LEFT_PLACES ? i : i + ID_LEFT_PLACES - n] = t[i];
    }
    return true;
}

static bool read_mask(struct id_left *out, const char *t, size_t n)
{
    if (n < AREA_DIGITS || !read_seen(out, t, n)) return false;
    out->partial = true;
    size_t head = 0, all = count_seen(out, 0, ID_LEFT_PLACES);
    while (head < DIGITS && out->seen[head]) head++;
    for (size_t i = 0; i < DIGITS; i++) {
        char c = out->seen[i];
        out->lo = out->lo * 10 + (uint64_t)(i < head ? c - '0' : 0);
        out->hi = out->hi * 10 + (uint64_t)(i < head ? c - '0' : 9);
    }
    uint64_t key = 0;
    for (size_t i = 0; i < DIGITS; i++) key = key * 10 + (uint64_t)(out->seen[i] ? out->seen[i] - '0' : 0);
    if (count_seen(out, AREA_DIGITS, DAY_DIGITS) == DAY_DIGITS - AREA_DIGITS) out->born = day_of(key);
    bool tail = count_seen(out, ID_LEFT_PLACES - TAIL, ID_LEFT_PLACES) >= SEEN_OF_TAIL;
    out->worth = head >= HEAD_DIGITS  ? LEFT_HEAD
                 : head == DAY_DIGITS ? LEFT_DAY
                 : tail               ? LEFT_SEEN
                 : all                ? LEFT_FEW
                                      : LEFT_NOTHING;
    return true;
}

/* ---- reading, comparing */

void id_left_parse(struct str text, bool in_order, struct id_left *out)
{
    char t[TEXT_MAX] = "";
    uint64_t v;
    *out = (struct id_left){0};
    size_t n = text.n > ID_TEXT_BYTES_MAX ? 0 : clean(text, t), digits = digits_at(t, n, &v);
    if (digits && digits == n) read_digits(out, v, n, in_order);
    else if (digits == DIGITS && n == ID_LEFT_PLACES && t[DIGITS] == 'X') out->born = day_of(v);
    else if (n && !read_power(out, t, n) && !read_mask(out, t, n)) *out = (struct id_left){0};
}

bool id_left_fits(const struct id_left *l, uint64_t key)
{
    char text[CITIZEN_ID_TEXT_MAX];
    if (!l->worth || key < l->lo || key > l->hi) return false;
    citizen_key_format(key, text);
    for (size_t i = 0; i < ID_LEFT_PLACES; i++)
        if (l->seen[i] && l->seen[i] != text[i]) return false;
    return true;
}
