/* Column by column: findings as a merge of two sorted lists, books and parameters by hash, the summary as text. */
#include "screen/replay.h"
#include "screen/kept.h"
#include "screen/screen_int.h"
#include "store/people.h"

struct comparing {
    struct screening *sc;
    struct store *s;
    const struct kept_screen *k;
    struct replay_report *r;
    int64_t k_us;
};

static int by_place(const struct kept_screen *k, const struct finding *then, const struct screening *sc,
                    const struct finding *now)
{
    if (then->household != now->household) return then->household < now->household ? -1 : 1;
    int c = str_cmp(k->rules[then->rule], sc->rules[now->rule].name);
    if (c) return c;
    return then->person < now->person ? -1 : then->person > now->person;
}

static enum rc name_it(struct comparing *x, enum replay_kind kind, const struct finding *then,
                       const struct finding *now, struct err *e)
{
    struct household_row h;
    bool found = false;
    const struct finding *f = now ? now : then;
    if (x->r->n == REPLAY_NAMED_MAX) return RC_OK;
    struct replay_difference *d = &x->r->v[x->r->n++];
    *d = (struct replay_difference){.kind = kind, .household = f->household, .person = f->person};
    d->rule = now ? x->sc->rules[now->rule].name : x->k->rules[then->rule];
    if (then) d->verdict_then = (enum verdict)then->verdict, d->state_then = (enum finding_state)then->state;
    if (now) d->verdict_now = (enum verdict)now->verdict, d->state_now = (enum finding_state)now->state;
    TRY(household_get(x->s, &x->sc->arena, f->household, x->k_us, &h, &found, e));
    if (found) d->code = h.code;
    return RC_OK;
}

static enum rc compare_both(struct comparing *x, const struct finding *then, const struct finding *now, struct err *e)
{
    x->r->verdicts += then->verdict != now->verdict;
    x->r->states += then->state != now->state;
    if (then->verdict == now->verdict && then->state == now->state) return RC_OK;
    return name_it(x, REPLAY_CHANGED, then, now, e);
}

static enum rc compare_findings(struct comparing *x, struct err *e)
{
    const struct screening *sc = x->sc;
    uint32_t i = 0;
    size_t j = 0;
    while (i < x->k->n || j < sc->n_findings) {
        struct finding then = {0};
        const struct finding *now = j < sc->n_findings ? &sc->findings[j] : NULL;
        if (i < x->k->n) then = kept_finding(x->k, i);
        int c = i == x->k->n ? 1 : !now ? -1 : by_place(x->k, &then, sc, now);
        if (c < 0) {
            x->r->gone++;
            TRY(name_it(x, REPLAY_GONE, &then, NULL, e));
        } else if (c > 0) {
            x->r->came++;
            TRY(name_it(x, REPLAY_CAME, NULL, now, e));
        } else {
            TRY(compare_both(x, &then, now, e));
        }
        i += c <= 0;
        j += c >= 0;
    }
    return RC_OK;
}

/* What the summary counts of rules, of what could not be judged and of what was not run: from "rules" on. Before it
 * stand the tasks, which a replay does not touch. Screens kept before there were exceptions say nothing of them. */
static void add_counts(struct buf *out, struct str summary)
{
    struct str none = STR(",\"excepted\":0");
    size_t at = str_find(summary, STR(",\"rules\":["), 0);
    while (at < summary.n) {
        size_t hit = str_find(summary, none, at);
        size_t end = hit < summary.n ? hit : summary.n;
        buf_add(out, str_sub(summary, at, end));
        at = end + none.n;
    }
}

static enum rc compare_summary(struct comparing *x, struct policy *p, const struct screen *kept, struct err *e)
{
    struct buf json, then, now;
    buf_init(&json, MIB(64));
    buf_init(&then, MIB(64));
    buf_init(&now, MIB(64));
    screen_json(x->sc, p, &json);
    add_counts(&then, kept->summary);
    add_counts(&now, buf_str(&json));
    x->r->summary = !str_eq(buf_str(&then), buf_str(&now));
    enum rc rc = json.failed || then.failed || now.failed ? err_nomem(e) : RC_OK;
    buf_fini(&json);
    buf_fini(&then);
    buf_fini(&now);
    return rc;
}

