#include "odd_table.h"
#include <stdio.h>
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"

static uint16_t syllable(struct table *t, struct str s)
{
    for (uint16_t i = 0; i < t->syllables; i++)
        if (str_eq(t->syllable[i], s)) return i;
    if (t->syllables < SYLLABLES_MAX - 1) t->syllable[t->syllables++] = s;
    return (uint16_t)(t->syllables - 1);
}

static void take_pua(struct table *t, struct str code, struct str c)
{
    uint32_t at = 0;
    size_t i = 0;
    for (size_t k = 0; k < code.n; k++)
        at = at * 16 + (uint32_t)(code.p[k] <= '9' ? code.p[k] - '0' : code.p[k] - 'A' + 10);
    uint32_t stands_for = utf8_next(c, &i);
    if (at < PUA_FIRST || at > PUA_LAST || t->rares == sizeof t->rare / sizeof *t->rare) return;
    t->pua[at - PUA_FIRST] = stands_for;
    t->rare[t->rares++] = stands_for;
}

static void take_line(struct table *t, struct str line)
{
    struct str c, sounds, s;
    size_t i = 0;
    if (!line.n || line.p[0] == '#' || !str_cut(&line, ' ', &c) || !str_cut(&line, ' ', &sounds)) return;
    if (str_eq(c, STR("pua"))) {
        take_pua(t, sounds, line);
        return;
    }
    uint32_t at = utf8_next(c, &i);
    if (at >= CHARACTERS) return;
    struct reading *r = &t->read[at];
    while (r->n < 6 && str_cut(&sounds, ',', &s)) r->of[r->n++] = syllable(t, s);
    t->variants[at] = line;
    t->all[t->n++] = at;
}

static bool reads_as(const struct reading *r, uint16_t sound)
{
    for (unsigned i = 0; i < r->n; i++)
        if (r->of[i] == sound) return true;
    return false;
}

static bool index_sounds(struct table *t)
{
    uint32_t n = 0;
    t->by_sound = mem_zalloc_array((size_t)t->n * 6 + 1, sizeof *t->by_sound);
    for (uint16_t s = 0; t->by_sound && s < t->syllables; s++) {
        t->sound_at[s] = n;
        for (uint32_t i = 0; i < t->n; i++)
            if (reads_as(&t->read[t->all[i]], s)) t->by_sound[n++] = t->all[i];
        t->sound_at[s + 1] = n;
    }
    return t->by_sound != NULL;
}

bool table_load(struct table *t, const char *path)
{
    struct err e = {.lang = LANG_EN};
    struct str line;
    buf_init(&t->text, MIB(4));
    t->read = mem_zalloc_array(CHARACTERS, sizeof *t->read);
    t->variants = mem_zalloc_array(CHARACTERS, sizeof *t->variants);
    t->all = mem_zalloc_array(CHARACTERS, sizeof *t->all);
    if (!t->read || !t->variants || !t->all || io_read_file(path, &t->text, &e)) {
        fprintf(stderr, "match_odd: cannot read %s: %s\n", path, e.msg);
        return false;
    }
    for (struct str rest = buf_str(&t->text); str_cut(&rest, '\n', &line);) take_line(t, line);
    return t->n > 0 && index_sounds(t);
}

bool shares_sound(const struct table *t, uint32_t a, uint32_t b)
{
    for (unsigned i = 0; i < t->read[a].n; i++)
        for (unsigned k = 0; k < t->read[b].n; k++)
            if (t->read[a].of[i] == t->read[b].of[k]) return true;
    return false;
}

bool is_near(struct str a, struct str b)
{
    static const char *const HEADS[][2] = {{"zh", "z"}, {"ch", "c"}, {"sh", "s"}, {"n", "l"}, {"hu", "f"}};
    if (a.n < b.n) return is_near(b, a);
    if (a.n == b.n + 1 && str_ends(a, STR("ng")) && str_starts(a, b)) return true;
    for (size_t i = 0; i < sizeof HEADS / sizeof *HEADS; i++) {
        struct str x = str_from(HEADS[i][0]), y = str_from(HEADS[i][1]);
        if (str_starts(a, x) && str_starts(b, y) && str_eq(str_sub(a, x.n, a.n), str_sub(b, y.n, b.n))) return true;
    }
    return false;
}
