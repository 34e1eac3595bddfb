/* Names, numbers and dates in words. */
#include "rules/policy_int.h"
#include "rules/zh_int.h"

struct str zh_label(const struct decl *d)
{
    if (!d) return STR("？");
    return d->label.n ? d->label : d->name.text;
}

void zh_record(struct buf *out, struct str label)
{
    bool says = str_ends(label, STR("记录")) || str_ends(label, STR("证明")) || str_ends(label, STR("证"));
    buf_add(out, label);
    if (!says) buf_addz(out, "记录");
}

void zh_bool_label(struct buf *out, struct str label)
{
    size_t at = str_find(label, STR("是否"), 0);
    if (at == SIZE_MAX) {
        buf_add(out, label);
        return;
    }
    buf_add(out, str_sub(label, 0, at));
    buf_add(out, str_sub(label, at + STR("是否").n, label.n));
}

const struct decl *zh_dataset(struct policy *p, uint32_t number)
{
    if (number >= policy_dataset_count(p)) return NULL;
    const struct group *g = policy_group(p, D_DATASET, policy_dataset_name(p, number));
    return g && g->n ? g->v[0] : NULL;
}

/* ---------------------------------------------------------------- fields and features */

static struct str builtin_label(enum builtin b)
{
    static const char *const words[BF__MAX] = {
        [BF_ID_VALID] = "证件号码有效", [BF_DIVISION] = "行政区划", [BF_HOUSEHOLD] = "所在户", [BF_HEAD] = "户主",
        [BF_ID] = "证件号码",           [BF_NAME] = "姓名",         [BF_CODE] = "户编号"};
    return str_from(words[b] ? words[b] : "？");
}

static struct str field_label(const struct tx *t)
{
    if (t->kind == TX_FEATURE && t->decl) return zh_label(t->decl);
    if (t->field.decl) return t->field.decl->label.n ? t->field.decl->label : t->field.decl->name.text;
    return builtin_label(t->field.builtin);
}

static bool dataset_has_label(const struct decl *d, uint16_t table, struct str label)
{
    for (size_t i = 0; i < d->u.dataset.n_fields; i++) {
        const struct field_decl *f = &d->u.dataset.fields[i];
        bool here = table >= TABLE_FACT0 || f->of_household == (table == TABLE_HOUSEHOLD);
        if (here && str_eq(f->label, label)) return true;
    }
    return false;
}

static bool entity_is(struct zh *z, struct str entity, uint16_t table)
{
    if (table == TABLE_HOUSEHOLD) return !entity.n || str_eq(entity, STR("household"));
    if (table == TABLE_PERSON) return str_eq(entity, STR("member")) || str_eq(entity, STR("person"));
    return policy_dataset_number(z->p, entity) == (uint32_t)table - TABLE_FACT0;
}

/* A row of the table has something of this label, so that an outer row's must say whose it is. */
static bool label_taken(struct zh *z, uint16_t table, struct str label)
{
    const struct books *bs = policy_books(z->p);
    uint32_t number = table < TABLE_FACT0 ? policy_roster(z->p) : (uint32_t)table - TABLE_FACT0;
    for (size_t i = 0; i < bs->n_decls; i++) {
        const struct decl *d = bs->decls[i];
        if (d->kind == D_FEATURE && str_eq(d->label, label) && entity_is(z, d->u.feature.entity.text, table))
            return true;
        bool ds = d->kind == D_DATASET && policy_dataset_number(z->p, d->name.text) == number;
        if (ds && dataset_has_label(d, table, label)) return true;
    }
    return false;
}

void zh_row_word(struct zh *z, uint16_t table, struct buf *out)
{
    if (table == TABLE_HOUSEHOLD) buf_addz(out, "本户");
    else if (table == TABLE_PERSON) buf_addz(out, "该成员");
    else {
        buf_addz(out, "该");
        zh_record(out, zh_label(zh_dataset(z->p, (uint32_t)table - TABLE_FACT0)));
    }
}

/* An outer row: a step of this path by its noun, another by what it is to the reader (本户, 该成员, 该亲属). */
static void outer_row(struct zh *z, const struct tx *t)
{
    const struct tx_step *s = t->scope < SCOPES_MAX ? z->scopes[t->scope] : NULL;
    bool on_path = s && t->scope >= z->first;
    if (z->named == SIZE_MAX) z->named = z->out->n;
    if (!on_path && s && s->kind == STEP_REF) buf_addz(z->out, "该");
    if (on_path || (s && s->kind == STEP_REF)) zh_noun(z, s);
    else zh_row_word(z, t->field.table, z->out);
}

/* The head of the household that the sentence is about is 户主, whoever asks. */
static bool is_the_head(const struct zh *z, const struct tx *t)
{
    return t->field.builtin == BF_HEAD && t->scope < SCOPES_MAX && !z->scopes[t->scope];
}

/* Fields of an outer row say whose they are. Only what a table is looked up by may stand alone, when no field of this
 * row is called so: 按致贫风险对应的措施. */
