/* The people of the rosters as they are compared, and the chains by which candidates are found without looking at all.
 */
#include <stdlib.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/utf8.h"
#include "ident/phone.h"
#include "match/judge_int.h"
#include "match/plan.h"
#include "match/stored.h"
#include "store/decision.h"
#include "store/delivery.h"

#define NAMES_MAX ((size_t)4 << 30)
enum { BITS_MIN = 10, BITS_MAX = 26, PHONE_PEOPLE_MAX = 20 };

/* ---- one roster delivery */

struct source {
    struct stored_ints person, key, household, division, born;
    struct stored_texts name, sex, relation, phone;
    struct stored_ints phone_number; /* instead, where the field is a number */
};

struct loader {
    struct judge_people *x;
    struct store *s;
    struct plan plan;
    struct arena a;
    struct str sex;                             /* stored column; n 0: none */
    const struct plan_column *relation, *phone; /* NULL: none */
    uint64_t *seen;
    size_t seen_bits;
    struct merge *merges;
    size_t n_merges;
};

static void source_fini(struct source *c)
{
    stored_ints_fini(&c->person);
    stored_ints_fini(&c->key);
    stored_ints_fini(&c->household);
    stored_ints_fini(&c->division);
    stored_ints_fini(&c->born);
    stored_texts_fini(&c->name);
    stored_texts_fini(&c->sex);
    stored_texts_fini(&c->relation);
    stored_texts_fini(&c->phone);
    stored_ints_fini(&c->phone_number);
}

static enum rc source_read(struct loader *l, int64_t delivery, struct source *c, struct err *e)
{
    const struct plan *pl = &l->plan;
    TRY(stored_ints_read(&c->person, l->s, delivery, STR("person"), e));
    TRY(stored_ints_read(&c->key, l->s, delivery, STR("id"), e));
    TRY(stored_ints_read(&c->household, l->s, delivery, STR("household"), e));
    TRY(stored_ints_read(&c->division, l->s, delivery, STR("division"), e));
    if (pl->born >= 0) TRY(stored_ints_read(&c->born, l->s, delivery, pl->cols[pl->born].stored, e));
    TRY(stored_texts_read(&c->name, l->s, delivery, STR("name"), e));
    if (l->sex.n) TRY(stored_texts_read(&c->sex, l->s, delivery, l->sex, e));
    if (l->relation && l->relation->kind == CK_CODE)
        TRY(stored_texts_read(&c->relation, l->s, delivery, l->relation->stored, e));
    if (l->phone && l->phone->kind == CK_TEXT) TRY(stored_texts_read(&c->phone, l->s, delivery, l->phone->stored, e));
    if (l->phone && l->phone->kind == CK_NUMBER)
        TRY(stored_ints_read(&c->phone_number, l->s, delivery, l->phone->stored, e));
    return RC_OK;
}

uint8_t judge_sex(struct str s)
{
    static const struct {
        const char *text;
        uint8_t sex;
    } WORDS[] = {{"男", 1}, {"男性", 1}, {"1", 1}, {"M", 1}, {"m", 1}, {"male", 1},   {"man", 1},   {"01", 1},
                 {"女", 2}, {"女性", 2}, {"2", 2}, {"F", 2}, {"f", 2}, {"female", 2}, {"woman", 2}, {"02", 2}};
    s = str_trim(s);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (str_eq(s, str_from(WORDS[i].text))) return WORDS[i].sex;
    return 0;
}

uint32_t judge_relation(const struct plan_codes *codes, struct str s)
{
    s = str_trim(s);
    uint16_t code = codes ? plan_code_find(codes, s) : STAGE_BLANK16;
    if (!s.n) return 0;
    uint64_t h = str_hash(code != STAGE_BLANK16 ? codes->name[code] : s);
    return (uint32_t)(h ^ h >> 32) | 1;
}

int64_t judge_phone(struct str s)
{
    struct phone p;
    return phone_parse(s, &p) == ID_OK ? p.number : 0;
}

static int64_t phone_at(const struct source *c, size_t i)
{
    if (i < c->phone.n) return judge_phone(c->phone.v[i]);
    char text[32];
    int64_t v = i < c->phone_number.n ? c->phone_number.v[i] : 0;
    int n = snprintf(text, sizeof text, "%lld", (long long)v);
    return v > 0 ? judge_phone(str_make(text, (size_t)n)) : 0;
}

