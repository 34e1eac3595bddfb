/* Row against person: the level of each comparison, and what forbids a link that nobody looked at. */
#include "ident/division_code.h"
#include "match/judge_int.h"

enum {
    LONG_FORM = 18,
    SHORT_FORM = 15,
    DIGITS_OTHER_MAX = 2,
    DAY_END = 14,
    SHORT_DAY_END = 12,
    CUT_SURE = 9 /* 1,000 × 11 chances of the check character ÷ 1,100, rounded */
};

/* ---- numbers */

static size_t text_of_key(uint64_t key, bool short_form, char out[CITIZEN_ID_TEXT_MAX])
{
    citizen_key_format(key, out);
    if (!short_form) return LONG_FORM;
    memmove(out + 6, out + 8, 9); /* without the century and the check character */
    out[SHORT_FORM] = '\0';
    return SHORT_FORM;
}

static enum id_level unlike(const char *a, const char *b, size_t n)
{
    size_t other = 0, last = 0, first = n;
    for (size_t i = 0; i < n; i++) {
        if (a[i] == b[i]) continue;
        if (!other++) first = i;
        last = i;
    }
    if (!other) return IDL_SAME;
    if (other == 1) return first == LONG_FORM - 1 ? IDL_CHECK : IDL_ONE;
    bool swapped = other == 2 && last == first + 1 && a[first] == b[last] && a[last] == b[first];
    return swapped ? IDL_SWAPPED : other == 2 ? IDL_TWO : IDL_FAR;
}

/* One character of the longer text left out. */
static bool one_less(const char *longer, size_t n, const char *shorter)
{
    size_t i = 0;
    while (i < n - 1 && longer[i] == shorter[i]) i++;
    return memcmp(longer + i + 1, shorter + i, n - 1 - i) == 0;
}

static enum id_level written_like(const struct judge_row *r, uint64_t key)
{
    char text[CITIZEN_ID_TEXT_MAX];
    size_t n = strlen(r->id), want = text_of_key(key, n == SHORT_FORM, text);
    if (n == want) return unlike(r->id, text, n);
    if (n == LONG_FORM - 1 && one_less(text, LONG_FORM, r->id)) return IDL_LENGTH;
    if (n == LONG_FORM + 1 && one_less(r->id, LONG_FORM + 1, text)) return IDL_LENGTH;
    return IDL_FAR;
}

/* In order and with a check character that says so. */
static bool is_sure(const struct judge_row *r) { return r->verdict == ID_OK && !r->short_form; }

void judge_owners(const struct judge_people *x, const struct judge_row *r, struct row_owners *out)
{
    out->n = 0;
    if (r->verdict != ID_OK || !r->key) return;
    for (uint32_t i = chain_first(&x->chain[CHAIN_KEY], r->key); i; i = x->chain[CHAIN_KEY].next[i - 1]) {
        if (x->key[i - 1] != r->key || i == r->self) continue;
        if (out->n < sizeof out->at / sizeof *out->at) out->at[out->n++] = i - 1;
    }
}

/* ---- what is left of damaged numbers */

void judge_each_left(const struct judge_people *x, const struct judge_row *r, left_fn fn, void *ctx)
{
    uint64_t from = r->left.lo / JUDGE_DAY_UNIT, to = r->left.hi / JUDGE_DAY_UNIT;
    if (r->left.worth < LEFT_DAY || to - from > 1) return;
    for (uint64_t day = from; day <= to; day++) {
        const struct chain *c = &x->chain[CHAIN_DAY];
        for (uint32_t i = chain_first(c, day); i; i = c->next[i - 1])
            if (i != r->self && id_left_fits(&r->left, x->key[i - 1]) && !fn(ctx, i - 1)) return;
    }
}

bool judge_cuts(const struct judge_model *m) { return m->cut > m->own * CUT_SURE; }

/* IDL_MISSING: the number was not damaged so, or is not what is left of this one. */
static enum id_level level_of_left(const struct judge_row *r, uint64_t key)
{
    static const uint8_t LEVEL[] = {[LEFT_NOTHING] = IDL_MISSING,
                                    [LEFT_FEW] = IDL_FEW,
                                    [LEFT_SEEN] = IDL_SEEN,
                                    [LEFT_DAY] = IDL_DAY,
                                    [LEFT_HEAD] = IDL_HEAD};
    if (id_left_fits(&r->left, key)) return is_sure(r) ? IDL_CHANCE : (enum id_level)LEVEL[r->left.worth];
    return r->left.partial ? (r->left.worth ? IDL_CLASH : IDL_FAR) : IDL_MISSING;
}

