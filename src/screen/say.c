/* The summary of a screen, for people and as JSON. */
#include <stdlib.h>
#include "base/utf8.h"
#include "screen/screen_int.h"

enum { SAY_REASONS_MAX = 12, SAY_SKIPS_MAX = 40, LABEL_WIDTH = 36 };

enum { NUMBER_MAX = 32 };

/* With commas, in room. */
static struct str number(uint64_t v, char room[NUMBER_MAX])
{
    char digits[24];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)v), to = 0;
    for (size_t i = 0; i < n; i++) {
        room[to++] = digits[i];
        if (i + 1 < n && (n - 1 - i) % 3 == 0) room[to++] = ',';
    }
    return str_make(room, to);
}

static void pad(struct buf *b, size_t width, size_t to)
{
    for (; width < to; width++) buf_addc(b, ' ');
}

static void cell(struct buf *b, uint64_t v, size_t width)
{
    char room[NUMBER_MAX];
    struct str n = v ? number(v, room) : STR("-");
    pad(b, n.n, width);
    buf_add(b, n);
}

static uint64_t open_count(const struct screen_rule *r)
{
    return r->count[FS_NEW] + r->count[FS_STILL] + r->count[FS_UNCONFIRMED];
}

/* ---------------------------------------------------------------- rules */

static void label_of(const struct screen_rule *r, enum lang lang, struct buf *b)
{
    struct str label = r->decl && r->decl->label.n ? r->decl->label : r->name;
    buf_add(b, label);
    if (r->kind == OUT_NOT_RECEIVED) buf_addz(b, lang_pick(lang, ": entitled, not received", "：应享未享"));
    if (r->kind == OUT_NOT_ENTITLED) buf_addz(b, lang_pick(lang, ": received, not entitled", "：不符仍享"));
    if (r->decl && r->decl->kind == D_RULE && r->decl->u.rule.severity == SEV_RED)
        buf_addz(b, lang_pick(lang, " (red)", "（红）"));
    if (r->decl && r->decl->kind == D_RULE && r->decl->u.rule.severity == SEV_ORANGE)
        buf_addz(b, lang_pick(lang, " (orange)", "（橙）"));
    if (r->decl && r->decl->kind == D_RULE && r->decl->u.rule.severity == SEV_YELLOW)
        buf_addz(b, lang_pick(lang, " (yellow)", "（黄）"));
}

static void rule_line(const struct screen_rule *r, struct out *out)
{
    struct buf b, label;
    buf_init(&b, KIB(4));
    buf_init(&label, KIB(2));
    label_of(r, out->lang, &label);
    struct str s = out_text(out, &label);
    while (utf8_width(s) > LABEL_WIDTH) s = utf8_clip(s, s.n - 1);
    buf_addz(&b, "  ");
    buf_add(&b, s);
    pad(&b, utf8_width(s), LABEL_WIDTH);
    for (int k = FS_NEW; k <= FS_WITHDRAWN; k++) cell(&b, r->count[k], 10);
    cell(&b, r->unjudged, 12);
    buf_addc(&b, '\n');
    out_str(out, out_text(out, &b));
    buf_fini(&b);
    buf_fini(&label);
}

static int kind_of(const struct screen_rule *r)
{
    if (!r->decl) return FK__MAX;
    return r->decl->kind == D_MEASURE ? FK_COVERAGE : (int)r->decl->u.rule.kind;
}

static int by_open(const void *a, const void *b)
{
    const struct screen_rule *x = *(const struct screen_rule *const *)a, *y = *(const struct screen_rule *const *)b;
    if (open_count(x) != open_count(y)) return open_count(x) > open_count(y) ? -1 : 1;
    return str_cmp(x->name, y->name);
}

static void say_kind(const struct screening *sc, int kind, const char *en, const char *zh, struct out *out)
{
    const struct screen_rule **v = mem_alloc_array(sc->n_rules + 1, sizeof *v);
    size_t n = 0;
    out->no_memory |= !v;
    for (size_t i = 0; v && i < sc->n_rules; i++) {
        const struct screen_rule *r = &sc->rules[i];
        bool any = open_count(r) || r->count[FS_CLEARED] || r->count[FS_WITHDRAWN] || r->unjudged;
        if (kind_of(r) == kind && any) v[n++] = r;
    }
    if (n) {
        qsort(v, n, sizeof *v, by_open);
        const char *title = lang_pick(out->lang, en, zh);
        struct buf b;
        buf_init(&b, KIB(1));
        buf_addz(&b, title);
        pad(&b, utf8_width(str_from(title)), LABEL_WIDTH + 2);
        for (int k = FS_NEW; k <= FS_WITHDRAWN; k++) {
            const char *t = finding_state_text((enum finding_state)k, out->lang);
            size_t w = utf8_width(str_from(t));
            pad(&b, w, k == FS_UNCONFIRMED && out->lang == LANG_EN ? 12 : 10);
            buf_addz(&b, t);
        }
        const char *last = lang_pick(out->lang, "cannot judge", "无法判断");
        pad(&b, utf8_width(str_from(last)), out->lang == LANG_EN ? 14 : 12);
        buf_addz(&b, last);
        out_say(out, "\n%.*s\n", "\n%.*s\n", STR_ARG(out_text(out, &b)));
        buf_fini(&b);
        for (size_t i = 0; i < n; i++) rule_line(v[i], out);
    }
    mem_free(v);
}