static bool see(struct loader *l, uint32_t no)
{
    if (no >= l->seen_bits) return false;
    uint64_t bit = UINT64_C(1) << no % 64, had = l->seen[no / 64] & bit;
    l->seen[no / 64] |= bit;
    return !had;
}

static date_day exact_day(const struct stored_ints *v, size_t i)
{
    if (i >= v->n || v->v[i] == INT64_MIN || SPAN_LO(v->v[i]) != SPAN_HI(v->v[i])) return 0;
    return (date_day)SPAN_LO(v->v[i]);
}

static enum rc take_person(struct loader *l, const struct source *c, size_t i, struct err *e)
{
    struct judge_people *x = l->x;
    size_t k = x->n;
    uint64_t key = i < c->key.n && c->key.v[i] > 0 ? (uint64_t)c->key.v[i] : 0;
    x->person[k] = (uint32_t)c->person.v[i];
    x->household[k] = i < c->household.n && c->household.v[i] > 0 ? (uint32_t)c->household.v[i] : 0;
    x->division[k] = i < c->division.n && c->division.v[i] > 0 ? c->division.v[i] : 0;
    x->key[k] = key;
    x->born[k] = exact_day(&c->born, i);
    if (!x->born[k] && key) x->born[k] = citizen_key_born(key);
    x->sex[k] = key ? (uint8_t)(1 + citizen_key_female(key)) : i < c->sex.n ? judge_sex(c->sex.v[i]) : 0;
    x->home[k] = 0;
    x->relation[k] = i < c->relation.n ? judge_relation(l->relation->codes, c->relation.v[i]) : 0;
    if (x->phone) x->phone[k] = phone_at(c, i);
    x->name[k] = (struct str){0};
    if (i < c->name.n && c->name.v[i].n) {
        x->name[k] = str_dup(&x->names, c->name.v[i]);
        if (!x->name[k].p) return err_nomem(e);
    }
    x->n++;
    return RC_OK;
}

bool judge_people_room(struct judge_people *x, size_t n)
{
    arena_init(&x->names, NAMES_MAX);
    x->cap = n;
    return (x->person = mem_alloc_array(n + 1, 4)) && (x->household = mem_alloc_array(n + 1, 4)) &&
           (x->text = mem_zalloc_array(n + 1, 4)) && (x->sound = mem_zalloc_array(n + 1, 4)) &&
           (x->near = mem_zalloc_array(n + 1, 4)) && (x->key = mem_alloc_array(n + 1, 8)) &&
           (x->home = mem_alloc_array(n + 1, 8)) && (x->division = mem_alloc_array(n + 1, 8)) &&
           (x->born = mem_alloc_array(n + 1, sizeof *x->born)) && (x->sex = mem_alloc_array(n + 1, 1)) &&
           (x->relation = mem_zalloc_array(n + 1, 4)) && (x->name = mem_alloc_array(n + 1, sizeof *x->name));
}

static int by_known(const void *a, const void *b)
{
    const struct delivery *x = a, *y = b;
    if (x->known_from_us != y->known_from_us) return x->known_from_us > y->known_from_us ? -1 : 1;
    return x->id > y->id ? -1 : x->id < y->id;
}

static enum rc load_delivery(struct loader *l, int64_t id, struct err *e)
{
    struct source c = {0};
    enum rc rc = source_read(l, id, &c, e);
    for (size_t i = 0; !rc && i < c.person.n && l->x->n < l->x->cap; i++)
        if (c.person.v[i] > 0 && see(l, (uint32_t)c.person.v[i])) rc = take_person(l, &c, i, e);
    source_fini(&c);
    return rc;
}