static bool same_rules(const struct kept_screen *k, const struct screening *sc)
{
    if (k->n_rules != sc->n_rules) return false;
    for (uint32_t i = 0; i < k->n_rules; i++)
        if (!str_eq(k->rules[i], sc->rules[i].name)) return false;
    return true;
}

enum rc replay_compare(struct screening *sc, struct store *s, struct policy *p, const struct screen *kept,
                       struct replay_report *out, struct err *e)
{
    struct kept_screen k;
    *out = (struct replay_report){0};
    TRY(kept_screen_read(s, &sc->arena, kept->id, &k, e));
    struct comparing x = {sc, s, &k, out, kept->known_at_us};
    out->rows_then = k.n;
    out->rows_now = sc->n_findings;
    out->books = memcmp(kept->book_hash, sc->screen.book_hash, SCREEN_HASH_BYTES) != 0;
    out->params = memcmp(kept->params_hash, sc->screen.params_hash, SCREEN_HASH_BYTES) != 0;
    out->rules = !same_rules(&k, sc);
    TRY(compare_summary(&x, p, kept, e));
    return compare_findings(&x, e);
}

bool replay_identical(const struct replay_report *r)
{
    return !r->gone && !r->came && !r->verdicts && !r->states && !r->books && !r->params && !r->rules && !r->summary;
}

static void say_named(const struct replay_difference *d, struct out *out)
{
    static const char *const verdicts[] = {"false", "true", "unknown"};
    if (d->kind != REPLAY_CHANGED)
        out_say(out,
                d->kind == REPLAY_GONE ? "  %.*s %.*s: was there, is not now\n"
                                       : "  %.*s %.*s: was not there, is now\n",
                d->kind == REPLAY_GONE ? "  %.*s %.*s：当时有，现在没有\n" : "  %.*s %.*s：当时没有，现在有\n",
                STR_ARG(d->code), STR_ARG(d->rule));
    else
        out_say(out, "  %.*s %.*s: %s, %s then; %s, %s now\n", "  %.*s %.*s：当时 %s、%s；现在 %s、%s\n",
                STR_ARG(d->code), STR_ARG(d->rule), verdicts[d->verdict_then],
                finding_state_text(d->state_then, out->lang), verdicts[d->verdict_now],
                finding_state_text(d->state_now, out->lang));
}

void replay_say(const struct replay_report *r, const struct screen *kept, struct out *out)
{
    char day[DATE_TEXT_MAX];
    date_format(kept->as_of, day);
    if (replay_identical(r)) {
        out_say(out, "Screen %d as of %s: identical, %llu findings column by column\n",
                "筛查 %d（%s）：完全一致，逐列比较 %llu 条\n", (int)kept->id, day, (unsigned long long)r->rows_then);
        return;
    }
    out_say(out, "Screen %d as of %s: different\n", "筛查 %d（%s）：不一致\n", (int)kept->id, day);
    if (r->books) out_say(out, "  books: not those of then\n", "  政策册：与当时不同\n");
    if (r->params) out_say(out, "  parameters: not those of then\n", "  参数：与当时不同\n");
    if (r->rules) out_say(out, "  rule: another list of rules\n", "  rule：规则清单不同\n");
    if (r->summary)
        out_say(out, "  summary: other counts, or other reasons of what could not be judged\n",
                "  summary：计数或无法判断的原因不同\n");
    if (r->gone || r->came)
        out_say(out, "  household, rule, person: %llu findings are missing now, %llu are only there now\n",
                "  household、rule、person：%llu 条现在没有，%llu 条当时没有\n", (unsigned long long)r->gone,
                (unsigned long long)r->came);
    if (r->verdicts)
        out_say(out, "  verdict: %llu differ\n", "  verdict：%llu 条不同\n", (unsigned long long)r->verdicts);
    if (r->states) out_say(out, "  state: %llu differ\n", "  state：%llu 条不同\n", (unsigned long long)r->states);
    for (size_t i = 0; i < r->n; i++) say_named(&r->v[i], out);
}
