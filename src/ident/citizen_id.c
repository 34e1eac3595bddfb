#include "ident/citizen_id.h"
#include "base/swar.h"
#include "ident/ident_int.h"
#if defined(__SSE2__)
/* The vector header would bring in its own allocator, which base/banned.h refuses. */
#define _MM_MALLOC_H_INCLUDED 1
#define __MM_MALLOC_H 1
#include <emmintrin.h>
#endif

/* GB 11643-1999 4.2.2: the weights 2^(17-i) mod 11 of the first 17 digits, and the character for each remainder. */
static const uint8_t weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
static const char check_chars[12] = "10X98765432";

enum { AREA_NONE = 999999, YEAR_FIRST = 1900 };

struct id_rule id_rule_make(date_day latest)
{
    return (struct id_rule){.latest = latest, .latest_year = date_split(latest).year};
}

struct ymd citizen_key_birth(uint64_t key)
{
    uint32_t d = (uint32_t)(key / 1000 % 100000000);
    return (struct ymd){(int32_t)(d / 10000), (int32_t)(d / 100 % 100), (int32_t)(d % 100)};
}

date_day citizen_key_born(uint64_t key)
{
    struct ymd b = citizen_key_birth(key);
    return date_make(b.year, b.month, b.day);
}

char citizen_key_check(uint64_t key)
{
    uint32_t sum = 0;
    for (size_t i = 17; i-- > 0; key /= 10) sum += weights[i] * (uint32_t)(key % 10);
    return check_chars[sum % 11];
}

static inline enum id_verdict judge_birth(struct ymd b, const struct id_rule *rule)
{
    bool plausible = (b.year >= YEAR_FIRST) & (b.year <= rule->latest_year) & (b.month >= 1) & (b.month <= 12) &
                     (b.day >= 1) & (b.day <= 31);
    if (!plausible) return ID_DATE;
    if (!rule->strict) return ID_OK;
    date_day born = date_make(b.year, b.month, b.day);
    return born && born <= rule->latest ? ID_OK : ID_CALENDAR;
}

static bool read_digits(const char *p, size_t n, uint64_t *v)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9') return false;
        *v = *v * 10 + (uint64_t)(p[i] - '0');
    }
    return true;
}

static bool read_key(const char *p, size_t n, uint64_t *key)
{
    *key = 0;
    if (n == 18) return read_digits(p, 17, key) && (p[17] == 'X' || (p[17] >= '0' && p[17] <= '9'));
    if (!read_digits(p, 6, key)) return false;
    *key = *key * 100 + 19;
    return read_digits(p + 6, 9, key);
}

enum id_verdict citizen_judge(const char *p, size_t n, const struct id_rule *rule, struct citizen_id *out)
{
    *out = (struct citizen_id){0};
    if (n != 15 && n != 18) return ID_LENGTH;
    uint64_t key;
    if (!read_key(p, n, &key)) return ID_CHARACTER;
    if (citizen_key_area(key) == AREA_NONE) return ID_NONE;
    *out = (struct citizen_id){.key = key, .check = citizen_key_check(key), .normalised = n == 15 ? ID_NORM_15 : 0};
    enum id_verdict v = judge_birth(citizen_key_birth(key), rule);
    if (v) return v;
    return n == 18 && p[17] != out->check ? ID_CHECK : ID_OK;
}

/* ---- 18 characters at once */

/* The weight of an even place is twice that of the next one, modulo 11: so the pairs (2·first + second) are weighed. */
bool id_digits_portable(const char *p, struct id_digits *out)
{
    const uint64_t lanes = UINT64_C(0x00FF00FF00FF00FF);
    /* in 16-bit lanes, the other way round: the top lane of a product is then the scalar product, and none carries */
    const uint64_t wa = UINT64_C(0x0009000500040001), wb = UINT64_C(0x0003000900050004);
    uint64_t a = swar_load8(p) ^ SWAR_BYTES('0'), b = swar_load8(p + 8) ^ SWAR_BYTES('0');
    if (swar_beyond(a, SWAR_BYTES(0x76)) | swar_beyond(b, SWAR_BYTES(0x76))) return false;
    uint64_t pairs = ((a * 10 + (a >> 8)) & lanes) >> 48 | ((b * 10 + (b >> 8)) & lanes) << 16;
    uint64_t sum = (((a * 2 + (a >> 8)) & lanes) * wa + ((b * 2 + (b >> 8)) & lanes) * wb) >> 48;
    *out = (struct id_digits){swar_value(a), swar_value(b), pairs, (uint32_t)sum};
    return true;
}