static enum rc count_people(struct loader *l, const struct delivery_list *d, size_t *rows, struct err *e)
{
    int64_t most = 0;
    *rows = 0;
    for (size_t i = 0; i < d->n; i++) {
        struct stored_ints person;
        TRY(stored_ints_read(&person, l->s, d->v[i].id, STR("person"), e));
        for (size_t k = 0; k < person.n; k++) most = person.v[k] > most ? person.v[k] : most;
        *rows += person.n;
        stored_ints_fini(&person);
    }
    if (most > UINT32_MAX) most = UINT32_MAX;
    l->seen_bits = (size_t)most + 1;
    if (*rows > l->seen_bits) *rows = l->seen_bits;
    l->seen = mem_zalloc_array(l->seen_bits / 64 + 1, 8);
    if (!l->seen || !judge_people_room(l->x, *rows)) return err_nomem(e);
    if (l->phone) l->x->phone = mem_zalloc_array(*rows + 1, sizeof *l->x->phone);
    return l->phone && !l->x->phone ? err_nomem(e) : RC_OK;
}

static void find_sex(struct loader *l)
{
    for (size_t i = 0; i < l->plan.n_cols; i++) {
        const struct plan_column *c = &l->plan.cols[i];
        bool named = str_eq(c->name, STR("sex")) || str_eq(c->name, STR("gender"));
        if (named && c->keep && (c->kind == CK_CODE || c->kind == CK_TEXT)) l->sex = c->stored;
        if (str_eq(c->name, STR("relation")) && c->keep) l->relation = c;
        if (str_eq(c->name, STR("phone")) && c->keep && (c->kind == CK_TEXT || c->kind == CK_NUMBER)) l->phone = c;
    }
}

static enum rc load_all(struct loader *l, struct policy *p, int64_t k_us, struct err *e)
{
    struct delivery_list d;
    size_t rows;
    struct str roster = policy_dataset_name(p, policy_roster(p));
    TRY(plan_dataset(&l->plan, p, roster, &l->a, e));
    find_sex(l);
    TRY(delivery_known_at(l->s, &l->a, roster, k_us, &d, e));
    if (d.n) qsort(d.v, d.n, sizeof *d.v, by_known);
    TRY(count_people(l, &d, &rows, e));
    TRY(merges_known_at(l->s, &l->a, k_us, &l->merges, &l->n_merges, e));
    for (size_t i = 0; i < l->n_merges; i++) (void)see(l, l->merges[i].gone); /* read as another */
    for (size_t i = 0; i < d.n; i++) TRY(load_delivery(l, d.v[i].id, e));
    return RC_OK;
}

/* ---- chains */

uint64_t chain_hash(const struct judge_people *x, enum judge_chain k, uint32_t i)
{
    uint64_t near = x->near[i], born = (uint32_t)x->born[i], village = (uint64_t)x->division[i];
    switch (k) {
    case CHAIN_KEY: return x->key[i];
    case CHAIN_HOUSEHOLD: return x->household[i];
    case CHAIN_NAME: return near;
    case CHAIN_NAME_BORN: return near && born ? judge_mix(near, born) : 0;
    case CHAIN_NAME_VILLAGE: return near && village ? judge_mix(near, village) : 0;
    case CHAIN_BORN_VILLAGE: return born && village ? judge_mix(born, village) : 0;
    case CHAIN_HOME: return x->home[i];
    case CHAIN_WRITTEN: return x->written ? x->written[i] : 0;
    case CHAIN_DAY: return x->key[i] / JUDGE_DAY_UNIT;
    case CHAIN__MAX: break;
    }
    return 0;
}

/* From the last to the first, so that a chain goes in order of place. */
enum rc judge_chain_make(struct judge_people *x, enum judge_chain k, struct err *e)
{
    struct chain *c = &x->chain[k];
    unsigned bits = BITS_MIN;
    while (bits < BITS_MAX && (UINT64_C(1) << bits) < x->n) bits++;
    c->head = mem_zalloc_array((size_t)1 << bits, sizeof *c->head);
    c->next = mem_alloc_array(x->n + 1, sizeof *c->next);
    if (!c->head || !c->next) return err_nomem(e);
    c->bits = bits;
    for (uint32_t i = (uint32_t)x->n; i-- > 0;) {
        uint64_t h = chain_hash(x, k, i);
        uint32_t *head = &c->head[(h * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - bits)];
        if (!h) continue;
        c->next[i] = *head;
        *head = i + 1;
    }
    return RC_OK;
}

static enum rc chain_task(void *ctx, size_t k, unsigned thread, struct err *e)
{
    (void)thread;
    if (k == CHAIN_WRITTEN || k == CHAIN_HOME) return RC_OK; /* when there are rows */
    return judge_chain_make(ctx, (enum judge_chain)k, e);
}

