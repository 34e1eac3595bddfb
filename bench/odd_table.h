/* Sounds and variants of characters by the Unicode Han database (bench/match_unihan.txt), for bench/match_odd.c. */
#ifndef BENCH_ODD_TABLE_H
#define BENCH_ODD_TABLE_H
#include "base/buf.h"

enum { SYLLABLES_MAX = 600, CHARACTERS = 0x30000, PUA_FIRST = 0xE800, PUA_LAST = 0xE8FF };

/* Readings of a character. */
struct reading {
    uint8_t n;
    uint16_t of[6];
};
struct table {
    struct reading *read; /* by character */
    struct str *variants; /* by character */
    struct str syllable[SYLLABLES_MAX];
    uint16_t syllables;
    uint32_t *all, n;                                /* characters */
    uint32_t *by_sound, sound_at[SYLLABLES_MAX + 1]; /* of each syllable */
    uint32_t pua[PUA_LAST - PUA_FIRST + 1], rare[128], rares;
    struct buf text;
};

/* From the file at path; what it takes is freed by the end of the process. */
bool table_load(struct table *t, const char *path);
/* Do two characters have a reading in common? */
bool shares_sound(const struct table *t, uint32_t a, uint32_t b);
/* One confusion of the dialects: n/l, z/zh, c/ch, s/sh, an/ang, en/eng, in/ing, f/h before u. */
bool is_near(struct str a, struct str b);
#endif
