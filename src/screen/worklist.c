#include "screen/worklist.h"
#include <stdlib.h>
#include "base/utf8.h"
#include "columns/keyring.h"
#include "ident/citizen_id.h"
#include "screen/load_int.h"
#include "screen/screen_int.h"
#include "store/people.h"

bool work_is_check(const struct decl *d) { return d && d->kind == D_RULE && d->u.rule.kind == FK_QUALITY; }

/* ---------------------------------------------------------------- texts */

struct str work_mask_name(struct arena *a, struct str name)
{
    struct buf b;
    size_t at = 0;
    buf_init(&b, KIB(16));
    for (size_t from = 0; at < name.n; from = at) {
        (void)utf8_next(name, &at);
        if (from) buf_addc(&b, '*');
        else buf_add(&b, str_sub(name, 0, at));
    }
    struct str s = b.failed ? (struct str){0} : str_dup(a, buf_str(&b));
    buf_fini(&b);
    return s;
}

/* ---------------------------------------------------------------- keys */

enum { LINE_LETTERS = 10, TAG_LETTERS = WORK_KEY_FOLDER + LINE_LETTERS, OLD_TAG_DIGITS = 8 };

/* Letters alone, and no vowels: no program takes the cell for a number or a date. */
static void put_letters(uint64_t hash, char *out, unsigned n)
{
    static const char letters[] = "bcdfghjkmnpqrtvw";
    for (unsigned i = 0; i < n; i++) out[i] = letters[hash >> 4 * i & 15];
}

enum rc work_keys_of(struct work_keys *out, struct store *s, struct err *e)
{
    char text[32];
    *out = (struct work_keys){.keys = store_keyring(s)};
    TRY(event_first(s, STR("init"), STR("database"), &out->made_us, e));
    int n = snprintf(text, sizeof text, "%lld", (long long)out->made_us);
    put_letters(keyring_hash64(out->keys, STR("check-folder"), str_make(text, (size_t)n)), out->folder,
                WORK_KEY_FOLDER);
    return RC_OK;
}

struct str work_key(const struct work_keys *k, char out[WORK_KEY_MAX], struct check_subject of, date_day as_of)
{
    char text[WORK_KEY_MAX + 32];
    int n = snprintf(out, WORK_KEY_MAX, "%.*s:%u:%u:%d:", STR_ARG(of.rule), of.household_no, of.person_no, (int)as_of);
    if (n < 0 || n > WORK_KEY_MAX - TAG_LETTERS) return STR("");
    int m = snprintf(text, sizeof text, "%s%lld", out, (long long)k->made_us);
    memcpy(out + n, k->folder, WORK_KEY_FOLDER);
    put_letters(keyring_hash64(k->keys, STR("check-line"), str_make(text, (size_t)m)), out + n + WORK_KEY_FOLDER,
                LINE_LETTERS);
    return str_make(out, (size_t)n + TAG_LETTERS);
}

enum work_key_is work_key_parse(const struct work_keys *k, struct str text, struct check_subject *of, date_day *as_of)
{
    struct str rest = text, part[4];
    char again[WORK_KEY_MAX];
    int64_t household = 0, person = 0, day = 0;
    for (int i = 0; i < 4; i++)
        if (!str_cut(&rest, ':', &part[i])) return WORK_KEY_ALTERED;
    if (!str_to_i64(part[1], 1, UINT32_MAX, &household) || !str_to_i64(part[2], 0, UINT32_MAX, &person) ||
        !str_to_i64(part[3], 1, INT32_MAX, &day))
        return WORK_KEY_ALTERED;
    if (rest.n == OLD_TAG_DIGITS) return WORK_KEY_OLD;
    if (rest.n != TAG_LETTERS) return WORK_KEY_ALTERED;
    if (memcmp(rest.p, k->folder, WORK_KEY_FOLDER) != 0) return WORK_KEY_FOREIGN;
    *of = (struct check_subject){part[0], (uint32_t)household, (uint32_t)person};
    *as_of = (date_day)day;
    return str_eq(work_key(k, again, *of, *as_of), text) ? WORK_KEY_OURS : WORK_KEY_ALTERED;
}

/* ---------------------------------------------------------------- gathering */

struct gathering {
    struct worklist *l;
    struct screening *sc;
    struct store *s;
    const struct work_options *o;
    struct str *codes;
    uint32_t last_no; /* the person whose name was read last */
    struct str last_name;
};

static enum rc read_name(struct gathering *g, uint32_t no, struct str *out, struct err *e)
{
    struct person p;
    bool found;
    if (g->last_no != no) {
        TRY(people_get(g->s, &g->l->arena, no, g->sc->w.k_us, &p, &found, e));
        g->last_no = no;
        g->last_name = !found || !p.name.p ? STR("") : g->o->names ? p.name : work_mask_name(&g->l->arena, p.name);
    }
    *out = g->last_name;
    return out->p ? RC_OK : err_nomem(e);
}

