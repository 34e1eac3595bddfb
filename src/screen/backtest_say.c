/* The backtest for people. */
#include <stdlib.h>
#include "base/utf8.h"
#include "screen/backtest_int.h"

enum { SAY_PLACES_MAX = 20, SAY_REASONS_MAX = 6, SAY_SKIPS_MAX = 20 };

/* ---------------------------------------------------------------- head */

static void say_data(const struct backtest *b, struct out *out)
{
    if (b->as_if)
        out_say(out,
                "Data: every file in force today counts as if it had come when it was due; %zu of %zu came more than a "
                "month later (--known-at received: as they really came).\n",
                "数据：今天有效的每个文件，都视同在到期日收到；其中 %zu 个（共 %zu 个）实际晚到一个月以上（--known-at "
                "received：按实际收到的日期）。\n",
                b->n_late, b->n_files);
    else
        out_say(
            out,
            "Data: what had really been received by then (--known-at as-if: every file as if it had come when it was "
            "due).\n",
            "数据：按当时实际已收到的（--known-at as-if：视同每个文件都在到期日收到）。\n");
    if (b->first_roster)
        out_say(
            out,
            "The first roster came later than the first month; it stands for the months before it, so who lived where "
            "is that of later.\n",
            "第一份花名册晚于首月；此前各月用它代替，因此人员与住址是后来的情况。\n");
}

static void say_head(const struct backtest *b, const struct backtest_options *o, struct out *out)
{
    char from[DATE_TEXT_MAX], to[DATE_TEXT_MAX], until[DATE_TEXT_MAX];
    date_format(date_of_month_index(o->first_month), from);
    date_format(date_of_month_index(o->last_month), to);
    date_format(b->followed, until);
    out_say(out, "Backtest of %zu month ends, %.7s to %.7s\n", "回测 %zu 个月末，%.7s 至 %.7s\n", b->n_months, from,
            to);
    for (size_t i = 0; i < b->n_rules; i++)
        out_say(out, "  %.*s (%.*s)\n", "  %.*s（%.*s）\n", STR_ARG(b->rules[i].name), STR_ARG(b->rules[i].label));
    out_say(out,
            "Each month end is judged with what was known %d days later, when its monthly files are due; alerts count "
            "from that day.\n",
            "每个月末按其后第 %d 天（当月数据到期日）已知的数据判断；预警从那天算起。\n", (int)b->wait_days);
    say_data(b, out);
    out_say(out, "Decisions: %.*s.%.*s (%.*s), delivered until %s; an alert is confirmed by one within %d months.\n",
            "决定：%.*s.%.*s（%.*s），已交付至 %s；预警后 %d 个月内有决定即为证实。\n", STR_ARG(b->dataset),
            STR_ARG(b->field), STR_ARG(b->label), until, (int)b->lead);
    if (b->cold)
        out_say(
            out,
            "The month before the first could not be judged: the alerts of the first include what was open already.\n",
            "首月之前的一个月无法判断：首月的预警包括此前已有的。\n");
    if (b->unclear)
        out_say(out, "  %llu households: whether or when was decided is not clear (no exact day, or no usable ID).\n",
                "  %llu 户是否有决定、何时决定不清楚（没有准确日期，或没有可用的证件号码）。\n",
                (unsigned long long)b->unclear);
}

/* ---------------------------------------------------------------- months */

static void number(uint64_t v, int width, struct out *out)
{
    if (v) out_say(out, " %*llu", " %*llu", width, (unsigned long long)v);
    else out_say(out, " %*s", " %*s", width, "-");
}

static void pad_to(struct str s, size_t width, struct out *out)
{
    out_str(out, s);
    for (size_t w = utf8_width(s); w < width; w++) out_str(out, STR(" "));
}

static void heads(const char *const *en, const char *const *zh, size_t n, struct out *out)
{
    for (size_t i = 0; i < n; i++) {
        struct str s = str_from(out->lang == LANG_EN ? en[i] : zh[i]);
        for (size_t w = utf8_width(s); w < 11; w++) out_str(out, STR(" "));
        out_str(out, s);
    }
    out_str(out, STR("\n"));
}

