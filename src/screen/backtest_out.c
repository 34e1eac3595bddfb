/* The backtest as JSON and as a list; its sums by place. */
#include <stdlib.h>
#include "base/io.h"
#include "screen/backtest_int.h"
#include "store/people.h"

#define BACKTEST_FILE_MAX ((size_t)4 << 30)

/* ---------------------------------------------------------------- places */

static int by_place(const void *a, const void *b)
{
    const struct bt_place *x = a, *y = b;
    if (x->division != y->division) return x->division < y->division ? -1 : 1;
    return x->month < y->month ? -1 : x->month > y->month;
}

static void join(struct bt_place *to, const struct bt_place *from)
{
    for (size_t k = 0; k < BACKTEST_VERSIONS; k++) {
        to->alerts[k] += from->alerts[k];
        to->confirmed[k] += from->confirmed[k];
        to->not_confirmed[k] += from->not_confirmed[k];
    }
}

enum rc bt_places(struct backtest *b, enum division_level by, bool monthly, struct bt_place **out, size_t *n,
                  struct err *e)
{
    size_t all = 0;
    struct bt_place *v = ARENA_ARRAY(&b->arena, struct bt_place, b->v[0].n_alerts + b->v[1].n_alerts + 1);
    if (!v) return err_nomem(e);
    for (size_t k = 0; k < b->n_versions; k++)
        for (size_t i = 0; i < b->v[k].n_alerts; i++) {
            const struct backtest_alert *a = &b->v[k].alerts[i];
            struct bt_place *p = &v[all++];
            *p = (struct bt_place){.division = division_truncate(a->division, by), .month = monthly ? a->month : 0};
            p->alerts[k] = 1;
            p->confirmed[k] = a->fate == ALERT_CONFIRMED;
            p->not_confirmed[k] = a->fate == ALERT_NOT_CONFIRMED;
        }
    if (all) qsort(v, all, sizeof *v, by_place);
    *n = 0;
    for (size_t i = 0; i < all; i++) {
        if (*n && !by_place(&v[*n - 1], &v[i])) join(&v[*n - 1], &v[i]);
        else v[(*n)++] = v[i];
    }
    *out = v;
    return RC_OK;
}

/* ---------------------------------------------------------------- JSON */

static void put(struct buf *b, const char *name, uint64_t v)
{
    buf_addf(b, ",\"%s\":%llu", name, (unsigned long long)v);
}

static void json_fates(const uint64_t *fate, struct buf *b)
{
    for (int f = 0; f < ALERT_FATE__MAX; f++) put(b, alert_fate_word[f], fate[f]);
}

static void json_share(uint64_t n, uint64_t d, struct buf *b)
{
    char share[32];
    backtest_share(n, d, share);
    if (share[0]) buf_addf(b, ",\"share_confirmed\":\"%s\"", share);
    else buf_addz(b, ",\"share_confirmed\":null");
}

static void json_month(const struct backtest_month *m, struct buf *b)
{
    char day[DATE_TEXT_MAX], known[DATE_TEXT_MAX];
    buf_addf(b, "{\"as_of\":\"%s\",\"known_at\":\"%s\"", date_format(m->as_of, day), date_format(m->known_at, known));
    put(b, "households", m->households);
    put(b, "alerts", m->alerts);
    json_fates(m->fate, b);
    put(b, "true", m->open);
    put(b, "could_not_be_judged", m->unjudged);
    put(b, "households_not_run", m->not_run);
    buf_addc(b, '}');
}

static void json_rules(const struct backtest *b, const struct backtest_version *v, struct buf *out)
{
    for (size_t i = 0; i < b->n_rules; i++) {
        const uint64_t *f = v->fate[i];
        buf_addz(out, i ? ",{\"rule\":" : "{\"rule\":");
        buf_add_json(out, b->rules[i].name);
        json_fates(f, out);
        put(out, "confirmed_lead_over", v->confirmed_over[i]);
        json_share(v->confirmed_over[i], v->confirmed_over[i] + f[ALERT_NOT_CONFIRMED], out);
        buf_addc(out, '}');
    }
}

static enum rc json_lead(const struct backtest *b, size_t k, struct buf *out, struct err *e)
{
    static const char *const name[4] = {"", "lower_quartile", "median", "upper_quartile"};
    struct err nomem = {0};
    buf_addz(out, ",\"lead_days\":{");
    for (int part = 1; part <= 3; part++) {
        int32_t days = 0;
        bool any = backtest_lead(b, k, part, &days, &nomem);
        if (nomem.rc) return *e = nomem, RC_NOMEM;
        if (any) buf_addf(out, "%s\"%s\":%d", part > 1 ? "," : "", name[part], days);
    }
    buf_addc(out, '}');
    return RC_OK;
}