/* ---------------------------------------------------------------- reasons */

struct reason_count {
    reason r;
    uint64_t subjects;
    uint32_t rules;
    uint16_t last_rule;
};

static int by_subjects(const void *a, const void *b)
{
    const struct reason_count *x = a, *y = b;
    if (x->subjects != y->subjects) return x->subjects > y->subjects ? -1 : 1;
    return x->r < y->r ? -1 : x->r > y->r;
}

/* False when out of memory. */
static bool collect_reasons(const struct screening *sc, struct reason_count **out, size_t *count)
{
    size_t n = 0, cap = 0;
    *count = 0;
    for (size_t i = 0; i < sc->n_unjudged; i++) {
        const reason *r;
        size_t k = reasons_get(sc->w.reasons, sc->unjudged[i].why, &r);
        for (size_t j = 0; j < k; j++) {
            size_t at = 0;
            while (at < n && (*out)[at].r != r[j]) at++;
            if (at == n && !screen_push(*out, n, cap, (struct reason_count){.r = r[j], .last_rule = UINT16_MAX}))
                return false;
            (*out)[at].subjects += sc->unjudged[i].subjects;
            if ((*out)[at].last_rule != sc->unjudged[i].rule) (*out)[at].rules++;
            (*out)[at].last_rule = sc->unjudged[i].rule;
        }
    }
    *count = n;
    return true;
}

static void say_reasons(const struct screening *sc, struct policy *p, struct out *out)
{
    struct reason_count *v = NULL;
    size_t n;
    out->no_memory |= !collect_reasons(sc, &v, &n);
    if (n) {
        qsort(v, n, sizeof *v, by_subjects);
        out_say(out, "\nCannot judge, because\n", "\n无法判断的原因\n");
        for (size_t i = 0; i < n && i < SAY_REASONS_MAX; i++) {
            struct buf b;
            char room[NUMBER_MAX];
            buf_init(&b, KIB(4));
            zh_reason(p, v[i].r, out->lang, &b);
            struct str judged = number(v[i].subjects, room);
            out_say(out, "  %.*s: %.*s judgements of %u rules\n", "  %.*s：涉及 %.*s 次判断、%u 条规则\n",
                    STR_ARG(out_text(out, &b)), STR_ARG(judged), v[i].rules);
            buf_fini(&b);
        }
        if (n > SAY_REASONS_MAX)
            out_say(out, "  … and %zu more reasons (--json lists all)\n", "  ……另有 %zu 种原因（--json 可列出全部）\n",
                    n - SAY_REASONS_MAX);
    }
    mem_free(v);
}

/* ---------------------------------------------------------------- rules not run */

static void add_setters(const struct decl *d, enum lang lang, struct buf *b)
{
    if (!d || !d->u.param.set_by.n) {
        buf_addz(b, lang_pick(lang, "nobody named", "未指明"));
        return;
    }
    for (size_t i = 0; i < d->u.param.set_by.n; i++) {
        struct str w = d->u.param.set_by.v[i].text;
        static const char *const en[] = {"county", "province", "city", "township", "village"}, *const zh[] = {
                                                                                                   "县级", "省级",
                                                                                                   "市级", "乡镇",
                                                                                                   "村"};
        if (i) buf_addz(b, lang_pick(lang, ", ", "、"));
        size_t k = 0;
        while (k < 5 && !str_eq(w, str_from(en[k]))) k++;
        if (k < 5 && lang == LANG_ZH) buf_addz(b, zh[k]);
        else buf_add(b, w);
    }
}

static bool skip_said(const struct screening *sc, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (str_eq(sc->skipped[j].param, sc->skipped[i].param) && sc->skipped[j].rule == sc->skipped[i].rule)
            return true;
    return false;
}

