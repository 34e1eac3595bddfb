/* What is held for confirmation, for people and as JSON. */
#include "screen/screen_int.h"

enum { HOLD_CAUSES_SHOWN = 8, PERCENT_DECIMALS = 7 }; /* a ratio has nine decimals */

static const char *const CAUSE_WORD[HOLD_CAUSE__MAX] = {"parameter_set", "parameter_due", "book_changed", "book_new",
                                                        "book_gone",     "delivered",     "replaced",     "withdrawn"};

/* ---------------------------------------------------------------- text */

static void say_limits(const struct hold *h, struct out *out)
{
    char percent[32];
    const struct hold_limit *share = &h->limit[HOLD_SHARE], *growth = &h->limit[HOLD_GROWTH];
    dec_format(share->value, PERCENT_DECIMALS, true, percent);
    if (h->over[HOLD_SHARE])
        out_say(out, "      more than %s %% of them (%s; %.*s)\n", "      超过其中的 %s%%（%s；%.*s）\n", percent,
                hold_limit_name[HOLD_SHARE], STR_ARG(share->source));
    if (h->over[HOLD_GROWTH])
        out_say(out, "      more than %lld times as many as before (%s; %.*s)\n",
                "      超过上次的 %lld 倍（%s；%.*s）\n", (long long)growth->value, hold_limit_name[HOLD_GROWTH],
                STR_ARG(growth->source));
}

static void say_delivery(const struct hold_cause *c, struct out *out)
{
    char days[2 * DATE_TEXT_MAX + 4] = "", from[DATE_TEXT_MAX], to[DATE_TEXT_MAX];
    if (c->from) snprintf(days, sizeof days, " %s..%s", date_format(c->from, from), date_format(c->to, to));
    out_say(out, "      check: delivery %lld, %.*s%s, ", "      请核对：交付 %lld，%.*s%s，", (long long)c->id,
            STR_ARG(c->name), days);
    if (c->kind == HOLD_DELIVERED) out_say(out, "has come in since\n", "此后收到\n");
    if (c->kind == HOLD_WITHDRAWN) out_say(out, "has been withdrawn since\n", "此后撤回\n");
    if (c->kind == HOLD_REPLACED)
        out_say(out, "has replaced delivery %lld since\n", "此后替换了交付 %lld\n", (long long)c->other);
}

static void say_cause(const struct hold_cause *c, struct out *out)
{
    switch (c->kind) {
    case HOLD_PARAM_SET:
        out_say(out, "      check: parameter %.*s, set to %.*s since by %.*s (%.*s)\n",
                "      请核对：参数 %.*s，此后设为 %.*s，由 %.*s 设定（%.*s）\n", STR_ARG(c->name), STR_ARG(c->value),
                STR_ARG(c->who), STR_ARG(c->document));
        break;
    case HOLD_PARAM_DUE:
        out_say(out, "      check: parameter %.*s, which has another value since\n",
                "      请核对：参数 %.*s，此后适用另一数值\n", STR_ARG(c->name));
        break;
    case HOLD_BOOK_CHANGED:
        out_say(out, "      check: policy book %.*s, which has changed since\n",
                "      请核对：政策册 %.*s，此后有改动\n", STR_ARG(c->name));
        break;
    case HOLD_BOOK_NEW:
        out_say(out, "      check: policy book %.*s, loaded since\n", "      请核对：政策册 %.*s，此后装载\n",
                STR_ARG(c->name));
        break;
    case HOLD_BOOK_GONE:
        out_say(out, "      check: policy book %.*s, no longer in force\n", "      请核对：政策册 %.*s，此后不再使用\n",
                STR_ARG(c->name));
        break;
    default: say_delivery(c, out);
    }
}

static void say_causes(const struct screening *sc, const struct hold *h, struct out *out)
{
    if (!sc->before.id) return;
    if (!h->n_causes)
        out_say(out, "      No book, parameter or file that it reads has changed since.\n",
                "      它用到的政策册、参数和数据文件此后都没有变化。\n");
    for (size_t i = 0; i < h->n_causes && i < HOLD_CAUSES_SHOWN; i++) say_cause(&sc->causes[h->first_cause + i], out);
    if (h->n_causes > HOLD_CAUSES_SHOWN)
        out_say(out, "      … and %zu more (--json lists all)\n", "      ……另有 %zu 项（--json 可列出全部）\n",
                h->n_causes - HOLD_CAUSES_SHOWN);
}

static void say_held(const struct screening *sc, const struct hold *h, const struct divisions *divs, struct out *out)
{
    const struct screen_rule *r = &sc->rules[h->rule];
    char day[DATE_TEXT_MAX], code[DIVISION_TEXT_MAX];
    struct str label = r->decl ? r->decl->label : r->name;
    struct str county = divs && h->county ? divisions_name(divs, h->county, 0) : STR("");
    out_say(out, "  %.*s (%.*s), %s %.*s: %llu of %llu households%s\n",
            "  %.*s（%.*s），%s %.*s：%llu 户，共 %llu 户%s\n", STR_ARG(r->name), STR_ARG(label),
            h->county ? division_format_short(h->county, code) : "-", STR_ARG(county), (unsigned long long)h->flagged,
            (unsigned long long)h->households, h->confirmed ? lang_pick(out->lang, " (confirmed)", "（已确认）") : "");
    if (sc->before.id)
        out_say(out, "      after the screen of %s: %llu\n", "      %s 筛查后：%llu 户\n",
                date_format(sc->before.as_of, day), (unsigned long long)h->before);
    say_limits(h, out);
    say_causes(sc, h, out);
}

