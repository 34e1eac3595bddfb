/* Names are those of the roster, as explain prints them; of rows only file, line and date are told, never a value. */
#include "app/history_say.h"
#include "app/commands.h"
#include "app/rule_name.h"
#include "base/limits.h"
#include "ident/division_code.h"
#include "match/source.h"
#include "screen/kept.h"
#include "store/people.h"

#define SAY(t, en, zh, ...) buf_addf(&(t)->text, (t)->app->lang == LANG_EN ? en : zh, __VA_ARGS__)

/* ---------------------------------------------------------------- what is wanted */

int64_t history_division(const struct telling_history *t, int64_t k_us)
{
    for (size_t i = 0; i < t->h.n_people; i++) {
        const struct history_version *v = history_person_at(&t->h, t->h.people[i], k_us);
        if (v && v->household == t->household && v->division) return v->division;
    }
    return 0;
}

enum rc history_rule(struct telling_history *t, struct err *e)
{
    struct session *s = t->s;
    struct str base = rule_base_name(t->rule);
    enum decl_kind kind;
    struct compiled *c = ARENA_ARRAY(&s->arena, struct compiled, 1);
    struct place *at = ARENA_ARRAY(&s->arena, struct place, 1);
    if (!c || !at) return err_nomem(e);
    TRY(rule_known(s, t->rule, &kind, e));
    TRY(session_place(s, history_division(t, t->to_us), s->known_at, at, e));
    struct compile_options o = {.place = at, .as_of = s->known_at, .only = &base, .n_only = 1};
    TRY(rules_compile(s->policy, &o, &s->arena, &s->diags, c, e));
    t->program = c->program;
    return RC_OK;
}

bool history_wants_dataset(const struct telling_history *t, struct str dataset)
{
    const struct program *p = t->program;
    uint32_t ds = policy_dataset_number(t->s->policy, dataset);
    if (!p) return true;
    for (size_t i = 0; i < p->n_ops; i++)
        if (ds != UINT32_MAX && p->spaces[p->ops[i].space].table == ds + TABLE_FACT0) return true;
    for (size_t i = 0; i < p->n_reaches; i++)
        if (p->reaches[i].dataset == ds) return true;
    return false;
}

bool history_wants_param(const struct telling_history *t, const struct param_event *p)
{
    bool here = p->division == 0, named = !t->program;
    for (size_t i = 0; !here && i < t->h.n_versions; i++)
        here = t->h.versions[i].household == t->household && t->h.versions[i].division &&
               division_covers(p->division, t->h.versions[i].division);
    for (size_t i = 0; !named && i < t->program->n_slots; i++) named = str_eq(t->program->slots[i].param, p->name);
    return here && named;
}

/* ---------------------------------------------------------------- one entry */

enum rc history_head(struct telling_history *t, const struct history_entry *x, date_day as_of, struct err *e)
{
    static const char *const kinds[HISTORY__MAX] = {"books",  "parameter", "ended",    "unmerged",
                                                    "merged", "roster",    "delivery", "screen"};
    char when[40];
    if (t->text.failed) return err_nomem(e);
    if (!t->json) {
        out_say(&t->app->out, "%s  %.*s\n", "%s  %.*s\n", say_time(x->at_us, when), STR_ARG(buf_str(&t->text)));
        buf_clear(&t->text);
        return RC_OK;
    }
    json_open(&t->j, NULL, '{');
    json_text(&t->j, "at", str_from(clock_format(x->at_us, when)));
    json_text(&t->j, "kind", str_from(kinds[x->kind]));
    json_number(&t->j, "id", x->id);
    if (as_of) json_date(&t->j, "as_of", as_of);
    json_text(&t->j, "text", buf_str(&t->text));
    json_open(&t->j, "details", '[');
    buf_clear(&t->text);
    return RC_OK;
}

void history_tail(struct telling_history *t)
{
    if (!t->json) return;
    json_close(&t->j, ']');
    json_close(&t->j, '}');
}

