/* Villages and townships by their names: those that people of the roster live in, each under what is left of its name
 * when endings that files write in several ways are off. */
#include <stdlib.h>
#include "base/mem.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "match/judge_int.h"

enum { PLACES_MAX = 1 << 20, BARE_MAX = 192 };

struct place_name {
    uint64_t text, sound; /* hashes of the name */
    int64_t code;
};
struct judge_places {
    VEC(struct place_name) villages; /* in order of text */
    VEC(struct place_name) towns;
    VEC(struct place_name) by_sound; /* villages, in order of sound */
};

/* ---- names */

struct bare {
    char text[BARE_MAX];
    size_t n;
};

static bool cut_end(struct bare *b, struct str end)
{
    if (b->n <= end.n || !str_ends(str_make(b->text, b->n), end)) return false;
    b->n -= end.n;
    return true;
}

static void add_without_signs(struct bare *b, struct str name)
{
    for (size_t i = 0; i < name.n;) {
        size_t from = i;
        uint32_t c = utf8_next(name, &i);
        bool sign = c <= ' ' || c == 0x3000 || c == 0xA0 || c == '(' || c == ')' || c == 0xFF08 || c == 0xFF09;
        if (sign || b->n + (i - from) > BARE_MAX) continue;
        memcpy(b->text + b->n, name.p + from, i - from);
        b->n += i - from;
    }
}

static struct str bare_town(struct bare *b, struct str name)
{
    static const struct str ENDS[] = {STR("人民政府"), STR("街道办事处"), STR("办事处"),
                                      STR("街道"),     STR("镇"),         STR("乡")};
    b->n = 0;
    add_without_signs(b, name);
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) (void)cut_end(b, ENDS[i]);
    return str_make(b->text, b->n);
}

/* "平定堡镇张家营村民委员会" → "张家营"; town: the township's bare name, or empty. */
static struct str bare_village(struct bare *b, struct str name, struct str town)
{
    static const struct str ENDS[] = {STR("村民委员会"), STR("居民委员会"), STR("村委会"), STR("居委会"),
                                      STR("委员会"),     STR("行政村"),     STR("社区"),   STR("村")};
    static const struct str AFTER[] = {STR("镇"), STR("乡"), STR("街道")};
    b->n = 0;
    add_without_signs(b, name);
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        while (cut_end(b, ENDS[i])) continue; /* 张村村 */
    struct str s = str_make(b->text, b->n);
    if (!town.n || s.n <= town.n || !str_starts(s, town)) return s;
    struct str rest = str_sub(s, town.n, s.n);
    for (size_t i = 0; i < sizeof AFTER / sizeof *AFTER; i++)
        if (str_starts(rest, AFTER[i]) && rest.n > AFTER[i].n) return str_sub(rest, AFTER[i].n, rest.n);
    return s;
}

static uint64_t sound_of(struct str s)
{
    struct name_form f;
    return name_form_make(s, &f) ? f.sound_hash : 0;
}

static struct place_name place_of(struct str bare, int64_t code)
{
    return (struct place_name){.text = str_hash(bare), .sound = sound_of(bare), .code = code};
}

/* ---- making */

static int by_text(const void *a, const void *b)
{
    const struct place_name *x = a, *y = b;
    if (x->text != y->text) return x->text < y->text ? -1 : 1;
    return x->code < y->code ? -1 : x->code > y->code;
}

static int by_sound(const void *a, const void *b)
{
    const struct place_name *x = a, *y = b;
    if (x->sound != y->sound) return x->sound < y->sound ? -1 : 1;
    return x->code < y->code ? -1 : x->code > y->code;
}

static int by_code(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static bool add_village(struct judge_places *p, const struct divisions *d, int64_t code)
{
    struct bare town, village;
    int64_t above = division_truncate(code, DIVISION_TOWNSHIP);
    struct str name = divisions_name(d, code, 0), t = bare_town(&town, divisions_name(d, above, 0));
    bool new_town = !p->towns.n || p->towns.v[p->towns.n - 1].code != above;
    if (t.n && new_town && !vec_push(&p->towns, PLACES_MAX, place_of(t, above))) return false;
    if (!name.n || code % 1000 == 0) return true;
    return vec_push(&p->villages, PLACES_MAX, place_of(bare_village(&village, name, t), code));
}

static enum rc fill(struct judge_places *p, const struct judge_people *x, const struct divisions *d, struct err *e)
{
    int64_t *codes = mem_alloc_array(x->n + 1, sizeof *codes);
    bool ok = codes != NULL;
    if (ok) memcpy(codes, x->division, x->n * sizeof *codes);
    if (ok) qsort(codes, x->n, sizeof *codes, by_code);
    for (size_t i = 0; ok && i < x->n; i++)
        if (codes[i] > 0 && (!i || codes[i] != codes[i - 1])) ok = add_village(p, d, codes[i]);
    for (size_t i = 0; ok && i < p->villages.n; i++) ok = vec_push(&p->by_sound, PLACES_MAX, p->villages.v[i]);
    if (p->villages.n) qsort(p->villages.v, p->villages.n, sizeof *p->villages.v, by_text);
    if (p->by_sound.n) qsort(p->by_sound.v, p->by_sound.n, sizeof *p->by_sound.v, by_sound);
    if (p->towns.n) qsort(p->towns.v, p->towns.n, sizeof *p->towns.v, by_text);
    mem_free(codes);
    return ok ? RC_OK : err_nomem(e);
}

enum rc judge_places_make(struct judge_places **out, const struct judge_people *x, const struct divisions *d,
                          struct err *e)
{
    *out = NULL;
    if (!d) return RC_OK;
    struct judge_places *p = *out = mem_zalloc_array(1, sizeof *p);
    return p ? fill(p, x, d, e) : err_nomem(e);
}

void judge_places_free(struct judge_places *p)
{
    if (!p) return;
    vec_fini(&p->villages);
    vec_fini(&p->towns);
    vec_fini(&p->by_sound);
    mem_free(p);
}

/* ---- finding */

static size_t first_at(const struct place_name *v, size_t n, uint64_t hash, bool sound)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if ((sound ? v[mid].sound : v[mid].text) < hash) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

/* The only one of that name (in the township, 0: in any); 0: none, or several. */
static int64_t only_one(const struct place_name *v, size_t n, uint64_t hash, bool sound, int64_t town)
{
    int64_t found = 0;
    if (!hash) return 0;
    for (size_t i = first_at(v, n, hash, sound); i < n && (sound ? v[i].sound : v[i].text) == hash; i++) {
        if (town && division_truncate(v[i].code, DIVISION_TOWNSHIP) != town) continue;
        if (found) return 0;
        found = v[i].code;
    }
    return found;
}

int64_t judge_places_find(const struct judge_places *p, struct str town, struct str village)
{
    struct bare tb, vb;
    if (!p || (!town.n && !village.n)) return 0;
    struct str t = bare_town(&tb, town);
    int64_t above = t.n ? only_one(p->towns.v, p->towns.n, str_hash(t), false, 0) : 0;
    if (t.n && !above) t = STR(""); /* another spelling of the township: the village's name must do alone */
    struct str v = bare_village(&vb, village, t);
    if (!v.n) return above;
    int64_t code = only_one(p->villages.v, p->villages.n, str_hash(v), false, above);
    if (!code && above) code = only_one(p->by_sound.v, p->by_sound.n, sound_of(v), true, above);
    return code ? code : above;
}