static void skip_places(const struct screening *sc, size_t i, const struct divisions *divs, struct buf *b,
                        uint64_t *households)
{
    size_t shown = 0;
    for (size_t j = i; j < sc->n_skipped; j++) {
        if (sc->skipped[j].rule != sc->skipped[i].rule || !str_eq(sc->skipped[j].param, sc->skipped[i].param)) continue;
        *households += sc->skipped[j].households;
        int64_t division = sc->w.places[sc->skipped[j].place].division;
        if (shown++ >= 4) continue;
        if (shown > 1) buf_addz(b, ", ");
        struct str name = divs && division ? divisions_name(divs, division, 0) : (struct str){0};
        if (name.n) buf_add(b, name);
        else buf_addf(b, "%012lld", (long long)division);
    }
    if (shown > 4) buf_addf(b, " (+%zu)", shown - 4);
}

static void say_skips(const struct screening *sc, struct policy *p, const struct divisions *divs, struct out *out)
{
    size_t shown = 0;
    for (size_t i = 0; i < sc->n_skipped && shown < SAY_SKIPS_MAX; i++) {
        if (skip_said(sc, i)) continue;
        if (!shown++) out_say(out, "\nNot run: a parameter is empty\n", "\n未运行：参数尚未设定\n");
        struct buf places, who;
        uint64_t households = 0;
        buf_init(&places, KIB(4));
        buf_init(&who, KIB(1));
        skip_places(sc, i, divs, &places, &households);
        const struct decl *d = policy_find(p, D_PARAM, sc->skipped[i].param, &sc->w.places[sc->skipped[i].place],
                                           sc->w.as_of);
        add_setters(d, out->lang, &who);
        out_say(out, "  %.*s: parameter %.*s (%.*s) in %.*s, %llu households; set by: %.*s\n",
                "  %.*s：参数 %.*s（%.*s），%.*s，%llu 户；由 %.*s 设定\n",
                STR_ARG(sc->rules[sc->skipped[i].rule].name), STR_ARG(sc->skipped[i].param),
                STR_ARG(d ? d->label : STR("")), STR_ARG(out_text(out, &places)), (unsigned long long)households,
                STR_ARG(out_text(out, &who)));
        buf_fini(&places);
        buf_fini(&who);
    }
}

/* ---------------------------------------------------------------- households in two provinces */

static size_t apart_shown(const struct screening *sc)
{
    return sc->w.n_apart < WORLD_APART_MAX ? sc->w.n_apart : WORLD_APART_MAX;
}

static void say_apart(const struct screening *sc, struct out *out)
{
    struct buf b;
    if (!sc->w.n_apart) return;
    buf_init(&b, KIB(16));
    for (size_t i = 0; i < apart_shown(sc); i++) {
        if (i) buf_addz(&b, lang_pick(out->lang, ", ", "、"));
        buf_add(&b, sc->apart[i]);
    }
    if (sc->w.n_apart > apart_shown(sc)) buf_addz(&b, lang_pick(out->lang, ", …", "……"));
    out_say(out,
            "\nQuality: %u households have members registered in different provinces (%.*s). Only national rules judge "
            "them. Mostly one division code is mistyped: correct it in the roster and import that again.\n",
            "\n数据质量：%u "
            "户的成员登记在不同的省（%.*s），只按国家规则判断。多半是某个区划代码写错：请在花名册中改正后重新导入。\n",
            sc->w.n_apart, STR_ARG(out_text(out, &b)));
    buf_fini(&b);
}

static void json_apart(const struct screening *sc, struct buf *b)
{
    buf_addf(b, ",\"in_different_provinces\":{\"households\":%u,\"first\":[", sc->w.n_apart);
    for (size_t i = 0; i < apart_shown(sc); i++) {
        if (i) buf_addc(b, ',');
        buf_add_json(b, sc->apart[i]);
    }
    buf_addz(b, "]}");
}

/* ---------------------------------------------------------------- whole */

static void say_head(const struct screening *sc, struct out *out)
{
    char as_of[DATE_TEXT_MAX], known[DATE_TEXT_MAX], before[DATE_TEXT_MAX];
    char room[3][NUMBER_MAX];
    struct str households = number(sc->w.n_households, room[0]), people = number(sc->w.n_people, room[1]);
    struct str flagged = number(sc->households_flagged, room[2]);
    date_format(sc->w.as_of, as_of);
    date_format(sc->w.known_at, known);
    out_say(out, "Screen as of %s (known at %s): %.*s households, %.*s people\n",
            "筛查日期 %s（数据截至 %s 已知）：%.*s 户，%.*s 人\n", as_of, known, STR_ARG(households), STR_ARG(people));
    if (sc->replay)
        out_say(out, "A replay: an earlier date than the last kept screen. Nothing is stored.\n",
                "重放：早于最近一次保存的筛查，只显示不保存。\n");
    if (sc->before.id) {
        date_format(sc->before.as_of, before);
        out_say(out, "Compared with the screen of %s\n", "与 %s 的筛查比较\n", before);
    }
    if (sc->on_hold)
        out_say(out, "Households with open findings: %.*s\n", "有未了结疑点的农户：%.*s 户\n", STR_ARG(flagged));
    else if (!sc->replay)
        out_say(out, "Households with open findings: %.*s; tasks: %llu opened, %llu closed, %llu open\n",
                "有未了结疑点的农户：%.*s 户；任务：新开 %llu，关闭 %llu，在办 %llu\n", STR_ARG(flagged),
                (unsigned long long)sc->tasks_opened, (unsigned long long)sc->tasks_closed,
                (unsigned long long)sc->tasks_open);
}