/* The text collected, as a line of its own below the head. */
enum rc history_detail(struct telling_history *t, const char *what, struct str rule, struct str person, struct err *e)
{
    if (t->text.failed) return err_nomem(e);
    if (t->json) {
        json_open(&t->j, NULL, '{');
        json_text(&t->j, "what", str_from(what));
        if (rule.n) json_text(&t->j, "rule", rule);
        if (person.n) json_text(&t->j, "person", person);
        json_text(&t->j, "text", buf_str(&t->text));
        json_close(&t->j, '}');
    } else {
        out_say(&t->app->out, "    %.*s\n", "    %.*s\n", STR_ARG(buf_str(&t->text)));
    }
    buf_clear(&t->text);
    return RC_OK;
}

struct str history_name_of(const struct telling_history *t, uint32_t person, int64_t k_us)
{
    struct str name = history_name(&t->h, person, k_us);
    return name.n ? name : STR("?");
}

/* ---------------------------------------------------------------- files */

static const struct delivery *delivery_of(const struct telling_history *t, int64_t id)
{
    for (size_t i = 0; i < t->h.all.n; i++)
        if (t->h.all.v[i].id == id) return &t->h.all.v[i];
    return NULL;
}

static size_t rows_had(const struct telling_history *t, int64_t id, int64_t at_us)
{
    for (size_t i = 0; i < t->h.n_files; i++)
        if (t->h.files[i].d->id == id) return history_told(&t->h, &t->h.files[i], at_us);
    return 0;
}

void history_say_file(struct telling_history *t, const struct delivery *d)
{
    char from[DATE_TEXT_MAX], to[DATE_TEXT_MAX], day[DATE_TEXT_MAX];
    SAY(t, "%.*s (delivery %d, %.*s", "%.*s（交付 %d，%.*s", STR_ARG(d->file_name), (int)d->id, STR_ARG(d->dataset));
    if (d->covers_from)
        SAY(t, ", %s to %s", "，%s 至 %s", date_format(d->covers_from, from), date_format(d->covers_to, to));
    SAY(t, ", received %s)", "，%s 收到）", date_format(d->received_day, day));
}

static void say_mended(struct telling_history *t, const struct delivery *d)
{
    const struct delivery *of = delivery_mended(&t->h.all, d);
    if (of)
        SAY(t, ", mended rows of %.*s (delivery %d), with their lines there",
            "，更正 %.*s（交付 %d）的行，行号为该文件的", STR_ARG(of->file_name), (int)of->id);
}

/* "4", or "西村!4" of a workbook of several sheets. */
void history_say_row(struct telling_history *t, const struct delivery *d, int64_t line)
{
    struct str sheet;
    uint32_t row;
    if (source_sheet_row(d->mapping, line, &sheet, &row)) buf_addf(&t->text, "%.*s!%u", STR_ARG(sheet), (unsigned)row);
    else buf_add_i64(&t->text, line);
}

size_t history_say_lines(struct telling_history *t, const struct history_file *f, size_t from)
{
    const struct history_row *first = &f->rows[from];
    size_t n = 0;
    for (; from + n < f->n && f->rows[from + n].person == first->person && f->rows[from + n].waits == first->waits;
         n++) {
        if (n >= HISTORY_LINES_SHOWN) continue;
        buf_addz(&t->text, n ? lang_pick(t->app->lang, ", ", "、") : " ");
        history_say_row(t, f->d, f->rows[from + n].line);
    }
    if (n > HISTORY_LINES_SHOWN)
        SAY(t, " and %zu more", " 等 %zu", n - (t->app->lang == LANG_EN ? HISTORY_LINES_SHOWN : 0));
    if (t->app->lang == LANG_ZH) buf_addz(&t->text, " 行");
    return n;
}