static bool is_written(const struct judge_people *x, const struct judge_row *r, uint32_t at)
{
    return x->written && x->written[at] && r->verdict != ID_OK && x->written[at] == judge_written(r->id);
}

static enum id_level level_of_id(const struct judge_people *x, const struct judge_row *r, const struct row_owners *o,
                                 uint32_t at)
{
    if (!r->id[0]) return IDL_MISSING;
    if (x->key[at] && r->key == x->key[at] && r->verdict == ID_OK) return IDL_SAME;
    for (uint32_t i = 0; i < o->n; i++)
        if (x->household[at] && x->household[o->at[i]] == x->household[at]) return IDL_FAMILY;
    if (o->n) return IDL_OTHERS;
    if (!x->key[at]) return is_written(x, r, at) ? IDL_WRITTEN : IDL_MISSING;
    enum id_level left = level_of_left(r, x->key[at]);
    if (left) return left;
    if (is_sure(r)) return IDL_OWN;
    if (r->key == x->key[at]) return IDL_CHECK;
    return written_like(r, x->key[at]);
}

/* ---- days, places */

static enum born_level level_of_born(date_day a, date_day b)
{
    if (!a || !b) return BRN_MISSING;
    if (a == b) return BRN_SAME;
    struct ymd x = date_split(a), y = date_split(b);
    if (x.year == y.year && x.month == y.day && x.day == y.month) return BRN_SLIP;
    uint32_t p = (uint32_t)(x.year * 10000 + x.month * 100 + x.day),
             q = (uint32_t)(y.year * 10000 + y.month * 100 + y.day);
    unsigned other = 0;
    for (; p || q; p /= 10, q /= 10) other += p % 10 != q % 10;
    if (other == 1) return BRN_SLIP;
    return x.year == y.year ? BRN_YEAR : BRN_OTHER;
}

static enum place_level level_of_place(int64_t a, int64_t b)
{
    if (!a || !b) return PLC_MISSING;
    if (a == b && a % 1000) return PLC_VILLAGE;
    if (a / 1000 == b / 1000 && a / 1000 % 1000) return PLC_TOWNSHIP;
    return a / 1000000 == b / 1000000 ? PLC_COUNTY : PLC_OTHER;
}

static enum sex_level level_of_sex(uint8_t a, uint8_t b)
{
    if (!a || !b) return SEX_MISSING;
    return a == b ? SEX_SAME : SEX_OTHER;
}

static bool in_household(const struct judge_people *x, uint32_t at, uint32_t near)
{
    const struct chain *h = &x->chain[CHAIN_HOUSEHOLD];
    uint32_t home = x->household[at];
    for (uint32_t i = home ? chain_first(h, home) : 0; i; i = h->next[i - 1])
        if (i - 1 != at && x->household[i - 1] == home && x->near[i - 1] == near) return true;
    return false;
}

/* The candidate's own name (the row is of the head, and his name in it is written otherwise) tells nothing. */
static enum kin_level level_of_kin(const struct judge_people *x, const struct judge_row *r, uint32_t at)
{
    unsigned found = 0, told = 0;
    for (unsigned i = 0; i < r->n_kin; i++) {
        bool kin = in_household(x, at, r->kin[i]);
        found += kin;
        told += kin || r->kin[i] != x->near[at];
    }
    if (!told) return KIN_MISSING;
    return found == told ? KIN_ALL : found ? KIN_SOME : KIN_NONE;
}

static enum relation_level level_of_relation(uint32_t a, uint32_t b)
{
    if (!a || !b) return REL_MISSING;
    return a == b ? REL_SAME : REL_OTHER;
}

/* The day that the number tells where the row tells none; a number that is but for a slip the candidate's tells
 * nothing more, and a wrong day would be the slip. */
static date_day born_of(const struct judge_row *r, uint8_t id)
{
    bool unlike = id == IDL_FAR || id >= IDL_HEAD;
    return r->born || !unlike ? r->born : r->left.born;
}

/* A telephone that somebody else of the household has tells of the household. */
static enum phone_level level_of_phone(const struct judge_people *x, const struct judge_row *r, uint32_t at)
{
    const struct chain *h = &x->chain[CHAIN_HOUSEHOLD];
    uint32_t home = x->household[at];
    if (!r->phone || !x->phone || !x->phone[at]) return PHN_MISSING;
    for (uint32_t i = home ? chain_first(h, home) : 0; i; i = h->next[i - 1])
        if (i - 1 != at && i != r->self && x->household[i - 1] == home && x->phone[i - 1] == r->phone) return PHN_HOME;
    return x->phone[at] == r->phone ? PHN_SAME : PHN_OTHER;
}

