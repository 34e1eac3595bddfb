/* Sounds and variants of Chinese characters (U+3400..U+9FFF), from a table compiled into the program
 * (assets/han.bin, made once by tools/mkhan.mjs from pinyin-pro, OpenCC and Unihan; licences there). */
#ifndef IDENT_HAN_H
#define IDENT_HAN_H
#include "base/str.h"

/* The common simplified character that c is written for (traditional form, variant, the private use code point that
 * GB 18030 had for it before 2005), or c itself. */
uint32_t han_fold(uint32_t c);
/* Number of its syllable without tone; 0: not known. surname: as read in a surname (单 is shan). */
uint16_t han_sound(uint32_t c, bool surname);
/* Is it one of the readings of c, which may be several (曾: ceng, zeng)? */
bool han_reads_as(uint32_t c, uint16_t sound);
/* Number of the class of syllables that are taken for each other (zh/z, n/l, in/ing, …). */
uint16_t han_near(uint16_t sound);
/* "zhang"; "" for 0. */
struct str han_syllable(uint16_t sound);
/* The syllable of these lower-case letters (v for ü); 0: none. */
uint16_t han_syllable_find(struct str letters);
#endif
