/* Values and reasons for people, in both languages. */
#include "base/out.h"
#include "rules/zh_int.h"

/* ---------------------------------------------------------------- values */

static void add_day(int64_t day, struct buf *out)
{
    char text[DATE_TEXT_MAX];
    buf_addz(out, date_format((date_day)day, text));
}

static void add_date(int64_t v, enum lang lang, struct buf *out)
{
    int64_t lo = SPAN_LO(v), hi = SPAN_HI(v);
    add_day(lo, out);
    if (lo == hi) return;
    buf_addz(out, lang_pick(lang, " to ", "至"));
    add_day(hi, out);
}

static void add_years(int64_t v, enum lang lang, struct buf *out)
{
    int64_t lo = SPAN_LO(v), hi = SPAN_HI(v);
    buf_add_i64(out, lo);
    if (lo == hi) return;
    buf_addz(out, lang_pick(lang, " to ", "至"));
    buf_add_i64(out, hi);
}

static void add_set(const struct ty *ty, const struct value *v, enum lang lang, struct buf *out)
{
    const char *comma = lang_pick(lang, ", ", "、");
    zh_codes(ty->codes, (uint64_t)v->v, comma, out);
    if (!v->v && !v->w) buf_addz(out, lang_pick(lang, "none", "空"));
    if (!v->w) return;
    buf_addz(out, v->v ? lang_pick(lang, "; perhaps ", "；可能还有") : lang_pick(lang, "perhaps ", "可能有"));
    zh_codes(ty->codes, (uint64_t)v->w, comma, out);
}

static void add_frac(struct policy *p, const struct ty *ty, const struct value *v, enum lang lang, struct buf *out)
{
    int64_t scale = 1, rounded;
    unsigned decimals = ty->kind == T_RATIO ? 4 : ty_decimals(p, ty);
    for (unsigned i = 0; i < decimals; i++) scale *= 10;
    if (!frac_round(v->n, v->d, scale, &rounded)) {
        buf_addz(out, lang_pick(lang, "too large", "过大"));
        return;
    }
    if (ty->kind == T_RATIO) rounded *= 100000;
    zh_amount(p, ty, rounded, lang, true, out);
}

static void add_code(const struct ty *ty, int64_t v, struct buf *out)
{
    const struct codes_decl *c = &ty->codes->u.codes;
    if (v >= 0 && (uint64_t)v < c->n) buf_add(out, c->v[v].label.n ? c->v[v].label : c->v[v].name.text);
    else buf_addz(out, "?");
}

/* Texts are held as hashes and references as row numbers: neither is for people. */
static void add_known(struct policy *p, const struct ty *ty, uint8_t rep, const struct value *v, enum lang lang,
                      struct buf *out)
{
    if (rep == REP_FRAC) {
        add_frac(p, ty, v, lang, out);
        return;
    }
    switch (ty->kind) {
    case T_BOOL: buf_addz(out, v->v ? lang_pick(lang, "yes", "是") : lang_pick(lang, "no", "否")); break;
    case T_DATE: add_date(v->v, lang, out); break;
    case T_CODES: add_code(ty, v->v, out); break;
    case T_SET: add_set(ty, v, lang, out); break;
    case T_DIVISION: buf_add_i64(out, v->v); break;
    case T_TEXT: buf_addz(out, lang_pick(lang, "(text)", "（文字）")); break;
    case T_REF:
        buf_addz(out, ty->table == TABLE_PERSON ? lang_pick(lang, "(a person)", "（某人）")
                                                : lang_pick(lang, "(a household)", "（某户）"));
        break;
    default:
        if (rep == REP_SPAN) add_years(v->v, lang, out);
        else zh_amount(p, ty, v->v, lang, true, out);
        break;
    }
}

void zh_value_rep(struct policy *p, const struct ty *ty, uint8_t rep, const struct value *v, enum lang lang,
                  struct buf *out)
{
    switch (v->st) {
    case ST_UNKNOWN: buf_addz(out, lang_pick(lang, "cannot be judged", "无法判断")); break;
    case ST_ABSENT: buf_addz(out, lang_pick(lang, "none", "没有")); break;
    case ST_AT_LEAST: buf_addz(out, lang_pick(lang, "at least ", "至少 ")); /* fall through */
    default: add_known(p, ty, rep, v, lang, out); break;
    }
}

/* Without the program at hand: a quotient is the only value that fills n and d. */
void zh_value(struct policy *p, const struct ty *ty, const struct value *v, enum lang lang, struct buf *out)
{
    bool frac = v->d > 0 && (v->d != 1 || v->n != 0);
    zh_value_rep(p, ty, frac ? REP_FRAC : ty_rep(ty), v, lang, out);
}

/* ---------------------------------------------------------------- reasons */

static void add_departments(const struct decl *d, enum lang lang, struct buf *out)
{
    const struct name_list *by = &d->u.dataset.by;
    for (size_t i = 0; i < by->n; i++) {
        if (i) buf_addz(out, lang_pick(lang, ", ", "、"));
        buf_add(out, by->v[i].text);
    }
}

static void add_reason_period(uint64_t detail, struct buf *out)
{
    struct ymd y = date_split((date_day)(detail >> 2));
    switch ((enum period_unit)(detail & 3)) {
    case PER_YEAR: buf_addf(out, "%04d", (int)y.year); break;
    case PER_QUARTER: buf_addf(out, "%04d-Q%d", (int)y.year, (int)(y.month + 2) / 3); break;
    default: buf_addf(out, "%04d-%02d", (int)y.year, (int)y.month); break;
    }
}