void judge_levels(const struct judge_people *x, const struct judge_row *r, const struct row_owners *o,
                  struct judge_candidate *c)
{
    struct name_form f;
    uint32_t at = c->at;
    judge_form(x, at, &f);
    c->person = x->person[at];
    c->owner_born = false;
    for (uint32_t i = 0; i < o->n; i++) c->owner_born |= r->born && x->born[o->at[i]] == r->born;
    c->level[CMP_ID] = (uint8_t)level_of_id(x, r, o, at);
    c->level[CMP_NAME] = (uint8_t)name_compare(&r->form, &f);
    c->level[CMP_BORN] = (uint8_t)level_of_born(born_of(r, c->level[CMP_ID]), x->born[at]);
    c->level[CMP_SEX] = (uint8_t)level_of_sex(r->sex, x->sex[at]);
    c->level[CMP_PLACE] = (uint8_t)level_of_place(r->division, x->division[at]);
    c->level[CMP_KIN] = (uint8_t)level_of_kin(x, r, at);
    c->level[CMP_PHONE] = (uint8_t)level_of_phone(x, r, at);
    c->level[CMP_RELATION] = (uint8_t)level_of_relation(r->relation, x->relation[at]);
    c->level[CMP_HOME] = (uint8_t)(!r->home || !x->home[at] ? HOM_MISSING
                                   : r->home == x->home[at] ? HOM_SAME
                                                            : HOM_OTHER);
}

/* ---- vetoes */

static bool is_near_id(uint8_t level) { return level >= IDL_SAME && level <= IDL_LENGTH; }

/* Has somebody else of the household a name more like the row's, or the very name? */
enum kin_named judge_kin_named(const struct judge_people *x, const struct judge_row *r, const struct judge_candidate *c)
{
    enum kin_named named = NAMED_NONE;
    const struct chain *h = &x->chain[CHAIN_HOUSEHOLD];
    uint32_t home = x->household[c->at];
    struct name_form own;
    if (c->level[CMP_NAME] <= LIKE_VARIANT) return NAMED_NONE;
    judge_form(x, c->at, &own);
    bool chosen = c->level[CMP_NAME] > LIKE_SLIP || name_one_replaced(&r->form, &own);
    for (uint32_t i = home ? chain_first(h, home) : 0; i; i = h->next[i - 1]) {
        struct name_form f;
        if (i - 1 == c->at || i == r->self || x->household[i - 1] != home) continue;
        judge_form(x, i - 1, &f);
        enum name_like like = name_compare(&r->form, &f);
        if (like == LIKE_MISSING || like >= c->level[CMP_NAME]) continue;
        if (like <= LIKE_VARIANT && chosen) return NAMED_SO;
        named = NAMED_LIKE;
    }
    return named;
}

bool judge_may_slip(const struct judge_row *r, uint64_t key)
{
    bool beside = false;
    for (size_t i = 0; i < JUDGE_BESIDE; i++) beside |= key && r->beside[i] == key;
    return r->doubted || beside;
}

/* More than two digits other, or one of those behind the day: as likely the number of somebody else of that day and
 * place, written wrong. */
static bool is_far(const struct judge_people *x, const struct judge_row *r, uint32_t at)
{
    char text[CITIZEN_ID_TEXT_MAX];
    size_t n = strlen(r->id), want = text_of_key(x->key[at], n == SHORT_FORM, text), other = 0;
    size_t day_end = n == SHORT_FORM ? SHORT_DAY_END : DAY_END;
    for (size_t i = 0; n == want && i < n; i++) other += r->id[i] == text[i] ? 0 : i < day_end ? 1 : LONG_FORM;
    return n != want || other > DIGITS_OTHER_MAX;
}

/* The one whose number it is has a name that could be the row's: his own with a slip of the pen, unless one character
 * stands for another, as in the names of brothers. */
static bool owner_named_so(const struct judge_people *x, const struct judge_row *r, const struct row_owners *o)
{
    for (uint32_t i = 0; i < o->n; i++) {
        struct name_form f;
        judge_form(x, o->at[i], &f);
        enum name_like like = name_compare(&r->form, &f);
        if (like <= LIKE_PART || (like == LIKE_SLIP && !name_one_replaced(&r->form, &f))) return true;
    }
    return false;
}

