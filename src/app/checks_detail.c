/* What the condition of a finding reads, and where that is written: by explaining the finding, a rule compiled once for
 * each environment. */
#include "app/checks.h"
#include "base/utf8.h"
#include "match/source.h"
#include "rules/explain.h"

enum { VALUES_BYTES = 600, PLACES_MAX = 4, ROWS_MAX = 16 };

/* Explaining a finding of a rule that looks at everybody looks at everybody: so many rows of that a list. */
#define EVERYBODY_ROWS_MAX UINT64_C(6000000)

struct detail_rule {
    bool made, everybody;
    struct compiled c;
    struct ptable pt;
    size_t output;   /* SIZE_MAX: not in force there */
    uint32_t *among; /* with everybody: the people of all findings of the rule; NULL: not listed yet */
    size_t n_among;
};

/* The rows that are to be mended, each once. */
struct places {
    struct {
        uint16_t table;
        uint32_t row;
    } v[PLACES_MAX];
    size_t n;
    bool more;
};

/* ---------------------------------------------------------------- the rule at the household's place */

static enum rc make_rule(struct checking *c, const struct work_row *r, const struct place *place,
                         struct detail_rule *out, struct err *e)
{
    const struct world *w = &c->sc.w;
    struct str name = r->rule->name;
    struct compile_options o = {.place = place, .as_of = w->as_of, .only = &name, .n_only = 1};
    TRY(rules_compile(c->s->policy, &o, &c->s->arena, &c->s->diags, &out->c, e));
    TRY(rules_ptable(c->s->policy, out->c.program, w->places, w->n_places, &c->s->arena, &out->pt, &c->s->diags, e));
    out->output = SIZE_MAX;
    for (size_t i = 0; i < out->c.n_outputs; i++)
        if (str_eq(out->c.outputs[i].name, name)) out->output = i;
    for (size_t s = 0; s < out->c.program->n_spaces; s++)
        out->everybody = out->everybody || out->c.program->spaces[s].kind == SPACE_TIED;
    out->made = true;
    return RC_OK;
}

/* Everybody in the households with findings of the rule. */
static enum rc list_among(struct checking *c, const struct work_row *r, struct detail_rule *d, struct err *e)
{
    const struct ftable *people = &c->sc.w.tables[TABLE_PERSON];
    uint32_t last = UINT32_MAX;
    size_t n = 0;
    for (unsigned turn = 0; turn < 2; turn++, last = UINT32_MAX) {
        if (turn && !(d->among = ARENA_ARRAY(&c->s->arena, uint32_t, n + 1))) return err_nomem(e);
        n = 0;
        for (size_t i = 0; c->list && i < c->list->n; i++) {
            const struct work_row *x = &c->list->v[i];
            if (x->rule != r->rule || x->household_row == last) continue;
            last = x->household_row;
            for (uint32_t row = people->first[last]; row < people->first[last + 1]; row++, n++)
                if (turn) d->among[n] = row;
        }
    }
    d->n_among = n;
    return RC_OK;
}

static enum rc rule_at(struct checking *c, const struct work_row *r, uint32_t household, struct detail_rule **out,
                       struct err *e)
{
    const struct world *w = &c->sc.w;
    uint32_t place = w->frame.place[household];
    size_t env = c->sc.env_of_place[place], rule = (size_t)(r->rule - c->sc.rules);
    if (!c->detail) c->detail = ARENA_ARRAY(&c->s->arena, struct detail_rule, c->sc.n_env * c->sc.n_rules + 1);
    if (!c->detail) return err_nomem(e);
    *out = &c->detail[env * c->sc.n_rules + rule];
    if ((*out)->made) return RC_OK;
    TRY(make_rule(c, r, &w->places[place], *out, e));
    return (*out)->everybody ? list_among(c, r, *out, e) : RC_OK;
}

/* ---------------------------------------------------------------- where it is written */

static void add_place(struct places *p, uint16_t table, uint32_t row)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->v[i].table == table && p->v[i].row == row) return;
    if (p->n == PLACES_MAX) p->more = true;
    else p->v[p->n].table = table, p->v[p->n++].row = row;
}