void screen_say(const struct screening *sc, struct policy *p, const struct divisions *divs, struct out *out)
{
    say_head(sc, out);
    if (!sc->w.n_households) {
        out_say(out, "No household is known at this date. Import a roster, or take a later --known-at.\n",
                "该日期尚无已知的农户。请先导入花名册，或取更晚的 --known-at。\n");
        return;
    }
    say_kind(sc, FK_RISK, "Risks", "风险线索", out);
    say_kind(sc, FK_COVERAGE, "Coverage", "应享未享与不符仍享", out);
    say_kind(sc, FK_QUALITY, "Data quality", "数据疑点", out);
    say_kind(sc, FK__MAX, "Rules no longer in force", "已不再适用的规则", out);
    say_reasons(sc, p, out);
    say_skips(sc, p, divs, out);
    say_apart(sc, out);
    if (!sc->replay) hold_say(sc, divs, out);
}

static void json_rule(const struct screen_rule *r, struct buf *b)
{
    buf_addz(b, "{\"rule\":");
    buf_add_json(b, r->name);
    buf_addz(b, ",\"label\":");
    buf_add_json(b, r->decl ? r->decl->label : r->name);
    for (int k = FS_NEW; k < FS__MAX; k++)
        buf_addf(b, ",\"%s\":%llu", finding_state_word((enum finding_state)k), (unsigned long long)r->count[k]);
    buf_addf(b, ",\"cannot_judge\":%llu}", (unsigned long long)r->unjudged);
}

static void json_reasons(const struct screening *sc, struct policy *p, struct buf *b)
{
    struct reason_count *v = NULL;
    size_t n;
    b->failed |= !collect_reasons(sc, &v, &n);
    if (n) qsort(v, n, sizeof *v, by_subjects);
    buf_addz(b, "],\"cannot_judge\":[");
    for (size_t i = 0; i < n; i++) {
        struct buf t;
        buf_init(&t, KIB(4));
        zh_reason(p, v[i].r, LANG_ZH, &t);
        buf_addz(b, i ? ",{\"reason\":" : "{\"reason\":");
        buf_add_json(b, buf_str(&t));
        buf_addf(b, ",\"judgements\":%llu,\"rules\":%u}", (unsigned long long)v[i].subjects, v[i].rules);
        b->failed |= t.no_memory;
        buf_fini(&t);
    }
    mem_free(v);
}

void screen_json(const struct screening *sc, struct policy *p, struct buf *b)
{
    char as_of[DATE_TEXT_MAX], known[DATE_TEXT_MAX];
    date_format(sc->w.as_of, as_of);
    date_format(sc->w.known_at, known);
    buf_addf(b,
             "{\"as_of\":\"%s\",\"known_at\":\"%s\",\"replay\":%s,\"households\":%u,\"people\":%u,\"households_"
             "flagged\":%llu",
             as_of, known, sc->replay ? "true" : "false", sc->w.n_households, sc->w.n_people,
             (unsigned long long)sc->households_flagged);
    buf_addf(b, ",\"tasks_opened\":%llu,\"tasks_closed\":%llu,\"tasks_open\":%llu",
             (unsigned long long)sc->tasks_opened, (unsigned long long)sc->tasks_closed,
             (unsigned long long)sc->tasks_open);
    json_apart(sc, b);
    hold_json(sc, b);
    buf_addz(b, ",\"rules\":[");
    for (size_t i = 0; i < sc->n_rules; i++) {
        if (i) buf_addc(b, ',');
        json_rule(&sc->rules[i], b);
    }
    json_reasons(sc, p, b);
    buf_addz(b, "],\"not_run\":[");
    for (size_t i = 0; i < sc->n_skipped; i++) {
        buf_addz(b, i ? ",{\"rule\":" : "{\"rule\":");
        buf_add_json(b, sc->rules[sc->skipped[i].rule].name);
        buf_addz(b, ",\"parameter\":");
        buf_add_json(b, sc->skipped[i].param);
        buf_addf(b, ",\"division\":\"%012lld\",\"households\":%u}",
                 (long long)sc->w.places[sc->skipped[i].place].division, sc->skipped[i].households);
    }
    buf_addz(b, "]}");
}