static bool is_shared(const struct judge_people *x, uint32_t at)
{
    const struct chain *k = &x->chain[CHAIN_KEY];
    uint64_t key = x->key[at];
    for (uint32_t i = key ? chain_first(k, key) : 0; i; i = k->next[i - 1])
        if (i - 1 != at && x->key[i - 1] == key) return true;
    return false;
}

struct rival {
    const struct judge_people *x;
    const struct judge_row *r;
    uint32_t at;
    uint8_t most; /* a name less like than that is no rival's */
    bool found;
};

static bool look_at_rival(void *ctx, uint32_t at)
{
    struct rival *v = ctx;
    struct name_form f;
    if (at == v->at) return true;
    judge_form(v->x, at, &f);
    enum name_like like = name_compare(&v->r->form, &f);
    v->found = like != LIKE_MISSING && like <= v->most;
    return !v->found;
}

/* Is what is left also that of somebody else whose name is the row's, or like it when the candidate's is no more? */
static bool has_rival(const struct judge_people *x, const struct judge_row *r, const struct judge_candidate *c)
{
    struct rival v = {.x = x, .r = r, .at = c->at};
    v.most = c->level[CMP_NAME] <= LIKE_SAME ? LIKE_VARIANT : LIKE_NEAR;
    judge_each_left(x, r, look_at_rival, &v);
    return v.found;
}

enum judge_veto judge_veto_of(const struct judge_people *x, const struct judge_row *r, const struct row_owners *o,
                              const struct judge_candidate *c)
{
    const uint8_t *v = c->level;
    uint8_t named = v[CMP_NAME];
    bool family = v[CMP_ID] == IDL_FAMILY, near = is_near_id(v[CMP_ID]);
    if (v[CMP_ID] == IDL_OWN) return VETO_OWN_ID;
    if (v[CMP_ID] == IDL_OTHERS) return VETO_OTHER_ID;
    bool unlike = v[CMP_ID] == IDL_FAR || v[CMP_ID] == IDL_TWO;
    if (v[CMP_ID] == IDL_CLASH || (unlike && is_far(x, r, c->at))) return VETO_FAR;
    bool here = v[CMP_PLACE] == PLC_VILLAGE || v[CMP_HOME] == HOM_SAME || v[CMP_KIN] == KIN_ALL;
    bool phone = v[CMP_PHONE] == PHN_SAME || v[CMP_PHONE] == PHN_HOME;
    bool told = r->born && v[CMP_BORN] == BRN_SAME && (here || phone);
    told |= !r->born && v[CMP_HOME] == HOM_SAME; /* nobody's namesake is of his household */
    bool head = v[CMP_ID] == IDL_HEAD || v[CMP_ID] == IDL_CHANCE;
    bool written = v[CMP_ID] == IDL_WRITTEN;
    bool seen = v[CMP_ID] == IDL_SEEN && (here || v[CMP_BORN] == BRN_SAME);
    /* One character other is a slip of the pen where number, day of birth and village or household all agree. */
    uint8_t most = v[CMP_ID] == IDL_SAME && told ? LIKE_SLIP : near ? LIKE_NEAR : LIKE_VARIANT;
    if (named == LIKE_MISSING || named > most) return VETO_NAME;
    if (family && owner_named_so(x, r, o)) return VETO_OTHER_ID;
    if (family && judge_may_slip(r, x->key[c->at])) return VETO_SLIPPED;
    if (v[CMP_BORN] > BRN_SAME) return VETO_BORN;
    if (v[CMP_SEX] == SEX_OTHER) return VETO_SEX;
    if (!near && !family && !told && !head && !seen && !written) return VETO_THIN;
    if (c->kin_named) return VETO_NAME;
    if (head && has_rival(x, r, c)) return VETO_LEFT;
    return is_shared(x, c->at) ? VETO_SHARED : VETO_NONE;
}

/* ---- names */

bool judge_is_law(enum compare k, uint8_t level)
{
    return k == CMP_ID && (level == IDL_OTHERS || level == IDL_OWN || level == IDL_CHANCE);
}

int32_t judge_name_u(const struct judge_people *x, uint32_t at, uint8_t level)
{
    uint32_t same = freq_of(x->freq_text, x->text[at]), sound = freq_of(x->freq_sound, x->sound[at]),
             near = freq_of(x->freq_near, x->near[at]);
    uint32_t n = level <= LIKE_VARIANT ? same : level == LIKE_SOUND ? sound : near;
    return log2_ratio((uint64_t)n + 1, x->n + 1);
}