/* "06-member_form.csv 第 12 行", "花名册.xlsx 工作表“某村”第 12 行". */
static void say_place(const struct world *w, uint16_t table, uint32_t row, struct buf *out)
{
    const struct delivery *d = NULL;
    struct str sheet;
    int64_t line = 0;
    uint32_t sheet_row;
    if (!world_origin(w, table, row, &d, &line)) return;
    const struct delivery *mended = delivery_mended(&w->known, d);
    if (out->n) buf_addz(out, "；");
    buf_add(out, mended ? mended->file_name : d->file_name);
    if (source_sheet_row(d->mapping, line, &sheet, &sheet_row))
        buf_addf(out, " 工作表“%.*s”第 %u 行", STR_ARG(sheet), sheet_row);
    else buf_addf(out, " 第 %lld 行", (long long)line);
    if (mended) buf_addf(out, "（更正见 %.*s）", STR_ARG(d->file_name));
}

static uint32_t household_of(const struct world *w, uint16_t table, uint32_t row)
{
    if (table == TABLE_HOUSEHOLD) return row;
    return w->tables[TABLE_PERSON].owner[table == TABLE_PERSON ? row : w->tables[table].owner[row]];
}

static bool is_village_form(const struct world *w, uint16_t table)
{
    const struct dataset_decl *d = table >= TABLE_FACT0 ? w->datasets[table - TABLE_FACT0].decl : NULL;
    return d && d->placed_by.text.n;
}

/* Whose it is when it is not this household's: "（另一户：某村 户编号 H02 钱*）". Else nobody could go and look. A
 * village has no household of its own. */
static enum rc say_other(struct checking *c, const struct work_row *r, uint16_t table, uint32_t row, struct buf *out,
                         struct err *e)
{
    const struct world *w = &c->sc.w;
    struct check_words words;
    uint32_t household = household_of(w, table, row);
    if (r->rule->of_village ? is_village_form(w, table) : household == r->household_row) return RC_OK;
    struct check_subject of = {.rule = STR(""), .household_no = w->household_no[household]};
    if (table == TABLE_PERSON) of.person_no = world_person_no(w, row);
    else if (table != TABLE_HOUSEHOLD) of.person_no = world_person_no(w, w->tables[table].owner[row]);
    TRY(checks_words(c->s, &of, c->a->opt[OPTION_NAMES].given, &words, e));
    buf_addf(out, "（%s%.*s", r->rule->of_village ? "" : "另一户：", STR_ARG(words.village));
    if (words.code.n) buf_addf(out, " 户编号 %.*s", STR_ARG(words.code));
    buf_addf(out, " %.*s）", STR_ARG(words.person.n ? words.person : words.household));
    return RC_OK;
}

/* ---------------------------------------------------------------- what it reads */

static bool is_said(const struct buf *b, struct str piece)
{
    struct str all = buf_str(b);
    for (size_t i = 0; i + piece.n <= all.n; i++)
        if (!memcmp(all.p + i, piece.p, piece.n)) return true;
    return false;
}

static void add_fact(const struct explain_fact *f, struct buf *values, struct places *p)
{
    char text[VALUES_BYTES];
    struct str label = f->label.v[LANG_ZH], value = f->value.v[LANG_ZH];
    for (size_t i = 0; i < f->n_rows; i++) add_place(p, f->rows[i].table, f->rows[i].row);
    if (f->depth || !value.n) return;
    int n = snprintf(text, sizeof text, "%.*s：%.*s", STR_ARG(label), STR_ARG(value));
    struct str piece = utf8_clip(str_make(text, n < (int)sizeof text ? (size_t)n : sizeof text - 1), sizeof text - 1);
    if (values->n + piece.n > VALUES_BYTES || is_said(values, piece)) return;
    if (values->n) buf_addz(values, "；");
    buf_add(values, piece);
}

static void add_explanation(const struct explanation *x, struct buf *values, struct places *p)
{
    for (size_t i = 0; i < x->n_conditions; i++)
        for (size_t k = 0; k < x->conditions[i].n_facts; k++) add_fact(&x->conditions[i].facts[k], values, p);
}

/* among: look at these alone where the rule looks at everybody. */
static enum rc explain_row(struct checking *c, const struct detail_rule *d, bool among, uint32_t household,
                           uint32_t row, struct explanation *out, struct err *e)
{
    const struct world *w = &c->sc.w;
    struct explain_request q = {.policy = c->s->policy,
                                .compiled = &d->c,
                                .output = d->output,
                                .frame = &w->frame,
                                .params = &d->pt,
                                .place = &w->places[w->frame.place[household]],
                                .row = row,
                                .among = among ? d->among : NULL,
                                .n_among = d->n_among,
                                .mask_personal = !c->a->opt[OPTION_NAMES].given};
    arena_reset(&c->scratch);
    return explain_make(&q, &c->scratch, out, e);
}