#if defined(__SSE2__)
/* As id_digits_portable; both halves in one register. */
static inline bool digits_of(const char *p, struct id_digits *out)
{
    const __m128i nine = _mm_set1_epi8(9);
    __m128i d = _mm_xor_si128(_mm_loadu_si128((const __m128i *)(const void *)p), _mm_set1_epi8('0'));
    if (_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(d, nine), nine)) != 0xFFFF) return false;
    __m128i first = _mm_and_si128(d, _mm_set1_epi16(0xFF)), second = _mm_srli_epi16(d, 8);
    __m128i pairs = _mm_add_epi16(_mm_mullo_epi16(first, _mm_set1_epi16(10)), second);
    __m128i fours = _mm_madd_epi16(pairs, _mm_set_epi16(1, 100, 1, 100, 1, 100, 1, 100));
    __m128i twice = _mm_add_epi16(_mm_add_epi16(first, first), second);
    __m128i sums = _mm_madd_epi16(twice, _mm_set_epi16(4, 5, 9, 3, 1, 4, 5, 9));
    /* the two numbers of eight digits, and two sums, in 32 bits each */
    __m128i all = _mm_madd_epi16(_mm_packs_epi32(fours, sums), _mm_set_epi16(1, 1, 1, 1, 1, 10000, 1, 10000));
    uint64_t numbers = (uint64_t)_mm_cvtsi128_si64(all),
             sum = (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(all, all));
    out->high = (uint32_t)numbers;
    out->low = numbers >> 32;
    out->birth = (uint64_t)_mm_cvtsi128_si64(_mm_srli_si128(pairs, 6));
    out->sum = (uint32_t)sum + (uint32_t)(sum >> 32);
    return true;
}
#else
static inline bool digits_of(const char *p, struct id_digits *out) { return id_digits_portable(p, out); }
#endif

/* Month and day, in 16 bits each, of 1 to 12 and 1 to 31: no lane of a difference may be negative. */
static inline bool in_calendar(uint32_t md) { return !(((md - 0x00010001U) | (0x001F000CU - md)) & 0x80008000U); }

static inline bool accept_18(const char *p, const struct id_rule *rule, struct citizen_id *out)
{
    struct id_digits d;
    unsigned last = (unsigned)(unsigned char)p[16] - '0';
    if (last > 9 || rule->strict || !digits_of(p, &d)) return false;
    char check = check_chars[(d.sum + last * 2) % 11];
    int32_t year = (int32_t)(d.birth & 0xFF) * 100 + (int32_t)(d.birth >> 16 & 0xFF);
    if (p[17] != check || !in_calendar((uint32_t)(d.birth >> 32))) return false;
    if (year < YEAR_FIRST || year > rule->latest_year || d.high >= AREA_NONE * UINT64_C(100)) return false;
    *out = (struct citizen_id){.key = d.high * 1000000000 + d.low * 10 + last, .check = check};
    return true;
}

bool citizen_accept(const char *p, const struct id_rule *rule, struct citizen_id *out)
{
    return accept_18(p, rule, out);
}

/* Kept out of the way of the common case, which needs no room on the stack. */
static __attribute__((noinline)) enum id_verdict parse_slow(struct str text, const struct id_rule *rule,
                                                            struct citizen_id *out)
{
    struct id_clean c;
    enum id_verdict v = citizen_judge(text.p, text.n, rule, out);
    if (v != ID_CHARACTER && v != ID_LENGTH) return v;
    id_clean(text, "", &c);
    *out = (struct citizen_id){0};
    v = id_clean_verdict(&c);
    if (!v) v = citizen_judge(c.p, c.n, rule, out);
    out->normalised |= (uint8_t)c.normalised;
    return v;
}

enum id_verdict citizen_id_parse(struct str text, const struct id_rule *rule, struct citizen_id *out)
{
    return text.n == 18 && accept_18(text.p, rule, out) ? ID_OK : parse_slow(text, rule, out);
}

char *citizen_key_format(uint64_t key, char out[CITIZEN_ID_TEXT_MAX])
{
    out[0] = '\0';
    if (key >= CITIZEN_KEY_END) return out;
    out[17] = citizen_key_check(key);
    out[18] = '\0';
    for (size_t i = 17; i-- > 0; key /= 10) out[i] = (char)('0' + key % 10);
    return out;
}

char *citizen_key_mask(uint64_t key, char out[CITIZEN_ID_TEXT_MAX])
{
    citizen_key_format(key, out);
    if (out[0]) memset(out + 6, '*', 8);
    return out;
}
