/* match DB duplicates, match DB merge */
#include <inttypes.h>
#include <stdlib.h>
#include "app/commands.h"
#include "app/match_say.h"
#include "app/say.h"
#include "app/session.h"
#include "base/limits.h"
#include "ident/citizen_id.h"
#include "match/judge_run.h"
#include "store/people.h"

enum { PAIRS_SHOWN = 40, PAIR_LEAST_PPM = JUDGE_PPM / 100 };

struct pair {
    size_t row;
    uint32_t candidate;
    int32_t chance_ppm;
};

static int likelier_first(const void *p, const void *q)
{
    const struct pair *a = p, *b = q;
    if (a->chance_ppm != b->chance_ppm) return a->chance_ppm > b->chance_ppm ? -1 : 1;
    if (a->row != b->row) return a->row < b->row ? -1 : 1;
    return a->candidate < b->candidate ? -1 : a->candidate > b->candidate;
}

/* The pairs that anybody should look at, likeliest first; few: how many are below one in a hundred. */
struct pairs {
    struct pair *v;
    size_t n, few;
};

static enum rc find_pairs(const struct judging *j, struct arena *a, struct pairs *out, struct err *e)
{
    size_t most = 0;
    for (size_t i = 0; i < j->set.n; i++) most += j->set.of[i].n;
    *out = (struct pairs){.v = ARENA_ARRAY(a, struct pair, most + 1)};
    if (!out->v) return err_nomem(e);
    for (size_t i = 0; i < j->set.n; i++) {
        for (uint32_t c = 0; c < j->set.of[i].n; c++) {
            struct pair p = {i, c, j->set.of[i].v[c].chance_ppm};
            if (p.chance_ppm < PAIR_LEAST_PPM) out->few++;
            else out->v[out->n++] = p;
        }
    }
    if (out->n) qsort(out->v, out->n, sizeof *out->v, likelier_first);
    return RC_OK;
}

/* From which one on how many are shown. */
static size_t shown_of(const struct args *a, size_t n, size_t *from)
{
    *from = a->opt[OPTION_FROM_ROW].given ? (size_t)a->opt[OPTION_FROM_ROW].number : 1;
    size_t left = *from <= n ? n - *from + 1 : 0;
    return left < PAIRS_SHOWN || a->opt[OPTION_ALL].given ? left : PAIRS_SHOWN;
}

static enum rc person_cells(struct session *s, struct table *t, uint32_t no, struct err *e)
{
    struct person p;
    struct household_row h = {0};
    bool found = false, home = false;
    char name[64], number[16];
    TRY(people_get(s->store, &s->arena, no, INT64_MAX, &p, &found, e));
    if (found) TRY(household_get(s->store, &s->arena, p.household_no, INT64_MAX, &h, &home, e));
    (void)snprintf(number, sizeof number, "%" PRIu32, no); /* as `merge` takes it */
    table_z(t, number);
    table_z(t, name_mask(found ? p.name : STR(""), name, sizeof name));
    table_cell(t, h.code.p ? h.code : STR(""));
    return RC_OK;
}

/* How many pairs there are, which of them are shown, and how to see the others. */
static void say_counts(const struct pairs *p, size_t from, size_t shown, struct out *out)
{
    char a[32], b[32], c[32];
    size_t last = from + shown - 1;
    if (!p->n) out_say(out, "No two people are likely to be one.\n", "没有可能是同一人的人员。\n");
    else
        out_say(
            out,
            "%s pairs of people may be one; the likeliest are first, %s to %s are shown. `match DB merge A B` merges "
            "two.\n",
            "共有 %s 对人员可能是同一人，最可能的在前，列出第 %s 至 %s 对。可用 `match DB merge 甲 乙` 合并。\n",
            say_number((int64_t)p->n, a), say_number((int64_t)from, b), say_number((int64_t)last, c));
    if (shown && last < p->n)
        out_say(out, "`match DB duplicates --from %zu` shows the next, --all shows all.\n",
                "`match DB duplicates --from %zu` 列出其后的，--all 列出全部。\n", last + 1);
    if (p->few)
        out_say(out, "%s more pairs are alike, but hardly one (below 1 %%); --json has them.\n",
                "另有 %s 对虽有相似，但是同一人的可能不足 1%%，未列出；--json 列出全部。\n",
                say_number((int64_t)p->few, c));
}

