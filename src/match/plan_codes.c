/* Code lists and bounds of fields. */
#include "base/limits.h"
#include "base/utf8.h"
#include "match/plan.h"

/* ---- codes */

static bool has_name(const struct plan_codes *c, struct str name, size_t *at)
{
    for (*at = 0; *at < c->n; ++*at)
        if (str_eq(c->name[*at], name)) return true;
    return false;
}

enum { WORD_MAX = 250 };

/* As it is compared: width half, no blanks. A longer text stays as it is. */
static struct str folded(struct str s, char text[WORD_MAX + 8])
{
    size_t n = 0, i = 0;
    if (s.n > WORD_MAX) return s;
    while (i < s.n) {
        uint32_t c = utf8_next(s, &i);
        if (c == UINT32_MAX) return s;
        c = utf8_half_width(c);
        if (c > ' ' && c != 0xA0 && c != 0xFEFF) n += utf8_encode(c, text + n);
    }
    return str_make(text, n);
}

/* The word is copied when it is not compared as it stands. */
static bool add_word(struct plan_codes *c, struct str word, size_t code, size_t cap)
{
    char text[WORD_MAX + 8];
    word = folded(word, text);
    if (!word.n) return true;
    size_t before = c->words.n;
    uint32_t id = intern_add(&c->words, word);
    if (id == UINT32_MAX || id >= cap) return false;
    if (c->words.n == before) return true; /* the first declaration's spelling stays */
    c->of_word[id] = (uint16_t)code;
    if (word.n == 1) c->of_byte[(unsigned char)word.p[0]] = (uint16_t)code;
    return true;
}

static void count_codes(const struct books *bs, struct str codes, size_t *names, size_t *words)
{
    for (size_t i = 0; i < bs->n_decls; i++) {
        const struct decl *d = bs->decls[i];
        if (d->kind != D_CODES || !str_eq(d->name.text, codes)) continue;
        *names += d->u.codes.n;
        for (size_t k = 0; k < d->u.codes.n; k++) *words += d->u.codes.v[k].n_aliases + 2;
    }
}

/* Names before labels before aliases, over all declarations: a name always means itself. */
static bool add_round(struct plan_codes *c, const struct code_item *it, size_t code, unsigned round, size_t cap)
{
    if (round == 0) return add_word(c, it->name.text, code, cap);
    if (round == 1) return add_word(c, it->label, code, cap);
    for (size_t i = 0; i < it->n_aliases; i++)
        if (!add_word(c, it->aliases[i], code, cap)) return false;
    return true;
}

static bool add_codes(struct plan_codes *c, const struct books *bs, struct str codes, unsigned round, size_t cap)
{
    for (size_t i = 0; i < bs->n_decls; i++) {
        const struct decl *d = bs->decls[i];
        if (d->kind != D_CODES || !str_eq(d->name.text, codes)) continue;
        for (size_t k = 0; k < d->u.codes.n; k++) {
            size_t at;
            if (!has_name(c, d->u.codes.v[k].name.text, &at)) c->name[c->n++] = d->u.codes.v[k].name.text;
            if (!add_round(c, &d->u.codes.v[k], at, round, cap)) return false;
        }
    }
    return true;
}

enum rc plan_codes_make(struct plan_codes **out, struct policy *p, struct str codes, struct arena *a, struct err *e)
{
    size_t names = 0, words = 0;
    struct plan_codes *c = *out = ARENA_NEW(a, struct plan_codes);
    if (!c) return err_nomem(e);
    intern_init(&c->words, a);
    count_codes(policy_books(p), codes, &names, &words);
    c->name = ARENA_ARRAY(a, struct str, names + 1);
    c->of_word = ARENA_ARRAY(a, uint16_t, words + 1);
    if (!c->name || !c->of_word) return err_nomem(e);
    for (size_t i = 0; i < 256; i++) c->of_byte[i] = STAGE_BLANK16;
    for (unsigned round = 0; round < 3; round++)
        if (!add_codes(c, policy_books(p), codes, round, words)) return err_nomem(e);
    if (c->n < STAGE_BLANK16) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "the code list \"%.*s\" has too many codes", "代码表“%.*s”的代码过多",
                   STR_ARG(codes));
}