static void json_not_run(const struct backtest *b, const struct backtest_version *v, struct buf *out)
{
    for (size_t i = 0; i < v->n_not_run; i++) {
        const struct backtest_not_run *x = &v->not_run[i];
        buf_addz(out, i ? ",{\"rule\":" : "{\"rule\":");
        buf_add_json(out, b->rules[x->rule].name);
        buf_addz(out, ",\"parameter\":");
        buf_add_json(out, x->param);
        buf_addf(out, ",\"division\":\"%012lld\",\"households\":%u,\"months\":%u,\"set_by\":[", (long long)x->division,
                 x->households, x->months);
        for (size_t k = 0; x->decl && k < x->decl->u.param.set_by.n; k++) {
            if (k) buf_addc(out, ',');
            buf_add_json(out, x->decl->u.param.set_by.v[k].text);
        }
        buf_addz(out, "]}");
    }
}

static void json_why(const struct backtest_version *v, struct policy *p, struct buf *out)
{
    for (size_t i = 0; i < v->n_why; i++) {
        struct buf t;
        buf_init(&t, KIB(4));
        zh_reason(p, v->why[i].r, LANG_ZH, &t);
        buf_addz(out, i ? ",{\"reason\":" : "{\"reason\":");
        buf_add_json(out, buf_str(&t));
        buf_addf(out, ",\"judgements\":%llu}", (unsigned long long)v->why[i].subjects);
        out->failed |= t.no_memory;
        buf_fini(&t);
    }
}

static enum rc json_version(const struct backtest *b, const struct backtest_options *o, size_t k, struct buf *out,
                            struct err *e)
{
    const struct backtest_version *v = &b->v[k];
    buf_addf(out, "%s{\"version\":\"%c\",\"months\":[", k ? "," : "", k ? 'B' : 'A');
    for (size_t m = 0; m < b->n_months; m++) {
        if (m) buf_addc(out, ',');
        json_month(&v->months[m], out);
    }
    buf_addz(out, "],\"rules\":[");
    json_rules(b, v, out);
    buf_addc(out, ']');
    TRY(json_lead(b, k, out, e));
    buf_addz(out, ",\"decisions\":{");
    for (int f = 0; f < DECISION_FATE__MAX; f++)
        buf_addf(out, "%s\"%s\":%llu", f ? "," : "", decision_fate_word[f], (unsigned long long)v->decided[f]);
    buf_addz(out, "},\"not_run\":[");
    json_not_run(b, v, out);
    buf_addz(out, "],\"cannot_judge\":[");
    json_why(v, o->form[k].policy, out);
    buf_addz(out, "]}");
    return RC_OK;
}

static enum rc json_places(struct backtest *b, const struct divisions *divs, enum division_level by, struct buf *out,
                           struct err *e)
{
    struct bt_place *v;
    size_t n;
    TRY(bt_places(b, by, true, &v, &n, e));
    buf_addz(out, "],\"places\":[");
    for (size_t i = 0; i < n; i++) {
        char code[DIVISION_TEXT_MAX], day[DATE_TEXT_MAX];
        struct str name = divs && v[i].division ? divisions_name(divs, v[i].division, 0) : STR("");
        buf_addf(out, "%s{\"division\":\"%s\",\"name\":", i ? "," : "", division_format(v[i].division, code));
        buf_add_json(out, name);
        buf_addf(out, ",\"as_of\":\"%s\"", date_format(b->v[0].months[v[i].month].as_of, day));
        for (size_t k = 0; k < b->n_versions; k++)
            buf_addf(out, ",\"%c\":{\"alerts\":%llu,\"confirmed\":%llu,\"not_confirmed\":%llu}", k ? 'B' : 'A',
                     (unsigned long long)v[i].alerts[k], (unsigned long long)v[i].confirmed[k],
                     (unsigned long long)v[i].not_confirmed[k]);
        buf_addc(out, '}');
    }
    buf_addc(out, ']');
    return RC_OK;
}

static void json_both(const struct backtest *b, struct buf *out)
{
    uint64_t n[2][2] = {{0}}, both = 0;
    for (size_t i = 0; i < b->v[0].n_alerts; i++) both += b->v[0].alerts[i].both;
    for (size_t i = 0; i < b->n_cases; i++)
        n[b->cases[i].fate[0] == DECISION_CAUGHT][b->cases[i].fate[1] == DECISION_CAUGHT]++;
    buf_addf(out, ",\"compared\":{\"alerts\":{\"both\":%llu,\"only_A\":%llu,\"only_B\":%llu}", (unsigned long long)both,
             (unsigned long long)(b->v[0].n_alerts - both), (unsigned long long)(b->v[1].n_alerts - both));
    buf_addf(out, ",\"decisions_caught\":{\"both\":%llu,\"only_A\":%llu,\"only_B\":%llu,\"neither\":%llu}}",
             (unsigned long long)n[1][1], (unsigned long long)n[1][0], (unsigned long long)n[0][1],
             (unsigned long long)n[0][0]);
}