static void month_row(const struct backtest_month *m, struct out *out)
{
    number(m->alerts, 10, out);
    for (int f = 0; f < ALERT_FATE__MAX; f++) number(m->fate[f], 10, out);
    number(m->unjudged, 10, out);
    number(m->not_run, 10, out);
    out_str(out, STR("\n"));
}

static void say_months(const struct backtest_version *v, size_t n, struct out *out)
{
    static const char *const en[] = {"alerts",    "confirmed", "not",     "before",
                                     "too early", "unclear",   "unknown", "not run"},
                             *const zh[] = {"预警",   "证实",   "未证实",   "此前已定",
                                            "未到期", "不清楚", "无法判断", "未运行"};
    struct backtest_month total = {0};
    out_say(out, "\nMonth    ", "\n月份     ");
    heads(en, zh, sizeof en / sizeof *en, out);
    for (size_t i = 0; i < n; i++) {
        char day[DATE_TEXT_MAX];
        date_format(v->months[i].as_of, day);
        out_say(out, "%.7s  ", "%.7s  ", day);
        month_row(&v->months[i], out);
        total.alerts += v->months[i].alerts;
        total.unjudged += v->months[i].unjudged;
        total.not_run += v->months[i].not_run;
        for (int f = 0; f < ALERT_FATE__MAX; f++) total.fate[f] += v->months[i].fate[f];
    }
    pad_to(STR(""), 0, out);
    out_say(out, "total    ", "合计     ");
    month_row(&total, out);
    out_say(out,
            "  alerts: new that month, still open ones not again (nor what was open the month before the first); "
            "before: decided already; too early: the decisions do "
            "not reach so far yet; unknown: subjects that could not be judged; not run: households\n",
            "  "
            "预警：当月新增，未了结的（包括首月之前已有的）不重复计；此前已定：已有决定；未到期：决定数据还没有覆盖到；"
            "无法判断：对象数；未运"
            "行：户数\n");
}

/* ---------------------------------------------------------------- sums */

static void say_share(uint64_t n, uint64_t d, struct out *out)
{
    char share[32];
    backtest_share(n, d, share);
    out_say(out, "%llu of %llu", "%llu / %llu", (unsigned long long)n, (unsigned long long)d);
    if (share[0]) out_say(out, " (%s)", "（%s）", share);
}

static void say_rules(const struct backtest *b, const struct backtest_version *v, struct out *out)
{
    for (size_t i = 0; i < b->n_rules; i++) {
        const uint64_t *f = v->fate[i];
        out_say(out, "\nConfirmed, of the alerts whose lead is over (%.*s): ", "\n到期预警中被证实的（%.*s）：",
                STR_ARG(b->rules[i].name));
        say_share(v->confirmed_over[i], v->confirmed_over[i] + f[ALERT_NOT_CONFIRMED], out);
    }
    out_str(out, STR("\n"));
}

static enum rc say_lead(const struct backtest *b, size_t version, struct out *out, struct err *e)
{
    int32_t q[4] = {0};
    struct err nomem = {0};
    for (int part = 1; part <= 3; part++)
        if (!backtest_lead(b, version, part, &q[part], &nomem)) {
            if (!nomem.rc) return RC_OK;
            *e = nomem;
            return RC_NOMEM;
        }
    out_say(out, "Days from these alerts to the decision: median %d, quartiles %d and %d\n",
            "这些预警到决定的天数：中位数 %d，四分位数 %d 和 %d\n", q[2], q[1], q[3]);
    return RC_OK;
}

static void say_decided(const struct backtest *b, const struct backtest_version *v, struct out *out)
{
    static const char *const en[DECISION_FATE__MAX] = {"an alert at most that long before",
                                                       "an alert, but longer before",
                                                       "the alert came on the day or after",
                                                       "could not be judged in some month before",
                                                       "missed: judged every month, no alert",
                                                       "no rule in force there"},
                             *const zh[DECISION_FATE__MAX] = {
                                 "此前期限内有预警",     "有预警，但早于期限",           "预警在决定当天或之后",
                                 "此前有的月份无法判断", "漏报：每月都判断过，没有预警", "当地没有适用的规则"};
    out_say(out, "Decisions that these months could have foreseen: %zu (%llu others lie outside)\n",
            "这些月份本可预见的决定：%zu 个（另有 %llu 个不在范围内）\n", b->n_cases, (unsigned long long)b->outside);
    for (int f = 0; f < DECISION_FATE__MAX; f++) {
        if (!v->decided[f]) continue;
        out_str(out, STR("  "));
        pad_to(str_from(out->lang == LANG_EN ? en[f] : zh[f]), 42, out);
        say_share(v->decided[f], b->n_cases, out);
        out_str(out, STR("\n"));
    }
}