static enum rc say_pairs(struct session *s, const struct judging *j, const struct args *a, struct err *e)
{
    struct table t;
    struct pairs p;
    char chance[16];
    TRY(find_pairs(j, &s->arena, &p, e));
    size_t from, n = shown_of(a, p.n, &from);
    const struct pair *v = n ? p.v + (from - 1) : p.v;
    table_init(&t, &s->arena,
               lang_pick(s->app->lang,
                         ">person|name|household|>other|name|household|>per mille|number|day of birth|place",
                         ">人员|姓名|户|>另一人|姓名|户|>千分之|号码|出生日期|地区"));
    for (size_t i = 0; i < n; i++) {
        const struct judge_candidate *x = &j->set.of[v[i].row].v[v[i].candidate];
        TRY(person_cells(s, &t, j->rows.v[v[i].row].line, e));
        TRY(person_cells(s, &t, x->person, e));
        (void)snprintf(chance, sizeof chance, "%s%d", j->model.learnt ? "" : "~",
                       (int)(x->chance_ppm / (JUDGE_PPM / 1000)));
        table_z(&t, chance);
        table_z(&t, judge_level_text(CMP_ID, x->level[CMP_ID], s->app->lang));
        table_z(&t, judge_level_text(CMP_BORN, x->level[CMP_BORN], s->app->lang));
        table_z(&t, judge_level_text(CMP_PLACE, x->level[CMP_PLACE], s->app->lang));
    }
    if (n) TRY(table_print(&t, &s->app->out, e));
    say_counts(&p, from, n, &s->app->out);
    return RC_OK;
}

/* One person whose number the police corrected, or two people. */
static enum rc say_two_numbers(struct session *s, const struct judging *j, bool all, struct err *e)
{
    struct table t;
    char a[32];
    size_t n = j->n_two < PAIRS_SHOWN || all ? j->n_two : PAIRS_SHOWN;
    if (!n) return RC_OK;
    out_say(&s->app->out,
            "\n%s pairs have one name and day of birth and two numbers in order: a number that was corrected, or two "
            "people. `match DB merge` or `match DB apart` after asking.\n",
            "\n有 %s 对人员姓名、出生日期相同而号码不同（均有效）：可能是更正过号码的一人，也可能是两人。核实后用 "
            "`match DB merge` 或 `match DB apart` 处理。\n",
            say_number((int64_t)j->n_two, a));
    table_init(&t, &s->arena,
               lang_pick(s->app->lang, ">person|name|household|>other|name|household|numbers",
                         ">人员|姓名|户|>另一人|姓名|户|两个号码"));
    for (size_t i = 0; i < n; i++) {
        const struct two_numbers *p = &j->two[i];
        TRY(person_cells(s, &t, p->person, e));
        TRY(person_cells(s, &t, p->other, e));
        table_z(&t, p->like == IDL_FAR ? lang_pick(s->app->lang, "unlike; one household", "不相近；同户")
                                       : judge_level_text(CMP_ID, p->like, s->app->lang));
    }
    return table_print(&t, &s->app->out, e);
}

