/* Passports, slips and the like: what is no number in order is evidence when roster and row have the same of it. The
 * roster keeps such texts sealed with the person, so only those of people whom a row may mean are looked at. */
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "match/judge_int.h"
#include "store/people.h"

enum {
    WRITTEN_CHARACTERS_MIN = 7, /* a shorter one is a word, a division, … */
    LOOKED_AT_MAX = 20000       /* people without a number of the names that rows have */
};

void judge_keep_id(struct str text, char out[JUDGE_ID_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < JUDGE_ID_MAX - 1;) {
        uint32_t c = utf8_half_width(utf8_next(text, &i));
        if (c >= 'a' && c <= 'z') c -= 'a' - 'A';
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) out[n++] = (char)c;
    }
    out[n] = '\0';
}

uint32_t judge_written(const char id[JUDGE_ID_MAX])
{
    size_t n = strlen(id), same = 1;
    while (same < n && id[same] == id[0]) same++;
    if (n < WRITTEN_CHARACTERS_MIN || same == n) return 0;
    uint64_t h = str_hash(str_from(id));
    return (uint32_t)(h ^ h >> 32) | 1;
}

/* A row tells of people of its name and day of birth, of its name and village, or (when it says neither) of its name.
 */
static bool want(struct map64 *m, const struct judge_row *r)
{
    uint64_t near = r->form.near_hash, born = (uint32_t)r->born, village = (uint64_t)r->division;
    if (!near || r->verdict == ID_OK || !judge_written(r->id)) return true;
    bool ok = !born || map64_put(m, judge_mix(near, born), 1);
    ok = ok && (!village || map64_put(m, judge_mix(near, village), 1));
    return ok && (born || village || map64_put(m, near, 1));
}

static bool is_wanted(const struct map64 *m, const struct judge_people *x, size_t i)
{
    uint64_t near = x->near[i], born = (uint32_t)x->born[i], village = (uint64_t)x->division[i];
    if (x->key[i] || !near) return false;
    return map64_get(m, near) != UINT32_MAX || (born && map64_get(m, judge_mix(near, born)) != UINT32_MAX) ||
           (village && map64_get(m, judge_mix(near, village)) != UINT32_MAX);
}

static enum rc look_at(struct judge_people *x, struct store *s, struct arena *a, int64_t k_us, size_t i, struct err *e)
{
    struct person p;
    bool found;
    char id[JUDGE_ID_MAX];
    TRY(people_get(s, a, x->person[i], k_us, &p, &found, e));
    if (!found || !p.secret.n) return RC_OK;
    judge_keep_id(p.secret, id);
    x->written[i] = judge_written(id);
    return RC_OK;
}

static enum rc look_at_wanted(struct judge_people *x, struct store *s, int64_t k_us, const struct map64 *m,
                              struct err *e)
{
    struct arena a;
    enum rc rc = RC_OK;
    size_t looked = 0;
    arena_init(&a, MIB(256));
    for (size_t i = 0; !rc && i < x->n && looked < LOOKED_AT_MAX; i++) {
        if (!is_wanted(m, x, i)) continue;
        rc = look_at(x, s, &a, k_us, i, e);
        looked++;
    }
    arena_fini(&a);
    return rc ? rc : judge_chain_make(x, CHAIN_WRITTEN, e);
}

enum rc judge_people_written(struct judge_people *x, struct store *s, int64_t k_us, const struct judge_row *rows,
                             size_t n, struct err *e)
{
    struct map64 m;
    bool ok = true;
    map64_init(&m);
    for (size_t i = 0; ok && i < n; i++) ok = want(&m, &rows[i]);
    if (ok && m.n && !x->written) ok = (x->written = mem_zalloc_array(x->n + 1, sizeof *x->written)) != NULL;
    enum rc rc = !ok ? err_nomem(e) : m.n ? look_at_wanted(x, s, k_us, &m, e) : RC_OK;
    map64_fini(&m);
    return rc;
}