/* Who could set the limits that are empty. */
static void say_unset(const struct screening *sc, struct out *out)
{
    const struct decl *d = NULL;
    for (int k = 0; k < HOLD_LIMIT__MAX; k++) {
        if (!sc->hold_unset[k]) continue;
        if (!d)
            out_say(out, "\nNot checked whether a rule flags too many, empty: ", "\n未核对疑点是否过多，参数未设定：");
        out_say(out, d ? ", %s" : "%s", d ? "、%s" : "%s", hold_limit_name[k]);
        d = sc->hold_unset[k];
    }
    for (size_t i = 0; d && i < d->u.param.set_by.n; i++)
        out_say(out, i ? ", %.*s" : "; set by: %.*s", i ? "、%.*s" : "；设定者：%.*s",
                STR_ARG(d->u.param.set_by.v[i].text));
    if (d) out_say(out, "\n", "\n");
}

void hold_say(const struct screening *sc, const struct divisions *divs, struct out *out)
{
    if (!sc->n_held) {
        say_unset(sc, out);
        return;
    }
    if (sc->on_hold)
        out_say(out,
                "\nHELD FOR CONFIRMATION: more findings than were set as plausible. Nothing is kept, no task is opened "
                "or closed.\n",
                "\n待确认：疑点超出设定的合理范围。本次筛查没有保存，没有新开或关闭任务。\n");
    else
        out_say(out, "\nMore findings than were set as plausible; confirmed:\n",
                "\n疑点超出设定的合理范围，已确认：\n");
    for (size_t i = 0; i < sc->n_held; i++) say_held(sc, &sc->held[i], divs, out);
    if (sc->on_hold)
        out_say(
            out,
            "Mend what is wrong, or confirm what is right: the same command with --confirm RULE... (or --confirm "
            "all) --by WHO --reason TEXT\n",
            "请改正错误；若确实如此，请在原命令后加 --confirm 规则...（或 --confirm all）--by 经办人 --reason 理由\n");
}

/* ---------------------------------------------------------------- JSON */

static void json_cause(const struct hold_cause *c, struct buf *b)
{
    char day[DATE_TEXT_MAX];
    buf_addf(b, "{\"kind\":\"%s\",\"name\":", CAUSE_WORD[c->kind]);
    buf_add_json(b, c->name);
    if (c->id) buf_addf(b, ",\"delivery\":%lld", (long long)c->id);
    if (c->other) buf_addf(b, ",\"replaces\":%lld", (long long)c->other);
    if (c->from) buf_addf(b, ",\"from\":\"%s\"", date_format(c->from, day));
    if (c->to) buf_addf(b, ",\"to\":\"%s\"", date_format(c->to, day));
    if (c->kind == HOLD_PARAM_SET) {
        buf_addz(b, ",\"value\":"), buf_add_json(b, c->value);
        buf_addz(b, ",\"by\":"), buf_add_json(b, c->who);
        buf_addz(b, ",\"document\":"), buf_add_json(b, c->document);
    }
    buf_addc(b, '}');
}

static void json_limit(const struct hold *h, enum hold_limit_kind k, struct buf *b)
{
    char value[32];
    const struct hold_limit *l = &h->limit[k];
    if (!l->set) return;
    dec_format(l->value, k == HOLD_SHARE ? 9 : 0, true, value);
    buf_addf(b, ",\"%s\":\"%s\",\"%s_set_by\":", hold_limit_name[k], value, hold_limit_name[k]);
    buf_add_json(b, l->source);
}

static void json_held(const struct screening *sc, const struct hold *h, struct buf *b)
{
    buf_addz(b, "{\"rule\":");
    buf_add_json(b, sc->rules[h->rule].name);
    buf_addf(b, ",\"division\":\"%012lld\",\"flagged\":%llu,\"households\":%llu", (long long)h->county,
             (unsigned long long)h->flagged, (unsigned long long)h->households);
    if (sc->before.id) buf_addf(b, ",\"before\":%llu", (unsigned long long)h->before);
    buf_addf(b, ",\"over_share\":%s,\"over_growth\":%s", h->over[HOLD_SHARE] ? "true" : "false",
             h->over[HOLD_GROWTH] ? "true" : "false");
    for (int k = 0; k < HOLD_LIMIT__MAX; k++) json_limit(h, (enum hold_limit_kind)k, b);
    buf_addf(b, ",\"confirmed\":%s,\"check\":[", h->confirmed ? "true" : "false");
    for (size_t i = 0; i < h->n_causes; i++) {
        if (i) buf_addc(b, ',');
        json_cause(&sc->causes[h->first_cause + i], b);
    }
    buf_addz(b, "]}");
}

void hold_json(const struct screening *sc, struct buf *b)
{
    buf_addf(b, ",\"held\":%s", sc->on_hold ? "true" : "false");
    buf_addz(b, ",\"implausible\":[");
    for (size_t i = 0; i < sc->n_held; i++) {
        if (i) buf_addc(b, ',');
        json_held(sc, &sc->held[i], b);
    }
    buf_addc(b, ']');
    for (int k = 0; k < HOLD_LIMIT__MAX; k++)
        if (sc->hold_unset[k]) buf_addf(b, ",\"%s\":null", hold_limit_name[k]);
    if (!sc->n_held || sc->on_hold) return;
    buf_addz(b, ",\"confirmed_by\":"), buf_add_json(b, sc->confirmed_by);
    buf_addz(b, ",\"confirmed_why\":"), buf_add_json(b, sc->confirmed_why);
}