static enum rc json_pairs(const struct judging *j, struct app *app, struct err *e)
{
    struct json out;
    json_init(&out);
    json_open(&out, NULL, '[');
    for (size_t i = 0; i < j->set.n; i++) {
        for (uint32_t k = 0; k < j->set.of[i].n; k++) {
            const struct judge_candidate *c = &j->set.of[i].v[k];
            json_open(&out, NULL, '{');
            json_number(&out, "person", j->rows.v[i].line);
            json_number(&out, "other", c->person);
            json_number(&out, "chance_ppm", c->chance_ppm);
            json_text(&out, "number", str_from(judge_level_text(CMP_ID, c->level[CMP_ID], LANG_EN)));
            json_text(&out, "name", str_from(judge_level_text(CMP_NAME, c->level[CMP_NAME], LANG_EN)));
            json_close(&out, '}');
        }
    }
    for (size_t i = 0; i < j->n_two; i++) {
        const struct two_numbers *p = &j->two[i];
        json_open(&out, NULL, '{');
        json_number(&out, "person", p->person);
        json_number(&out, "other", p->other);
        json_bool(&out, "two_numbers", true);
        json_bool(&out, "one_household", p->household);
        json_text(&out, "number", str_from(judge_level_text(CMP_ID, p->like, LANG_EN)));
        json_close(&out, '}');
    }
    json_close(&out, ']');
    return json_print(&out, &app->out, e);
}

enum rc cmd_match_duplicates(struct app *app, const struct args *a, struct err *e)
{
    struct session s = {0};
    struct judging j = {0};
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_POLICY, 0, e);
    if (!rc) rc = judge_duplicates(&j, s.store, s.policy, INT64_MAX, e);
    if (!rc) rc = a->opt[OPTION_JSON].given ? json_pairs(&j, app, e) : say_pairs(&s, &j, a, e);
    if (!rc && !a->opt[OPTION_JSON].given) rc = say_two_numbers(&s, &j, a->opt[OPTION_ALL].given, e);
    judging_close(&j);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- merge */

static enum rc person_of(const struct args *a, size_t i, uint32_t *out, struct err *e)
{
    int64_t no = 0;
    if (!str_to_i64(a->arg[i], 1, UINT32_MAX, &no))
        return err_set(e, RC_USAGE, pos_none(), "\"%.*s\" is no number of a person.", "“%.*s”不是人员编号。",
                       STR_ARG(a->arg[i]));
    *out = (uint32_t)no;
    return RC_OK;
}

static enum rc person_line(struct session *s, struct table *t, uint32_t no, uint64_t key, struct err *e)
{
    char number[CITIZEN_ID_TEXT_MAX] = "-";
    TRY(person_cells(s, t, no, e));
    table_z(t, key ? citizen_key_mask(key, number) : number);
    return RC_OK;
}

/* Who they are, names and numbers masked, and what speaks for and against that they are one. */
static enum rc say_pair(struct session *s, const struct merging *m, const struct judging *j,
                        const struct people_pair *p, struct err *e)
{
    struct table t;
    char chance[16];
    enum lang lang = s->app->lang;
    table_init(&t, &s->arena, lang_pick(lang, ">person|name|household|ID number", ">人员|姓名|户|证件号码"));
    TRY(person_line(s, &t, m->kept, p->key[0], e));
    TRY(person_line(s, &t, m->gone, p->key[1], e));
    TRY(table_print(&t, &s->app->out, e));
    if (!j->set.n) return RC_OK;
    bool numbers = p->against & PAIR_NUMBERS;
    TRY(match_say_waterfall(s, j, &j->rows.v[0], &j->set.of[0].v[0],
                            numbers ? lang_pick(lang, "two numbers in order, and other", "两个号码均有效且不同") : NULL,
                            e));
    out_say(&s->app->out, "That they are one: %s per mille.\n\n", "是同一人：千分之 %s。\n\n",
            match_per_mille(j->set.of[0].v[0].chance_ppm, j->model.learnt, chance));
    return RC_OK;
}