/* ", read as 王乙's of household A2" where the row is somebody else's by then. */
static enum rc say_read_as(struct telling_history *t, uint32_t person, int64_t at_us, struct err *e)
{
    struct str code;
    uint32_t as = history_read_as(&t->h, person, at_us);
    const struct history_version *v = history_person_at(&t->h, as, at_us);
    if (as == person) return RC_OK;
    struct str name = history_name_of(t, as, at_us);
    SAY(t, ", read as %.*s's", "，按 %.*s 的行读取", STR_ARG(name));
    if (!v || v->household == t->household) return RC_OK;
    TRY(history_code(t, v->household, &code, e));
    SAY(t, " of household %.*s", "（%.*s 户）", STR_ARG(code));
    return RC_OK;
}

static enum rc tell_rows(struct telling_history *t, const struct history_file *f, int64_t at_us, struct err *e)
{
    for (size_t i = 0, n; i < f->n; i += n) {
        struct str name = history_name_of(t, f->rows[i].person, at_us);
        bool waits = f->rows[i].waits;
        SAY(t, waits ? "%.*s: waits, line" : "%.*s: line", waits ? "%.*s：待核，第" : "%.*s：第", STR_ARG(name));
        n = history_say_lines(t, f, i);
        if (!history_tells(&t->h, &f->rows[i], at_us)) {
            buf_clear(&t->text);
            continue;
        }
        TRY(say_read_as(t, f->rows[i].person, at_us, e));
        TRY(history_detail(t, waits ? "waits" : "rows", (struct str){0}, name, e));
    }
    return RC_OK;
}

/* "张甲: decision of 2026-03-10 (since, line 4)". */
static enum rc tell_decisions(struct telling_history *t, const struct history_entry *x, struct err *e)
{
    const struct history_file *f = x->of;
    struct place at;
    struct history_decision *v;
    size_t n;
    char day[DATE_TEXT_MAX];
    date_day known = session_us_day(x->at_us);
    TRY(session_place(t->s, history_division(t, x->at_us), known, &at, e));
    struct history_asking q = {t->s->store, t->s->policy, &t->s->divs, &at, known, &t->s->diags};
    TRY(history_decisions(&q, f, x->at_us, &t->s->arena, &v, &n, e));
    for (size_t i = 0; i < n; i++) {
        struct str name = history_name_of(t, v[i].row->person, x->at_us);
        if (!history_tells(&t->h, v[i].row, x->at_us)) continue;
        if (v[i].on) SAY(t, "%.*s: decision of %s", "%.*s：%s 的决定", STR_ARG(name), date_format(v[i].on, day));
        else SAY(t, "%.*s: a decision, its day cannot be told", "%.*s：有一项决定，日期无法确定", STR_ARG(name));
        buf_addz(&t->text, lang_pick(t->app->lang, " (line ", "（第 "));
        history_say_row(t, f->d, v[i].row->line);
        buf_addz(&t->text, lang_pick(t->app->lang, ")", " 行）"));
        TRY(history_detail(t, "decision", (struct str){0}, name, e));
    }
    return RC_OK;
}

static enum rc tell_file(struct telling_history *t, const struct history_entry *x, struct err *e)
{
    const struct history_file *f = x->of;
    history_say_file(t, f->d);
    if (f->d->kind == DELIVERY_REPLACES)
        SAY(t, ", replaces delivery %d (%zu rows of this household)", "，替换交付 %d（该户 %zu 行）",
            (int)f->d->replaces, rows_had(t, f->d->replaces, x->at_us));
    say_mended(t, f->d);
    if (f->d->kind == DELIVERY_ADDS && f->d->replaces && !delivery_mended(&t->h.all, f->d))
        SAY(t, ", rows of delivery %d that match only now", "，交付 %d 中现在才匹配的行", (int)f->d->replaces);
    TRY(history_head(t, x, 0, e));
    TRY(tell_rows(t, f, x->at_us, e));
    TRY(tell_decisions(t, x, e));
    history_tail(t);
    return RC_OK;
}

/* ---------------------------------------------------------------- members */