/* ---------------------------------------------------------------- why not */

static int by_subjects(const void *a, const void *b)
{
    const struct backtest_why *x = a, *y = b;
    if (x->subjects != y->subjects) return x->subjects > y->subjects ? -1 : 1;
    return x->r < y->r ? -1 : x->r > y->r;
}

static void say_why(struct backtest_version *v, struct policy *p, struct out *out)
{
    if (!v->n_why) return;
    qsort(v->why, v->n_why, sizeof *v->why, by_subjects);
    out_say(out, "Could not be judged, because\n", "无法判断的原因\n");
    for (size_t i = 0; i < v->n_why && i < SAY_REASONS_MAX; i++) {
        struct buf b;
        buf_init(&b, KIB(4));
        zh_reason(p, v->why[i].r, out->lang, &b);
        out_say(out, "  %.*s: %llu judgements\n", "  %.*s：%llu 次判断\n", STR_ARG(out_text(out, &b)),
                (unsigned long long)v->why[i].subjects);
        buf_fini(&b);
    }
    if (v->n_why > SAY_REASONS_MAX)
        out_say(out, "  … and %zu more reasons (--json lists all)\n", "  ……另有 %zu 种原因（--json 可列出全部）\n",
                v->n_why - SAY_REASONS_MAX);
}

static void say_not_run(const struct backtest *b, const struct backtest_version *v, const struct divisions *divs,
                        struct out *out)
{
    if (v->n_not_run)
        out_say(out, "Not run where a parameter is empty (try a value: --set NAME=VALUE)\n",
                "参数未设定、没有运行的地方（可试一个数：--set 参数=值）\n");
    for (size_t i = 0; i < v->n_not_run && i < SAY_SKIPS_MAX; i++) {
        const struct backtest_not_run *x = &v->not_run[i];
        char code[DIVISION_TEXT_MAX];
        struct str name = divs && x->division ? divisions_name(divs, x->division, 0) : STR("");
        out_say(out, "  %.*s: %.*s, %s %.*s, %u households, in %u months", "  %.*s：%.*s，%s %.*s，%u 户，%u 个月",
                STR_ARG(b->rules[x->rule].name), STR_ARG(x->param),
                x->division ? division_format_short(x->division, code) : "-", STR_ARG(name), x->households, x->months);
        for (size_t k = 0; x->decl && k < x->decl->u.param.set_by.n; k++)
            out_say(out, k ? ", %.*s" : "; set by: %.*s", k ? "、%.*s" : "；设定者：%.*s",
                    STR_ARG(x->decl->u.param.set_by.v[k].text));
        out_str(out, STR("\n"));
    }
    if (v->n_not_run > SAY_SKIPS_MAX)
        out_say(out, "  … and %zu more (--json lists all)\n", "  ……另有 %zu 处（--json 可列出全部）\n",
                v->n_not_run - SAY_SKIPS_MAX);
}

/* ---------------------------------------------------------------- places */

static int by_alerts(const void *a, const void *b)
{
    const struct bt_place *x = a, *y = b;
    if (x->alerts[0] != y->alerts[0]) return x->alerts[0] > y->alerts[0] ? -1 : 1;
    return x->division < y->division ? -1 : x->division > y->division;
}

