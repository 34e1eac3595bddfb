/* assets/han.bin, little-endian: "HAN2", u16 syllables, u16 surnames, u32 first character, u32 characters N; then N u16
 * syllable numbers; N u16 characters they stand for (0: themselves); surnames x (u16 character, u16 syllable),
 * ascending; a u16 class for each syllable; 8 bytes of text for each syllable; u16 further readings, as many x (u16
 * character, u16 syllable), ascending. */
#include "ident/han.h"
#include "base/utf8.h"
#include <stdint.h>

extern const char asset_han_bin[], asset_han_bin_end[];

enum { HEAD_BYTES = 16, SYLLABLE_BYTES = 8 };

static uint32_t u16_at(size_t byte)
{
    const unsigned char *p = (const unsigned char *)asset_han_bin + byte;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t u32_at(size_t byte) { return u16_at(byte) | u16_at(byte + 2) << 16; }
static uint32_t syllables(void) { return u16_at(4); }
static uint32_t surnames(void) { return u16_at(6); }
static uint32_t characters(void) { return u32_at(12); }
static size_t folds_at(void) { return HEAD_BYTES + 2 * (size_t)characters(); }
static size_t surnames_at(void) { return HEAD_BYTES + 4 * (size_t)characters(); }
static size_t classes_at(void) { return surnames_at() + 4 * (size_t)surnames(); }
static size_t texts_at(void) { return classes_at() + 2 * (size_t)syllables(); }

/* What GB 18030-2022 has where earlier editions had U+E815..E864 of the private use area (code points FE50..FEA0). */
static uint32_t of_private_use(uint32_t c)
{
    static const uint32_t NOW[] = {0x2E81, 0x20087, 0x20089, 0x200CC, 0x2E84,  0x3473, 0x3447, 0x2E88, 0x2E8B,  0x9FB4,
                                   0x359E, 0x361A,  0x360E,  0x2E8C,  0x2E97,  0x396E, 0x3918, 0x9FB5, 0x39CF,  0x39DF,
                                   0x3A73, 0x39D0,  0x9FB6,  0x9FB7,  0x3B4E,  0x3C6E, 0x3CE0, 0x2EA7, 0x215D7, 0x9FB8,
                                   0x2EAA, 0x4056,  0x415F,  0x2EAE,  0x4337,  0x2EB3, 0x2EB6, 0x2EB7, 0x2298F, 0x43B1,
                                   0x43AC, 0x2EBB,  0x43DD,  0x44D6,  0x4661,  0x464C, 0x9FB9, 0x4723, 0x4729,  0x477C,
                                   0x478D, 0x2ECA,  0x4947,  0x497A,  0x497D,  0x4982, 0x4983, 0x4985, 0x4986,  0x499F,
                                   0x499B, 0x49B7,  0x49B6,  0x9FBA,  0x241FE, 0x4CA3, 0x4C9F, 0x4CA0, 0x4CA1,  0x4C77,
                                   0x4CA2, 0x4D13,  0x4D14,  0x4D15,  0x4D16,  0x4D17, 0x4D18, 0x4D19, 0x4DAE,  0x9FBB};
    uint32_t i = c - 0xE815;
    return i < sizeof NOW / sizeof *NOW && NOW[i] ? NOW[i] : c;
}

uint32_t han_fold(uint32_t c)
{
    c = utf8_half_width(of_private_use(c));
    uint32_t i = c - u32_at(8);
    if (i >= characters()) return c;
    uint32_t to = u16_at(folds_at() + 2 * (size_t)i);
    return to ? to : c;
}

static size_t further_at(void) { return texts_at() + SYLLABLE_BYTES * (size_t)syllables(); }

static uint32_t surname_sound(uint32_t c)
{
    for (size_t i = 0; i < surnames(); i++)
        if (u16_at(surnames_at() + 4 * i) == c) return u16_at(surnames_at() + 4 * i + 2);
    return 0;
}

uint16_t han_sound(uint32_t c, bool surname)
{
    uint32_t i = c - u32_at(8);
    if (i >= characters()) return 0;
    uint32_t other = surname ? surname_sound(c) : 0;
    return (uint16_t)(other ? other : u16_at(HEAD_BYTES + 2 * (size_t)i));
}

bool han_reads_as(uint32_t c, uint16_t sound)
{
    size_t lo = 0, hi = u16_at(further_at()), at = further_at() + 2;
    if (!sound || c > UINT16_MAX) return false;
    if (han_sound(c, false) == sound) return true;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (u16_at(at + 4 * mid) < c) lo = mid + 1;
        else hi = mid;
    }
    for (; lo < u16_at(further_at()) && u16_at(at + 4 * lo) == c; lo++)
        if (u16_at(at + 4 * lo + 2) == sound) return true;
    return false;
}

uint16_t han_near(uint16_t sound)
{
    return sound < syllables() ? (uint16_t)u16_at(classes_at() + 2 * (size_t)sound) : 0;
}

struct str han_syllable(uint16_t sound)
{
    const char *p = asset_han_bin + texts_at() + SYLLABLE_BYTES * (size_t)sound;
    size_t n = 0;
    if (sound >= syllables()) return STR("");
    while (n < SYLLABLE_BYTES && p[n]) n++;
    return str_make(p, n);
}

uint16_t han_syllable_find(struct str letters)
{
    for (uint32_t i = 1; i < syllables(); i++)
        if (str_eq(han_syllable((uint16_t)i), letters)) return (uint16_t)i;
    return 0;
}