enum { FORM_ROWS = 1 << 15 };

static enum rc make_forms(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct judge_people *x = ctx;
    size_t from = task * FORM_ROWS, to = x->n - from < FORM_ROWS ? x->n : from + FORM_ROWS;
    struct name_form f;
    (void)thread, (void)e;
    for (size_t i = from; i < to; i++) {
        if (!x->name[i].n || !name_form_make(x->name[i], &f)) continue;
        x->text[i] = f.text_hash;
        x->sound[i] = f.sound_hash;
        x->near[i] = f.near_hash;
    }
    return RC_OK;
}

static enum rc count_names(struct judge_people *x, struct err *e)
{
    struct {
        uint32_t **freq, *hash;
    } kinds[] = {{&x->freq_text, x->text}, {&x->freq_sound, x->sound}, {&x->freq_near, x->near}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        uint32_t *f = *kinds[k].freq = mem_zalloc_array((size_t)1 << FREQ_BITS, sizeof *f);
        if (!f) return err_nomem(e);
        for (size_t i = 0; i < x->n; i++)
            f[(uint32_t)(kinds[k].hash[i] * UINT32_C(0x9E3779B1)) >> (32 - FREQ_BITS)] += kinds[k].hash[i] != 0;
    }
    return RC_OK;
}

/* A number that stands beside many people, as a cadre's, says nothing of any of them. Counted by hash, so that numbers
 * met by chance may count together: then one more says nothing. */
static enum rc drop_shared_phones(struct judge_people *x, struct err *e)
{
    unsigned bits = BITS_MIN;
    if (!x->phone) return RC_OK;
    while (bits < BITS_MAX && (UINT64_C(1) << bits) < 2 * x->n) bits++;
    uint32_t *met = mem_zalloc_array((size_t)1 << bits, sizeof *met);
    if (!met) return err_nomem(e);
    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < x->n; i++) {
            uint32_t *of = &met[((uint64_t)x->phone[i] * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - bits)];
            if (!x->phone[i]) continue;
            if (pass == 0) ++*of;
            else if (*of > PHONE_PEOPLE_MAX) x->phone[i] = 0;
        }
    }
    mem_free(met);
    return RC_OK;
}

enum rc judge_people_index(struct judge_people *x, struct err *e)
{
    TRY(drop_shared_phones(x, e));
    TRY(par_run(par_threads(), (x->n + FORM_ROWS - 1) / FORM_ROWS, make_forms, x, e));
    TRY(par_run(par_threads(), CHAIN__MAX, chain_task, x, e));
    return count_names(x, e);
}

enum rc judge_people_load(struct judge_people **out, struct store *s, struct policy *p, int64_t k_us, struct err *e)
{
    struct judge_people *x = *out = mem_zalloc_array(1, sizeof *x);
    struct loader l = {.x = x, .s = s};
    if (!x) return err_nomem(e);
    arena_init(&l.a, MIB(256));
    enum rc rc = policy_roster(p) == UINT32_MAX
                     ? err_set(e, RC_INPUT, pos_none(), "no book declares a roster", "政策册里没有花名册数据集")
                     : load_all(&l, p, k_us, e);
    if (!rc) rc = judge_people_index(x, e);
    plan_fini(&l.plan);
    mem_free(l.seen);
    arena_fini(&l.a);
    if (!rc) return RC_OK;
    judge_people_free(x);
    *out = NULL;
    return rc;
}

void judge_people_free(struct judge_people *x)
{
    if (!x) return;
    void *const parts[] = {x->person,  x->household, x->text,      x->sound,      x->near,     x->key,
                           x->home,    x->division,  x->born,      x->sex,        x->relation, x->phone,
                           x->written, x->name,      x->freq_text, x->freq_sound, x->freq_near};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) mem_free(parts[i]);
    for (size_t k = 0; k < CHAIN__MAX; k++) {
        mem_free(x->chain[k].head);
        mem_free(x->chain[k].next);
    }
    arena_fini(&x->names);
    mem_free(x);
}

size_t judge_people_count(const struct judge_people *x) { return x->n; }

void judge_form(const struct judge_people *x, uint32_t at, struct name_form *out)
{
    if (!x->name[at].n || !name_form_make(x->name[at], out)) *out = (struct name_form){0};
}