void zh_field(struct zh *z, const struct tx *t)
{
    struct str label = field_label(t);
    bool outer = z->here != UINT32_MAX && t->scope != z->here && !is_the_head(z, t);
    uint16_t own = t->field.table, here = outer ? z->scopes[z->here]->table : 0;
    if (outer && (z->key != t || own == here || label_taken(z, here, label))) {
        outer_row(z, t);
        if (t->ty.kind != T_BOOL) buf_addz(z->out, "的");
    }
    if (t->ty.kind == T_BOOL) zh_bool_label(z->out, label);
    else buf_add(z->out, label);
}

/* ---------------------------------------------------------------- numbers */

void zh_grouped(i128 v, struct buf *out)
{
    char digits[48];
    size_t n = i128_format(v < 0 ? -v : v, digits);
    if (v < 0) buf_addc(out, '-');
    for (size_t i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0) buf_addc(out, ',');
        buf_addc(out, digits[i]);
    }
}

static void add_decimal(int64_t v, unsigned decimals, struct buf *out)
{
    char text[32];
    int64_t scale = 1;
    for (unsigned i = 0; i < decimals; i++) scale *= 10;
    if (v < 0 && v > -scale) buf_addc(out, '-');
    zh_grouped((i128)v / scale, out);
    int64_t rest = v % scale;
    if (!rest) return;
    size_t n = dec_format(rest < 0 ? -rest : rest, decimals, true, text);
    buf_add(out, str_make(text + 1, n - 1));
}

/* 15万元, 1亿元 in sentences, where round figures are written so. */
static bool add_round_money(int64_t fen, struct buf *out)
{
    static const int64_t wan = INT64_C(1000000), yi = INT64_C(10000000000);
    if (fen < 10 * wan || fen % wan) return false;
    bool whole_yi = fen % yi == 0;
    zh_grouped(fen / (whole_yi ? yi : wan), out);
    buf_addz(out, whole_yi ? "亿" : "万");
    return true;
}

static void add_unit(struct policy *p, uint16_t unit, enum lang lang, struct buf *out)
{
    buf_add(out, lang == LANG_EN ? policy_unit_name(p, unit) : policy_unit_label(p, unit));
}

void zh_amount(struct policy *p, const struct ty *ty, int64_t v, enum lang lang, bool spaced, struct buf *out)
{
    char text[32];
    if (ty->kind == T_RATIO) {
        buf_add(out, str_make(text, dec_format(v, 7, true, text)));
        buf_addc(out, '%');
        return;
    }
    bool money = ty->kind == T_QUANTITY && ty->num == UNIT_YUAN;
    if (spaced || !money || !add_round_money(v, out)) add_decimal(v, ty_decimals(p, ty), out);
    if (ty->kind != T_QUANTITY) return;
    if (spaced) buf_addc(out, ' ');
    add_unit(p, ty->num, lang, out);
    if (!ty->den) return;
    buf_addc(out, '/');
    add_unit(p, ty->den, lang, out);
}

/* ---------------------------------------------------------------- dates, codes, constants */

void zh_date(struct buf *out, int64_t span)
{
    date_day lo = (date_day)SPAN_LO(span), hi = (date_day)SPAN_HI(span);
    struct ymd a = date_split(lo);
    if (lo == hi) buf_addf(out, "%d年%d月%d日", (int)a.year, (int)a.month, (int)a.day);
    else if (hi == date_month_end(lo)) buf_addf(out, "%d年%d月", (int)a.year, (int)a.month);
    else buf_addf(out, "%d年", (int)a.year);
}

void zh_codes(const struct decl *codes, uint64_t mask, const char *between, struct buf *out)
{
    bool first = true;
    for (size_t i = 0; i < codes->u.codes.n && i < 64; i++) {
        if (!(mask >> i & 1)) continue;
        if (!first) buf_addz(out, between);
        first = false;
        struct str label = codes->u.codes.v[i].label;
        buf_add(out, label.n ? label : codes->u.codes.v[i].name.text);
    }
}

static void code_label(const struct tx *t, struct buf *out)
{
    const struct codes_decl *c = &t->ty.codes->u.codes;
    if (t->v >= 0 && (uint64_t)t->v < c->n) buf_add(out, c->v[t->v].label.n ? c->v[t->v].label : c->v[t->v].name.text);
}

static void const_date(struct zh *z, const struct tx *t)
{
    bool as_of = t->src && t->src->kind == E_NAME;
    if (as_of) buf_addz(z->out, "筛查日");
    else zh_date(z->out, t->v);
}

void zh_const(struct zh *z, const struct tx *t)
{
    switch (t->ty.kind) {
    case T_BOOL: buf_addz(z->out, t->v ? "是" : "否"); break;
    case T_DATE: const_date(z, t); break;
    case T_CODES: code_label(t, z->out); break;
    case T_SET: zh_codes(t->ty.codes, (uint64_t)t->v, "或", z->out); break;
    case T_TEXT: buf_addf(z->out, "“%.*s”", STR_ARG(t->text)); break;
    case T_DIVISION: buf_add_i64(z->out, t->v); break;
    default: zh_amount(z->p, &t->ty, t->v, LANG_ZH, false, z->out); break;
    }
}