enum rc history_code(struct telling_history *t, uint32_t household, struct str *out, struct err *e)
{
    struct household_row h;
    bool found;
    *out = STR("?");
    TRY(household_get(t->s->store, &t->s->arena, household, INT64_MAX, &h, &found, e));
    if (found) *out = h.code;
    return RC_OK;
}

static void say_line(struct telling_history *t, const struct history_version *v)
{
    SAY(t, " (delivery %d line ", "（交付 %d 第 ", (int)v->d->id);
    history_say_row(t, v->d, v->line);
    buf_addz(&t->text, lang_pick(t->app->lang, ")", " 行）"));
}

static enum rc tell_left(struct telling_history *t, const struct history_version *was,
                         const struct history_version *now, struct err *e)
{
    struct str code;
    if (!now) {
        SAY(t, "%.*s: no longer on any roster in force", "%.*s：不在任何有效的花名册中", STR_ARG(was->name));
        return history_detail(t, "gone", (struct str){0}, was->name, e);
    }
    TRY(history_code(t, now->household, &code, e));
    SAY(t, "%.*s: left for household %.*s", "%.*s：迁往 %.*s 户", STR_ARG(was->name), STR_ARG(code));
    say_line(t, now);
    return history_detail(t, "left", (struct str){0}, was->name, e);
}

static enum rc tell_member(struct telling_history *t, uint32_t person, int64_t at_us, size_t *told, struct err *e)
{
    const struct history_version *was = history_person_at(&t->h, person, at_us - 1),
                                 *now = history_person_at(&t->h, person, at_us);
    bool in = was && was->household == t->household, is = now && now->household == t->household;
    if (!in && !is) return RC_OK;
    if (in && is && was->division == now->division && str_eq(was->name, now->name)) return RC_OK;
    ++*told;
    if (in && !is) return tell_left(t, was, now, e);
    if (!in)
        SAY(t, was ? "%.*s: joined from another household" : "%.*s: joined", was ? "%.*s：由他户迁入" : "%.*s：加入",
            STR_ARG(now->name));
    else if (was->division != now->division)
        SAY(t, "%.*s: registered at %012lld, before at %012lld", "%.*s：登记地 %012lld，原为 %012lld",
            STR_ARG(now->name), (long long)now->division, (long long)was->division);
    else SAY(t, "%.*s: before under the name %.*s", "%.*s：原用姓名 %.*s", STR_ARG(now->name), STR_ARG(was->name));
    say_line(t, now);
    return history_detail(t, !in ? "joined" : "moved", (struct str){0}, now->name, e);
}

static enum rc tell_members(struct telling_history *t, int64_t at_us, struct err *e)
{
    size_t told = 0, n = 0;
    for (size_t i = 0; i < t->h.n_people; i++) {
        const struct history_version *v = history_person_at(&t->h, t->h.people[i], at_us);
        n += v && v->household == t->household;
        TRY(tell_member(t, t->h.people[i], at_us, &told, e));
    }
    if (told) return RC_OK;
    SAY(t, "the same %zu members", "成员不变，%zu 人", n);
    return history_detail(t, "same", (struct str){0}, (struct str){0}, e);
}

static enum rc tell_roster(struct telling_history *t, const struct history_entry *x, struct err *e)
{
    const struct delivery *d = delivery_of(t, x->id);
    if (!d) return RC_OK;
    history_say_file(t, d);
    say_mended(t, d);
    TRY(history_head(t, x, 0, e));
    TRY(tell_members(t, x->at_us, e));
    history_tail(t);
    return RC_OK;
}