/* 教育局 在校生名册; with a period 教育局 2026-09 在校生名册. */
static void add_source(struct policy *p, reason r, bool dated, enum lang lang, struct buf *out)
{
    const struct decl *d = zh_dataset(p, reason_dataset(r));
    if (!d) return;
    add_departments(d, lang, out);
    if (d->u.dataset.by.n) buf_addc(out, ' ');
    if (dated && reason_detail(r) >> 2) {
        add_reason_period(reason_detail(r), out);
        buf_addc(out, ' ');
    }
    buf_add(out, zh_label(d));
    if (lang == LANG_EN) buf_addc(out, ' ');
}

static struct str field_of(const struct decl *d, uint64_t detail, enum lang lang)
{
    static const char *const zh[BF__MAX] = {[BF_ID_VALID] = "证件号码是否有效",
                                            [BF_DIVISION] = "行政区划",
                                            [BF_HOUSEHOLD] = "所在户",
                                            [BF_HEAD] = "户主",
                                            [BF_ID] = "证件号码",
                                            [BF_NAME] = "姓名",
                                            [BF_CODE] = "户编号"};
    static const char *const en[BF__MAX] = {[BF_ID_VALID] = "validity of the ID",
                                            [BF_DIVISION] = "division",
                                            [BF_HOUSEHOLD] = "household",
                                            [BF_HEAD] = "head",
                                            [BF_ID] = "ID number",
                                            [BF_NAME] = "name",
                                            [BF_CODE] = "household code"};
    uint64_t builtin = UINT64_C(0xffff) - detail;
    if (detail <= 0xffff && builtin < BF__MAX && zh[builtin])
        return str_from(lang_pick(lang, en[builtin], zh[builtin]));
    if (d && detail < d->u.dataset.n_fields) {
        const struct field_decl *f = &d->u.dataset.fields[detail];
        return f->label.n ? f->label : f->name.text;
    }
    return (struct str){0};
}

/* 教育局 在校生名册「就读状态」单元格未填 */
static void add_cell(struct policy *p, reason r, const char *en, const char *zh, enum lang lang, struct buf *out)
{
    const struct decl *d = zh_dataset(p, reason_dataset(r));
    struct str f = d ? field_of(d, reason_detail(r), lang) : (struct str){0};
    add_source(p, r, false, lang, out);
    if (f.n) {
        buf_addz(out, lang_pick(lang, "\"", "「"));
        buf_add(out, f);
        buf_addz(out, lang_pick(lang, "\" ", "」"));
    }
    buf_addz(out, lang_pick(lang, en, zh));
}

struct reason_words {
    enum { ABOUT_NOTHING, ABOUT_SET, ABOUT_PERIOD, ABOUT_CELL } about;
    const char *en, *zh;
};

static const struct reason_words words[REASON__MAX] = {
    [REASON_UNDELIVERED] = {ABOUT_PERIOD, "not delivered", "未到"},
    [REASON_STALE] = {ABOUT_PERIOD, "missing, and the one before is out of date", "未到，上一期已过时效"},
    [REASON_PARTIAL] = {ABOUT_SET, "covers only part of the people", "数据集为部分覆盖"},
    [REASON_BLANK] = {ABOUT_CELL, "cell blank or only partly written", "单元格未填或不完整"},
    [REASON_CONFLICT] = {ABOUT_CELL, "rows of one key contradict each other", "同键数据矛盾"},
    [REASON_IDENTITY] = {ABOUT_SET, "identity not settled", "身份待核"},
    [REASON_UNAUTHORISED] = {ABOUT_SET, "not authorised", "未授权"},
    [REASON_UNREGISTERED] = {ABOUT_PERIOD, "registered division unknown then, or its files are not taken here",
                             "户籍当时不明或当地数据不在此收取"},
    [REASON_OUTSIDE] = {ABOUT_SET, "the person or household referred to is not in the data held here",
                        "引用对象不在本数据范围"},
    [REASON_HEADS] = {ABOUT_NOTHING, "more than one head of household", "户主不唯一"},
    [REASON_DIV_ZERO] = {ABOUT_NOTHING, "division by zero", "除数为零"},
    [REASON_RATIO] = {ABOUT_NOTHING, "number out of range", "比率超限"},
    [REASON_TOO_MANY] = {ABOUT_SET, "too many rows", "行数过多"},
    [REASON_GIVEN] = {ABOUT_CELL, "value not given", "未给出"},
    [REASON_TAKEN_BACK] = {ABOUT_SET, "a refused row below 0 may take back the others", "有被拒收的负数行，可能是冲销"},
};

void zh_reason(struct policy *p, reason r, enum lang lang, struct buf *out)
{
    enum reason_kind k = reason_kind_of(r);
    if (k <= 0 || k >= REASON__MAX) {
        buf_addz(out, lang_pick(lang, "reason not known", "原因不明"));
        return;
    }
    const struct reason_words *w = &words[k];
    if (w->about == ABOUT_CELL) {
        add_cell(p, r, w->en, w->zh, lang, out);
        return;
    }
    size_t from = out->n;
    if (w->about != ABOUT_NOTHING) add_source(p, r, w->about == ABOUT_PERIOD, lang, out);
    bool joined = k == REASON_UNDELIVERED || k == REASON_STALE;
    if (lang == LANG_ZH && out->n > from && !joined) buf_addz(out, "：");
    buf_addz(out, lang_pick(lang, w->en, w->zh));
}