uint16_t plan_code_find(const struct plan_codes *c, struct str text)
{
    char as[WORD_MAX + 8];
    if (text.n == 1) return c->of_byte[(unsigned char)text.p[0]];
    uint32_t id = intern_find(&c->words, text);
    if (id == UINT32_MAX) id = intern_find(&c->words, folded(text, as));
    return id == UINT32_MAX ? STAGE_BLANK16 : c->of_word[id];
}

enum rc plan_meanings_make(struct plan_codes **out, const struct field_decl *f, struct arena *a, struct err *e)
{
    size_t words = f->n_yes + f->n_no;
    *out = NULL;
    if (!words) return RC_OK;
    struct plan_codes *c = *out = ARENA_NEW(a, struct plan_codes);
    if (!c) return err_nomem(e);
    intern_init(&c->words, a);
    c->of_word = ARENA_ARRAY(a, uint16_t, words);
    if (!c->of_word) return err_nomem(e);
    for (size_t i = 0; i < 256; i++) c->of_byte[i] = STAGE_BLANK16;
    for (size_t i = 0; i < words; i++) {
        bool yes = i < f->n_yes;
        if (!add_word(c, yes ? f->yes[i] : f->no[i - f->n_yes], yes, words)) return err_nomem(e);
    }
    return RC_OK;
}

/* ---- bounds */

/* A literal as an integer of `decimals` decimals, rounded away from nothing: it must fit exactly. */
static bool literal(const struct expr *x, unsigned decimals, int64_t *out)
{
    bool minus = x && x->kind == E_NEG;
    if (minus) x = x->u.unary.a;
    if (!x) return false;
    if (x->kind == E_DATE || x->kind == E_MONTH) return *out = x->u.date, !minus;
    if (x->kind != E_NUMBER) return false;
    i128 v = minus ? -x->u.num.digits : x->u.num.digits;
    unsigned have = x->u.num.decimals + (x->u.num.percent ? 2u : 0u);
    for (; have < decimals; have++)
        if (__builtin_mul_overflow(v, 10, &v)) return false;
    for (; have > decimals; have--) {
        if (v % 10) return false;
        v /= 10;
    }
    return *out = (int64_t)v, v >= INT64_MIN && v <= INT64_MAX;
}

static enum rc no_constant(const struct field_decl *f, struct err *e)
{
    return err_set(e, RC_INPUT, f->name.at, "the bound of field \"%.*s\" is no number that the field can hold",
                   "字段“%.*s”的界限不是该字段能取的数", STR_ARG(f->name.text));
}

static enum rc bound_one(struct plan_column *c, enum binop op, const struct expr *x, struct err *e)
{
    int64_t v;
    if (!literal(x, c->decimals, &v)) return no_constant(c->decl, e);
    if (op == OP_GT && v < INT64_MAX) v++;
    if (op == OP_LT && v > INT64_MIN) v--;
    if (op == OP_GT || op == OP_GE) c->lo = v > c->lo ? v : c->lo;
    else c->hi = v < c->hi ? v : c->hi;
    return RC_OK;
}

enum rc plan_bounds(struct plan_column *c, struct err *e)
{
    const struct field_decl *f = c->decl;
    c->lo = INT64_MIN;
    c->hi = INT64_MAX;
    if (!f || (c->kind != CK_NUMBER && c->kind != CK_DATE)) return RC_OK;
    if (f->bound) TRY(bound_one(c, f->bound_op, f->bound, e));
    if (!f->range) return RC_OK;
    if (f->range->kind != E_RANGE) return no_constant(f, e);
    if (f->range->u.range.lo) TRY(bound_one(c, OP_GE, f->range->u.range.lo, e));
    if (f->range->u.range.hi) TRY(bound_one(c, f->range->u.range.hi_open_end ? OP_LT : OP_LE, f->range->u.range.hi, e));
    return RC_OK;
}