static enum rc tell_ended(struct telling_history *t, const struct history_entry *x, struct err *e)
{
    const struct delivery *d = delivery_of(t, x->id);
    const struct history_file *f = x->of;
    if (!d) return RC_OK;
    bool replaced = d->state == DELIVERY_REPLACED;
    int64_t by = 0;
    for (size_t i = 0; i < t->h.all.n; i++)
        if (t->h.all.v[i].kind == DELIVERY_REPLACES && t->h.all.v[i].replaces == d->id) by = t->h.all.v[i].id;
    history_say_file(t, d);
    if (replaced && by) SAY(t, ": replaced by delivery %d", "：被交付 %d 替换", (int)by);
    else if (replaced) SAY(t, "%s", "%s", t->app->lang == LANG_EN ? ": replaced" : "：已被替换");
    else SAY(t, ": withdrawn, %.*s", "：撤回，%.*s", STR_ARG(d->withdrawn_reason));
    if (f)
        SAY(t, "; %zu rows of this household count no longer", "；该户 %zu 行不再计入",
            history_told(&t->h, f, x->at_us));
    TRY(history_head(t, x, 0, e));
    if (!f) TRY(tell_members(t, x->at_us, e));
    history_tail(t);
    return RC_OK;
}

/* ---------------------------------------------------------------- parameters and books */

static enum rc tell_param(struct telling_history *t, const struct history_entry *x, struct err *e)
{
    const struct param_event *p = x->of;
    char day[DATE_TEXT_MAX];
    SAY(t, "parameter %.*s = %.*s", "参数 %.*s = %.*s", STR_ARG(p->name), STR_ARG(p->value_text));
    if (p->division) SAY(t, " in %012lld", "，%012lld", (long long)p->division);
    if (p->from_day) SAY(t, ", from %s", "，自 %s 起", date_format(p->from_day, day));
    SAY(t, " (%.*s, %.*s)", "（%.*s，%.*s）", STR_ARG(p->document), STR_ARG(p->by_who));
    TRY(history_head(t, x, 0, e));
    history_tail(t);
    return RC_OK;
}

static const struct stored_book *book_in(const struct book_set *set, struct str name)
{
    for (size_t i = 0; i < set->n; i++)
        if (str_eq(set->books[i].name, name)) return &set->books[i];
    return NULL;
}

static enum rc tell_book(struct telling_history *t, const struct stored_book *was, const struct stored_book *now,
                         struct err *e)
{
    struct str name = now ? now->name : was->name;
    if (was && now && memcmp(was->hash, now->hash, BOOK_HASH_BYTES) == 0) return RC_OK;
    const char *what = !was ? "added" : !now ? "removed" : "changed";
    SAY(t, "book %.*s: %s", "政策册 %.*s：%s", STR_ARG(name),
        t->app->lang == LANG_EN ? what
        : !was                  ? "新增"
        : !now                  ? "撤下"
                                : "变更");
    if (now)
        SAY(t, " (%02x%02x%02x%02x)", "（%02x%02x%02x%02x）", now->hash[0], now->hash[1], now->hash[2], now->hash[3]);
    return history_detail(t, what, (struct str){0}, (struct str){0}, e);
}

static enum rc tell_books(struct telling_history *t, const struct history_entry *x, struct err *e)
{
    const struct book_set *now = x->of;
    struct book_set was;
    TRY(book_set_at(t->s->store, &t->s->arena, now->known_from_us - 1, &was, e));
    SAY(t, "policy books loaded by %.*s", "装载政策册（%.*s）", STR_ARG(now->by_who));
    TRY(history_head(t, x, 0, e));
    for (size_t i = 0; i < now->n; i++) TRY(tell_book(t, book_in(&was, now->books[i].name), &now->books[i], e));
    for (size_t i = 0; i < was.n; i++)
        if (!book_in(now, was.books[i].name)) TRY(tell_book(t, &was.books[i], NULL, e));
    history_tail(t);
    return RC_OK;
}

/* ---------------------------------------------------------------- screens */

/* A kept screen, what it says and what it knew. */
struct then {
    const struct screen *screen;
    struct session s; /* of that moment */
    struct screening sc;
    struct kept_screen kept;
};