static enum rc fill_person(struct gathering *g, struct work_row *r, struct err *e)
{
    const struct world *w = &g->sc->w;
    uint32_t row = world_row_of(w, r->person_no);
    char masked[CITIZEN_ID_TEXT_MAX] = "";
    TRY(read_name(g, r->person_no, &r->person, e));
    if (row != UINT32_MAX && w->key[row] > 0) citizen_key_mask((uint64_t)w->key[row], masked);
    r->id = str_dup(&g->l->arena, str_from(masked));
    return r->id.p ? RC_OK : err_nomem(e);
}

static bool wanted(const struct gathering *g, const struct finding *f, int64_t division)
{
    bool open = f->state == FS_NEW || f->state == FS_STILL;
    return open && work_is_check(g->sc->rules[f->rule].decl) &&
           (!g->o->division || division_covers(g->o->division, division));
}

static enum rc add(struct gathering *g, const struct finding *f, struct err *e)
{
    const struct screening *sc = g->sc;
    uint32_t row = household_row(&sc->w, f->household);
    if (row == UINT32_MAX || !wanted(g, f, sc->w.frame.division[row])) return RC_OK;
    const struct rule_here *here = rule_here(sc, row, f->rule);
    struct worklist *l = g->l;
    if (l->n == WORK_ROWS_MAX)
        return err_set(e, RC_INPUT, pos_none(), "the list has more than %d lines. Ask for fewer: --division.",
                       "清单超过 %d 行。请用 --division 缩小范围。", (int)WORK_ROWS_MAX);
    if (l->n == l->cap && !vec_grow(&l->v, &l->cap, l->n, sizeof *l->v, WORK_ROWS_MAX)) return err_nomem(e);
    struct work_row *r = &l->v[l->n++];
    *r = (struct work_row){.division = sc->w.frame.division[row],
                           .household_no = f->household,
                           .person_no = f->person,
                           .household_row = row,
                           .household = g->codes[row],
                           .rule = &sc->rules[f->rule],
                           .decl = here->decl ? here->decl : sc->rules[f->rule].decl,
                           .fresh = f->state == FS_NEW,
                           .expired = screen_excepted(sc, f->rule, f->household, f->person)};
    if (r->rule->of_village) return r->household = STR(""), RC_OK;
    return f->person ? fill_person(g, r, e) : RC_OK;
}

static int by_place(const void *a, const void *b)
{
    const struct work_row *x = a, *y = b;
    if (x->division != y->division) return x->division < y->division ? -1 : 1;
    int c = str_cmp(x->household, y->household);
    if (c) return c;
    if (x->household_no != y->household_no) return x->household_no < y->household_no ? -1 : 1;
    if (x->person_no != y->person_no) return x->person_no < y->person_no ? -1 : 1;
    return str_cmp(x->rule->name, y->rule->name);
}

/* ---------------------------------------------------------------- answers */

static int subject_order(const struct check_subject *x, const struct check_subject *y)
{
    if (x->household_no != y->household_no) return x->household_no < y->household_no ? -1 : 1;
    if (x->person_no != y->person_no) return x->person_no < y->person_no ? -1 : 1;
    return str_cmp(x->rule, y->rule);
}

static int by_subject(const void *a, const void *b)
{
    const struct check_answer *x = a, *y = b;
    int c = subject_order(&x->of, &y->of);
    return c ? c : x->id < y->id ? -1 : x->id > y->id;
}

static const struct check_answer *last_answer(const struct worklist *l, const struct check_subject *of)
{
    size_t lo = 0, hi = l->n_answers;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (subject_order(&l->answers[mid].of, of) <= 0) lo = mid + 1;
        else hi = mid;
    }
    return lo && subject_order(&l->answers[lo - 1].of, of) == 0 ? &l->answers[lo - 1] : NULL;
}

static enum rc find_answers(struct gathering *g, struct err *e)
{
    struct worklist *l = g->l;
    TRY(answers_list(g->s, &l->arena, g->sc->w.k_us, &l->answers, &l->n_answers, e));
    if (l->n_answers) qsort(l->answers, l->n_answers, sizeof *l->answers, by_subject);
    for (size_t i = 0; i < l->n; i++) {
        struct check_subject of = {l->v[i].rule->name, l->v[i].household_no, l->v[i].person_no};
        l->v[i].answer = last_answer(l, &of);
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- whole */

enum rc worklist_make(struct worklist *out, struct screening *sc, struct store *s, const struct work_options *o,
                      struct err *e)
{
    struct gathering g = {.l = out, .sc = sc, .s = s, .o = o};
    *out = (struct worklist){0};
    arena_init(&out->arena, (size_t)8 << 30);
    TRY(world_codes(&sc->w, &g.codes, e));
    TRY(load_keys(&sc->w, e));
    for (size_t i = 0; i < sc->n_findings; i++) TRY(add(&g, &sc->findings[i], e));
    TRY(find_answers(&g, e));
    if (out->n) qsort(out->v, out->n, sizeof *out->v, by_place);
    return RC_OK;
}

void worklist_free(struct worklist *l)
{
    mem_free(l->v);
    arena_fini(&l->arena);
    *l = (struct worklist){0};
}