static enum rc refuse(unsigned against, enum lang lang, struct err *e)
{
    static const struct {
        unsigned what;
        const char *en, *zh;
    } T[] = {{PAIR_NUMBERS, "each has an ID number in order, and they differ", "各有有效证件号码且不同"},
             {PAIR_SEX, "their sexes differ", "性别不同"},
             {PAIR_BORN, "their days of birth differ", "出生日期不同"}};
    struct buf why;
    buf_init(&why, KIB(1));
    for (size_t i = 0; i < sizeof T / sizeof *T; i++) {
        if (!(against & T[i].what)) continue;
        if (why.n) buf_addz(&why, lang_pick(lang, "; ", "；"));
        buf_addz(&why, lang_pick(lang, T[i].en, T[i].zh));
    }
    enum rc rc = why.failed
                     ? err_nomem(e)
                     : err_set(e, RC_INPUT, pos_none(),
                               "by the roster they are two people: %.*s. Nothing was changed. If they are one all the "
                               "same, as when the police corrected a number, add --anyway; if two, `fangpin match DB "
                               "apart` keeps that",
                               "按花名册是两个人：%.*s。没有作任何改动。如确为一人（例如公安机关更正过号码），请加 "
                               "--anyway；如是两人，可用 `fangpin match DB apart` 记录",
                               (int)why.n, why.p);
    buf_fini(&why);
    return rc;
}

/* Found so before: the same again is no other decision. */
static enum rc is_merged(struct session *s, const struct merging *m, bool *yes, struct err *e)
{
    struct merge *v;
    size_t n;
    TRY(merges_known_at(s->store, &s->arena, INT64_MAX, &v, &n, e));
    *yes = merge_kept(v, n, m->gone) == m->kept;
    return RC_OK;
}

/* A slip of the pen makes two people one. */
static enum rc check_merge(struct session *s, const struct merging *m, bool anyway, struct err *e)
{
    struct judging j = {0};
    struct people_pair p;
    enum rc rc = judge_pair(&j, s->store, s->policy, m->kept, m->gone, &p, e);
    if (!rc) rc = say_pair(s, m, &j, &p, e);
    if (!rc && p.against && !anyway && m->verdict == DECISION_SAME) rc = refuse(p.against, s->app->lang, e);
    judging_close(&j);
    return rc;
}

static enum rc merge(struct session *s, struct app *app, const struct args *a, enum decision_verdict v, struct err *e)
{
    struct merging m = {.verdict = v, .by_who = session_who(a), .why = a->opt[OPTION_REASON].text};
    int64_t id = 0;
    bool before = false;
    TRY(person_of(a, 1, &m.kept, e));
    TRY(person_of(a, 2, &m.gone, e));
    TRY(session_open(s, app, a, STORE_WRITE, SESSION_POLICY, 0, e));
    TRY(is_merged(s, &m, &before, e));
    if (!before && m.kept != m.gone) TRY(check_merge(s, &m, a->opt[OPTION_ANYWAY].given, e));
    TRY(judge_merge(s->store, &m, &id, e));
    if (v == DECISION_SAME)
        out_say(&app->out,
                "Person %" PRIu32 " is read as person %" PRIu32 " from now on (decision %" PRId64
                "); `fangpin match DB undo` "
                "makes them two again.\n",
                "自现在起人员 %" PRIu32 " 视为人员 %" PRIu32 "（决定 %" PRId64
                "）；可用 `fangpin match DB undo` 恢复为两人。\n",
                m.gone, m.kept, id);
    else
        out_say(&app->out, "Kept as decision %" PRId64 ": they are two.\n", "已记录决定 %" PRId64 "：是两个人。\n", id);
    return RC_OK;
}

static enum rc run(struct app *app, const struct args *a, enum decision_verdict v, struct err *e)
{
    struct session s = {0};
    enum rc rc = merge(&s, app, a, v, e);
    session_close(&s);
    return rc;
}

enum rc cmd_match_merge(struct app *app, const struct args *a, struct err *e) { return run(app, a, DECISION_SAME, e); }
enum rc cmd_match_apart(struct app *app, const struct args *a, struct err *e) { return run(app, a, DECISION_NOT, e); }