static bool rule_wanted(const struct telling_history *t, struct str name)
{
    return !t->rule.n || str_eq(name, t->rule) || str_eq(rule_base_name(name), t->rule);
}

/* A rule where the household lived, and the village when it is about that. */
struct rule_then {
    const struct decl *decl;
    int64_t village; /* 0: about the household or its person */
};

static struct rule_then rule_then(const struct telling_history *t, const struct then *x, struct str rule)
{
    const struct world *w = &x->sc.w;
    for (uint32_t h = 0; h < w->n_households; h++) {
        if (w->household_no[h] != t->household) continue;
        for (size_t i = 0; i < x->sc.n_rules; i++)
            if (str_eq(x->sc.rules[i].name, rule))
                return (struct rule_then){
                    x->sc.here[(size_t)x->sc.env_of_place[w->frame.place[h]] * x->sc.n_rules + i].decl,
                    x->sc.rules[i].of_village ? w->frame.division[h] : 0};
    }
    return (struct rule_then){0};
}

/* Whom it is about, in JSON. */
static struct str name_then(const struct telling_history *t, const struct then *x, struct str rule, uint32_t person)
{
    if (!person || rule_then(t, x, rule).village) return (struct str){0};
    return history_name_of(t, person, x->screen->known_at_us);
}

static void say_rule(struct telling_history *t, struct then *x, struct str rule, uint32_t person)
{
    struct rule_then then = rule_then(t, x, rule);
    const struct decl *d = then.decl;
    char code[DIVISION_TEXT_MAX];
    SAY(t, "%.*s", "%.*s", STR_ARG(rule));
    if (d && d->label.n) SAY(t, " \"%.*s\"", "“%.*s”", STR_ARG(d->label));
    if (then.village)
        SAY(t, ", of the village %s, not of the household", "，是村 %s 的，不是本户的",
            division_format_short(then.village, code));
    else if (person) SAY(t, ", %.*s", "，%.*s", STR_ARG(history_name_of(t, person, x->screen->known_at_us)));
    if (d) SAY(t, " [%.*s]", " [%.*s]", STR_ARG(decl_clause(d, &x->sc.arena)));
}

static void say_reasons(struct telling_history *t, const struct then *x, reason_set why)
{
    const reason *r;
    size_t n = reasons_get(x->sc.w.reasons, why, &r);
    for (size_t i = 0; i < n; i++) {
        buf_addz(&t->text, i == 0 ? lang_pick(t->app->lang, ": ", "：") : lang_pick(t->app->lang, "; ", "；"));
        zh_reason(x->s.policy, r[i], t->app->lang, &t->text);
    }
}

static const struct finding *unknown_of(const struct then *x, const struct finding *f, struct str rule)
{
    for (size_t i = 0; i < x->sc.n_unknowns; i++) {
        const struct finding *u = &x->sc.unknowns[i];
        if (u->household == f->household && u->person == f->person && str_eq(x->sc.rules[u->rule].name, rule)) return u;
    }
    return NULL;
}

static enum rc tell_finding(struct telling_history *t, struct then *x, const struct finding *f, struct err *e)
{
    struct str rule = x->kept.rules[f->rule];
    const struct finding *u = f->verdict == VERDICT_UNKNOWN ? unknown_of(x, f, rule) : NULL;
    if (!rule_wanted(t, rule)) return RC_OK;
    SAY(t, "%s: ", "%s：", finding_state_text((enum finding_state)f->state, t->app->lang));
    say_rule(t, x, rule, f->person);
    if (u) say_reasons(t, x, u->why);
    struct str name = name_then(t, x, rule, f->person);
    return history_detail(t, finding_state_word((enum finding_state)f->state), rule, name, e);
}

