/* assets/han.bin, little-endian: "HAN1", u16 syllables, u16 surnames, u32 first character, u32 characters N; then N u16
 * syllable numbers; N u16 characters they stand for (0: themselves); surnames x (u16 character, u16 syllable),
 * ascending; a u16 class for each syllable; 8 bytes of text for each syllable. */
#include "ident/han.h"
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

uint32_t han_fold(uint32_t c)
{
    uint32_t i = c - u32_at(8);
    if (i >= characters()) return c;
    uint32_t to = u16_at(folds_at() + 2 * (size_t)i);
    return to ? to : c;
}

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
