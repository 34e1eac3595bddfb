#include "ident/citizen_id.h"
#include "ident/ident_int.h"

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

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BYTES(b) (UINT64_C(0x0101010101010101) * (b))

/* Every byte an ASCII digit: high nibble 3, and still 3 after adding 6. */
static inline bool swar_all_digits(uint64_t w)
{
    return ((w & BYTES(0xF0)) | (((w + BYTES(6)) & BYTES(0xF0)) >> 4)) == BYTES(0x33);
}

/* Eight digit values, the first in the lowest byte, as four numbers of two digits in 16-bit lanes. */
static inline uint64_t swar_pairs(uint64_t w)
{
    return (w * 10 + (w >> 8)) & UINT64_C(0x00FF00FF00FF00FF);
}

/* The four pairs as one number of eight digits: two of them in each multiplication. */
static inline uint64_t swar_number(uint64_t pairs)
{
    const uint64_t even = UINT64_C(0x000000FF000000FF);
    const uint64_t high = UINT64_C(0x000F424000000064), low = UINT64_C(0x0000271000000001);
    return ((pairs & even) * high + ((pairs >> 16) & even) * low) >> 32;
}

static inline int32_t swar_pair(uint64_t pairs, unsigned i)
{
    return (int32_t)(pairs >> (16 * i) & 0xFF);
}

/* a·x0 + b·x2 + c·x4 + d·x6 of the bytes x of w: in 16-bit lanes the top lane of one product is the scalar
 * product, and no lane carries (at most 4·10·9). */
static inline uint64_t swar_dot4(uint64_t w, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    return ((w & UINT64_C(0x00FF00FF00FF00FF)) * (d | c << 16 | b << 32 | a << 48)) >> 48;
}

static inline uint64_t load8(const char *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

bool citizen_judge_fast(const char *p, const struct id_rule *rule, struct citizen_id *out, enum id_verdict *v)
{
    uint64_t a = load8(p), b = load8(p + 8);
    unsigned last = (unsigned)(unsigned char)p[16] - '0';
    unsigned char given = (unsigned char)p[17];
    if (!swar_all_digits(a) || !swar_all_digits(b) || last > 9) return false;
    if ((unsigned)given - '0' > 9 && given != 'X') return false;
    a -= BYTES('0');
    b -= BYTES('0');
    uint64_t high = swar_pairs(a), low = swar_pairs(b);
    *out = (struct citizen_id){0};
    *v = ID_NONE;
    if ((high & UINT64_C(0xFFFFFFFFFFFF)) == UINT64_C(0x006300630063)) return true; /* 99 99 99 */
    uint32_t sum = (uint32_t)(swar_dot4(a, 7, 10, 8, 2) + swar_dot4(a >> 8, 9, 5, 4, 1) + swar_dot4(b, 6, 7, 10, 8) +
                              swar_dot4(b >> 8, 3, 9, 5, 4)) + last * 2;
    out->key = swar_number(high) * 1000000000 + swar_number(low) * 10 + last;
    out->check = check_chars[sum % 11];
    struct ymd birth = {swar_pair(high, 3) * 100 + swar_pair(low, 0), swar_pair(low, 1), swar_pair(low, 2)};
    *v = judge_birth(birth, rule);
    if (!*v && given != (unsigned char)out->check) *v = ID_CHECK;
    return true;
}
#else
bool citizen_judge_fast(const char *p, const struct id_rule *rule, struct citizen_id *out, enum id_verdict *v)
{
    uint64_t key;
    if (!read_key(p, 18, &key)) return false;
    *v = citizen_judge(p, 18, rule, out);
    return true;
}
#endif

static enum id_verdict parse_slow(struct str text, const struct id_rule *rule, struct citizen_id *out)
{
    struct id_clean c;
    id_clean(text, "", &c);
    *out = (struct citizen_id){0};
    enum id_verdict v = id_clean_verdict(&c);
    if (!v) v = citizen_judge(c.p, c.n, rule, out);
    out->normalised |= (uint8_t)c.normalised;
    return v;
}

enum id_verdict citizen_id_parse(struct str text, const struct id_rule *rule, struct citizen_id *out)
{
    enum id_verdict v;
    if (text.n == 18 && citizen_judge_fast(text.p, rule, out, &v)) return v;
    return parse_slow(text, rule, out);
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