/* Judged unknown and not open before: kept nowhere, had again by running the screen again. */
static enum rc tell_unknown(struct telling_history *t, struct then *x, const struct finding *u, struct err *e)
{
    struct str rule = x->sc.rules[u->rule].name;
    if (u->household != t->household || !rule_wanted(t, rule)) return RC_OK;
    for (uint32_t i = 0; i < x->kept.n; i++) {
        struct finding f = kept_finding(&x->kept, i);
        if (f.household == u->household && f.person == u->person && str_eq(x->kept.rules[f.rule], rule)) return RC_OK;
    }
    buf_addz(&t->text, lang_pick(t->app->lang, "cannot judge: ", "无法判断："));
    say_rule(t, x, rule, u->person);
    say_reasons(t, x, u->why);
    struct str name = name_then(t, x, rule, u->person);
    return history_detail(t, "cannot_judge", rule, name, e);
}

static enum rc tell_task(struct telling_history *t, bool opened, bool closed, struct err *e)
{
    if (opened) {
        buf_addz(&t->text, lang_pick(t->app->lang, "its task opened", "任务开立"));
        TRY(history_detail(t, "task_opened", (struct str){0}, (struct str){0}, e));
    }
    if (!closed) return RC_OK;
    buf_addz(&t->text, lang_pick(t->app->lang, "its task closed", "任务关闭"));
    return history_detail(t, "task_closed", (struct str){0}, (struct str){0}, e);
}

static enum rc tell_tasks(struct telling_history *t, const struct screen *sc, struct err *e)
{
    bool opens, closes;
    for (size_t i = 0; i < t->n_tasks && sc->state == SCREEN_KEPT; i++)
        TRY(tell_task(t, t->tasks[i].opened_screen == sc->id, t->tasks[i].closed_screen == sc->id, e));
    if (sc->state == SCREEN_KEPT) return RC_OK;
    TRY(tasks_by_screen(t->s->store, sc->id, t->household, &opens, &closes, e));
    return tell_task(t, opens, closes, e);
}

/* "2026-05-31 ill 610926000000: 6/6 (1): why": was it about a rule that found something in this household? */
static bool concerns(const struct telling_history *t, const struct then *x, const struct event *v)
{
    struct str rest = v->detail, day, rule, county;
    int64_t code = 0;
    bool read = str_cut(&rest, ' ', &day) && str_cut(&rest, ' ', &rule) && str_cut(&rest, ':', &county) &&
                str_to_i64(county, 0, INT64_MAX, &code);
    if (!read || !rule_wanted(t, rule) || !division_covers(code, history_division(t, x->screen->known_at_us)))
        return false;
    for (uint32_t i = 0; i < x->kept.n; i++) {
        struct finding f = kept_finding(&x->kept, i);
        bool found = f.household == t->household && f.verdict == VERDICT_TRUE;
        if (found && str_eq(x->kept.rules[f.rule], rule)) return true;
    }
    return false;
}

static enum rc tell_confirmed(struct telling_history *t, const struct then *x, struct err *e)
{
    char object[40];
    (void)snprintf(object, sizeof object, "screen %d", (int)x->screen->id);
    for (size_t i = t->n_confirmed; i-- > 0;) {
        const struct event *v = &t->confirmed[i];
        if (!str_eq(v->object, str_from(object)) || !concerns(t, x, v)) continue;
        SAY(t, "was held; confirmed by %.*s: %.*s", "曾待确认，由 %.*s 确认：%.*s", STR_ARG(v->who),
            STR_ARG(v->detail));
        TRY(history_detail(t, "confirmed", (struct str){0}, (struct str){0}, e));
    }
    return RC_OK;
}

static enum rc run_again(struct telling_history *t, struct then *x, struct err *e)
{
    int64_t k_us = x->screen->known_at_us;
    struct str base = rule_base_name(t->rule);
    TRY(session_open(&x->s, t->app, t->args, STORE_READ, SESSION_STORE, 0, e));
    TRY(session_know(&x->s, SESSION_DIVISIONS | SESSION_POLICY, session_us_day(k_us), k_us, e));
    struct screen_options o = {.as_of = x->screen->as_of,
                               .known_at = session_us_day(k_us),
                               .k_us = k_us,
                               .with_unknown = true,
                               .dry = true,
                               .alone = true,
                               .only = &base,
                               .n_only = t->rule.n ? 1 : 0};
    TRY(screen_run(&x->sc, x->s.store, x->s.policy, x->s.set.hash, &x->s.divs, &o, &x->s.diags, e));
    return kept_screen_read(x->s.store, &x->sc.arena, x->screen->id, &x->kept, e);
}