enum rc backtest_json(struct backtest *b, const struct backtest_options *o, const struct divisions *divs,
                      enum division_level by, struct buf *out, struct err *e)
{
    char day[DATE_TEXT_MAX];
    buf_addf(out, "{\"known\":\"%s\",\"files\":%zu,\"files_late\":%zu,\"first_roster_stretched\":%s,\"wait_days\":%d",
             b->as_if ? "as-if" : "received", b->n_files, b->n_late, b->first_roster ? "true" : "false",
             (int)b->wait_days);
    buf_addz(out, ",\"decided\":\"");
    buf_addf(out, "%.*s.%.*s\",\"decided_until\":\"%s\",\"lead_months\":%d", STR_ARG(b->dataset), STR_ARG(b->field),
             date_format(b->followed, day), (int)b->lead);
    buf_addf(out, ",\"first_month_has_older\":%s", b->cold ? "true" : "false");
    put(out, "decisions", b->n_cases);
    put(out, "decisions_outside", b->outside);
    put(out, "households_unclear", b->unclear);
    buf_addz(out, ",\"versions\":[");
    for (size_t k = 0; k < b->n_versions; k++) TRY(json_version(b, o, k, out, e));
    TRY(json_places(b, divs, by, out, e));
    if (b->n_versions > 1) json_both(b, out);
    buf_addc(out, '}');
    return RC_OK;
}

/* ---------------------------------------------------------------- the list */

struct naming {
    struct arena *arena;
    struct map64 at; /* household number -> index into code */
    struct str *code;
};

static enum rc take_code(void *ctx, const struct household_row *h, struct err *e)
{
    struct naming *g = ctx;
    uint32_t i = map64_get(&g->at, h->no);
    if (i == UINT32_MAX) return RC_OK;
    g->code[i] = str_dup(g->arena, h->code);
    return g->code[i].p || !h->code.n ? RC_OK : err_nomem(e);
}

static bool want_code(struct naming *g, uint32_t *n, uint32_t household)
{
    return map64_get(&g->at, household) != UINT32_MAX || map64_put(&g->at, household, (*n)++);
}

static enum rc find_codes(struct backtest *b, struct store *s, struct naming *g, struct err *e)
{
    uint32_t n = 0;
    bool ok = true;
    for (size_t k = 0; k < b->n_versions; k++)
        for (size_t i = 0; ok && i < b->v[k].n_alerts; i++) ok = want_code(g, &n, b->v[k].alerts[i].household);
    for (size_t i = 0; ok && i < b->n_cases; i++) ok = want_code(g, &n, b->cases[i].household);
    g->code = ok ? ARENA_ARRAY(&b->arena, struct str, (size_t)n + 1) : NULL;
    return g->code ? households_each_code(s, take_code, g, e) : err_nomem(e);
}

static void add_place(int64_t division, struct str code, struct buf *out)
{
    buf_addf(out, ",%012lld,", (long long)division);
    buf_add_csv(out, code);
}

static void write_alerts(const struct backtest *b, size_t k, const struct naming *g, struct buf *out)
{
    for (size_t i = 0; i < b->v[k].n_alerts; i++) {
        const struct backtest_alert *a = &b->v[k].alerts[i];
        char day[DATE_TEXT_MAX];
        if (k && a->both) continue; /* stands with the first version's */
        buf_addf(out, "alert,%s", date_format(b->v[k].months[a->month].as_of, day));
        add_place(a->division, g->code[map64_get(&g->at, a->household)], out);
        buf_addf(out, ",%.*s,%s,%s,", STR_ARG(b->rules[a->rule].name),
                 a->both ? "AB"
                 : k     ? "B"
                         : "A",
                 alert_fate_word[a->fate]);
        if (a->fate == ALERT_CONFIRMED) buf_addf(out, "%d", (int)a->days);
        buf_addc(out, '\n');
    }
}

static void write_cases(const struct backtest *b, size_t k, const struct naming *g, struct buf *out)
{
    for (size_t i = 0; i < b->n_cases; i++) {
        const struct backtest_case *c = &b->cases[i];
        char day[DATE_TEXT_MAX];
        buf_addf(out, "decision,%s", date_format(c->on, day));
        add_place(c->division, g->code[map64_get(&g->at, c->household)], out);
        buf_addf(out, ",,%c,%s,", k ? 'B' : 'A', decision_fate_word[c->fate[k]]);
        if (c->fate[k] == DECISION_CAUGHT) buf_addf(out, "%d", (int)c->days[k]);
        buf_addc(out, '\n');
    }
}

static enum rc write_all(struct backtest *b, struct store *s, struct naming *g, const char *path, struct err *e)
{
    struct buf out;
    TRY(find_codes(b, s, g, e));
    buf_init(&out, BACKTEST_FILE_MAX);
    buf_addz(&out, "what,day,division,household,rule,version,outcome,days\n");
    for (size_t k = 0; k < b->n_versions; k++) write_alerts(b, k, g, &out);
    for (size_t k = 0; k < b->n_versions; k++) write_cases(b, k, g, &out);
    enum rc rc = out.failed ? err_nomem(e) : io_write_file(path, buf_str(&out), 0600, e);
    buf_fini(&out);
    return rc;
}

enum rc backtest_write(struct backtest *b, struct store *s, const char *path, struct err *e)
{
    struct naming g = {.arena = &b->arena};
    map64_init(&g.at);
    enum rc rc = write_all(b, s, &g, path, e);
    map64_fini(&g.at);
    return rc;
}