static bool may_look_at(struct checking *c, uint64_t rows)
{
    if (c->looked_at + rows > EVERYBODY_ROWS_MAX) return false;
    c->looked_at += rows;
    return true;
}

/* Whom a finding is about as well is nearly always a finding of the same rule, so its people are looked at first.
 * *found false: it would take too long to say more than where it is. */
static enum rc explain_found(struct checking *c, const struct detail_rule *d, uint32_t household, uint32_t row,
                             struct explanation *out, bool *found, struct err *e)
{
    *found = true;
    if (!d->everybody) return explain_row(c, d, false, household, row, out, e);
    if (may_look_at(c, d->n_among)) {
        TRY(explain_row(c, d, true, household, row, out, e));
        if (out->verdict == EXPLAIN_TRUE) return RC_OK;
    }
    *found = may_look_at(c, (uint64_t)c->sc.w.n_people + c->sc.w.n_households);
    return *found ? explain_row(c, d, false, household, row, out, e) : RC_OK;
}

/* Of a rule on the rows of a dataset: the person's rows that are wrong. */
static enum rc add_rows(struct checking *c, const struct detail_rule *d, uint32_t household, uint32_t from, uint32_t to,
                        struct buf *values, struct places *p, struct err *e)
{
    uint16_t table = d->c.outputs[d->output].table;
    for (uint32_t row = from; row < to && row - from < ROWS_MAX; row++) {
        struct explanation x;
        bool found;
        TRY(explain_found(c, d, household, row, &x, &found, e));
        if (!found) {
            if (table != TABLE_HOUSEHOLD) add_place(p, table, row);
            buf_clear(values);
            buf_addz(values, "（与他人相同或不符，见判断依据）");
            continue;
        }
        if (x.verdict != EXPLAIN_TRUE) continue;
        if (table != TABLE_HOUSEHOLD) add_place(p, table, row);
        add_explanation(&x, values, p);
    }
    return RC_OK;
}

static enum rc add_subject(struct checking *c, const struct work_row *r, const struct detail_rule *d,
                           uint32_t household, struct buf *values, struct places *p, struct err *e)
{
    const struct world *w = &c->sc.w;
    uint16_t table = d->c.outputs[d->output].table;
    if (!r->person_no) return add_rows(c, d, household, household, household + 1, values, p, e);
    uint32_t person = world_row_of(w, r->person_no);
    if (person == UINT32_MAX) return RC_OK;
    if (table == TABLE_PERSON) return add_rows(c, d, household, person, person + 1, values, p, e);
    const struct ftable *t = &w->tables[table];
    uint32_t from = ftable_from(t, person, 0);
    return add_rows(c, d, household, from, ftable_from(t, person + 1, from), values, p, e);
}

static enum rc say_all(struct checking *c, const struct work_row *r, struct buf *values, struct buf *place,
                       struct err *e)
{
    const struct world *w = &c->sc.w;
    struct detail_rule *d = NULL;
    struct places p = {0};
    uint32_t household = r->household_row;
    TRY(rule_at(c, r, household, &d, e));
    if (d->output != SIZE_MAX) TRY(add_subject(c, r, d, household, values, &p, e));
    if (!values->n) buf_addz(values, "（空）");                                      /* blank is all that is asked */
    if (!p.n) add_place(&p, TABLE_PERSON, w->tables[TABLE_PERSON].first[household]); /* the household's first line */
    for (size_t i = 0; i < p.n; i++) {
        say_place(w, p.v[i].table, p.v[i].row, place);
        TRY(say_other(c, r, p.v[i].table, p.v[i].row, place, e));
    }
    if (p.more) buf_addz(place, "……");
    return RC_OK;
}

enum rc checks_detail(struct checking *c, const struct work_row *r, struct buf *values, struct buf *place,
                      struct err *e)
{
    buf_clear(values);
    buf_clear(place);
    TRY(say_all(c, r, values, place, e));
    return values->failed || place->failed ? err_nomem(e) : RC_OK;
}