static enum rc tell_verdicts(struct telling_history *t, struct then *x, struct err *e)
{
    for (uint32_t i = 0; i < x->kept.n; i++) {
        struct finding f = kept_finding(&x->kept, i);
        if (f.household == t->household) TRY(tell_finding(t, x, &f, e));
    }
    for (size_t i = 0; i < x->sc.n_unknowns; i++) TRY(tell_unknown(t, x, &x->sc.unknowns[i], e));
    TRY(tell_confirmed(t, x, e));
    return tell_tasks(t, x->screen, e);
}

/* Which screen of the same day took its place, if that is known by then. */
static void say_successor(struct telling_history *t, const struct screen *sc)
{
    for (size_t i = 0; i < t->entries.n; i++) {
        const struct history_entry *x = &t->entries.v[i];
        const struct screen *later = x->of;
        if (x->kind != HISTORY_SCREEN || later->as_of != sc->as_of || later->id <= sc->id) continue;
        SAY(t, " (replaced by screen %d)", "（已被筛查 %d 替换）", (int)later->id);
        return;
    }
}

static enum rc tell_screen(struct telling_history *t, const struct history_entry *entry, struct err *e)
{
    struct then x = {.screen = entry->of};
    char day[DATE_TEXT_MAX];
    SAY(t, "Screen %d as of %s", "筛查 %d，筛查日期 %s", (int)x.screen->id, date_format(x.screen->as_of, day));
    say_successor(t, x.screen);
    TRY(history_head(t, entry, x.screen->as_of, e));
    enum rc rc = run_again(t, &x, e);
    if (!rc) rc = tell_verdicts(t, &x, e);
    screening_free(&x.sc);
    session_close(&x.s);
    history_tail(t);
    return rc;
}

/* ---------------------------------------------------------------- whole */

enum rc history_tell(struct telling_history *t, const struct history_entry *x, struct err *e)
{
    switch (x->kind) {
    case HISTORY_BOOKS: return tell_books(t, x, e);
    case HISTORY_PARAM: return tell_param(t, x, e);
    case HISTORY_ENDED: return tell_ended(t, x, e);
    case HISTORY_SPLIT:
    case HISTORY_MERGED: return history_tell_merge(t, x, e);
    case HISTORY_ROSTER: return tell_roster(t, x, e);
    case HISTORY_FILE: return tell_file(t, x, e);
    default: return tell_screen(t, x, e);
    }
}

enum rc history_begin(struct telling_history *t, struct err *e)
{
    char when[40];
    buf_init(&t->text, MIB(1));
    if (t->json) {
        json_init(&t->j);
        json_open(&t->j, NULL, '{');
        json_text(&t->j, "household", t->code);
        json_text(&t->j, "known_at", str_from(clock_format(t->to_us, when)));
        json_open(&t->j, "entries", '[');
        return RC_OK;
    }
    out_say(&t->app->out, "Household %.*s: what was known when (until %s)\n", "农户 %.*s：何时知道什么（截至 %s）\n",
            STR_ARG(t->code), say_time(t->to_us, when));
    if (!t->entries.n) out_say(&t->app->out, "Nothing became known in this time.\n", "这段时间没有新的情况。\n");
    return t->text.failed ? err_nomem(e) : RC_OK;
}

enum rc history_end(struct telling_history *t, struct err *e)
{
    if (!t->json) return RC_OK;
    json_close(&t->j, ']');
    json_close(&t->j, '}');
    return json_print(&t->j, &t->app->out, e);
}