static enum rc say_places(struct backtest *b, const struct divisions *divs, enum division_level by, struct out *out,
                          struct err *e)
{
    struct bt_place *v;
    size_t n;
    TRY(bt_places(b, by, false, &v, &n, e));
    if (n) qsort(v, n, sizeof *v, by_alerts);
    if (n)
        out_say(out, "\nBy %s: alerts, confirmed, not confirmed\n", "\n按%s：预警、证实、未证实\n",
                division_level_text(by, out->lang));
    for (size_t i = 0; i < n && i < SAY_PLACES_MAX; i++) {
        char code[DIVISION_TEXT_MAX];
        struct str name = divs && v[i].division ? divisions_name(divs, v[i].division, 0) : STR("");
        out_say(out, "  %s%s%.*s:", "  %s%s%.*s：", v[i].division ? division_format_short(v[i].division, code) : "-",
                name.n ? " " : "", STR_ARG(name));
        for (size_t k = 0; k < b->n_versions; k++)
            out_say(out, "%s %llu, %llu, %llu", "%s %llu、%llu、%llu", k ? " |" : "",
                    (unsigned long long)v[i].alerts[k], (unsigned long long)v[i].confirmed[k],
                    (unsigned long long)v[i].not_confirmed[k]);
        out_str(out, STR("\n"));
    }
    if (n > SAY_PLACES_MAX)
        out_say(out, "  … and %zu more (--json lists all, by month)\n", "  ……另有 %zu 处（--json 按月列出全部）\n",
                n - SAY_PLACES_MAX);
    return RC_OK;
}

/* ---------------------------------------------------------------- both */

static void say_both_months(const struct backtest *b, struct out *out)
{
    static const char *const en[] = {"A", "B", "B - A", "both", "only A", "only B"}, *const zh[] = {"甲",     "乙",
                                                                                                    "乙减甲", "都有",
                                                                                                    "仅甲",   "仅乙"};
    size_t i = 0, k = 0;
    out_say(out, "\nAlerts   ", "\n预警     ");
    heads(en, zh, sizeof en / sizeof *en, out);
    for (size_t m = 0; m < b->n_months; m++) {
        char day[DATE_TEXT_MAX];
        uint64_t x = b->v[0].months[m].alerts, y = b->v[1].months[m].alerts, both = 0;
        for (; i < b->v[0].n_alerts && b->v[0].alerts[i].month == m; i++) both += b->v[0].alerts[i].both;
        for (; k < b->v[1].n_alerts && b->v[1].alerts[k].month == m; k++) {}
        date_format(b->v[0].months[m].as_of, day);
        out_say(out, "%.7s  ", "%.7s  ", day);
        number(x, 10, out), number(y, 10, out);
        out_say(out, " %10lld", " %10lld", (long long)y - (long long)x);
        number(both, 10, out), number(x - both, 10, out), number(y - both, 10, out);
        out_str(out, STR("\n"));
    }
}

static void say_both(const struct backtest *b, struct out *out)
{
    uint64_t n[2][2] = {{0}};
    for (size_t i = 0; i < b->n_cases; i++)
        n[b->cases[i].fate[0] == DECISION_CAUGHT][b->cases[i].fate[1] == DECISION_CAUGHT]++;
    say_both_months(b, out);
    out_say(
        out,
        "Decisions with an alert in time: both %llu, only A %llu, only B %llu, neither %llu (--out FILE lists them)\n",
        "期限内有预警的决定：都有 %llu，仅甲 %llu，仅乙 %llu，都没有 %llu（--out 文件 可列出）\n",
        (unsigned long long)n[1][1], (unsigned long long)n[1][0], (unsigned long long)n[0][1],
        (unsigned long long)n[0][0]);
}

/* ---------------------------------------------------------------- whole */

enum rc backtest_say(struct backtest *b, const struct backtest_options *o, const struct divisions *divs,
                     enum division_level by, struct out *out, struct err *e)
{
    say_head(b, o, out);
    for (size_t k = 0; k < b->n_versions; k++) {
        struct backtest_version *v = &b->v[k];
        if (b->n_versions > 1)
            out_say(out, "\n== %s ==\n", "\n== %s ==\n",
                    lang_pick(out->lang, k ? "B (changed)" : "A", k ? "乙（改动后）" : "甲"));
        say_months(v, b->n_months, out);
        say_rules(b, v, out);
        TRY(say_lead(b, k, out, e));
        say_decided(b, v, out);
        say_why(v, o->form[k].policy, out);
        say_not_run(b, v, divs, out);
    }
    if (b->n_versions > 1) say_both(b, out);
    return say_places(b, divs, by, out, e);
}
