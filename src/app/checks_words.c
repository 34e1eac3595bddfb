/* Whom and what an answer or an exception is of: village, household, person and check instead of numbers. */
#include "app/checks.h"
#include "ident/division_code.h"
#include "store/people.h"

static enum rc named(struct session *s, struct str name, bool whole, const char *tail, struct str *out, struct err *e)
{
    struct buf b;
    struct str shown = whole && name.n ? name : name.n ? work_mask_name(&s->arena, name) : STR("？");
    if (!shown.p) return err_nomem(e);
    buf_init(&b, KIB(16));
    buf_add(&b, shown);
    buf_addz(&b, tail);
    *out = b.failed ? (struct str){0} : str_dup(&s->arena, buf_str(&b));
    buf_fini(&b);
    return out->p ? RC_OK : err_nomem(e);
}

static enum rc village_of(struct session *s, int64_t division, struct str *out, struct err *e)
{
    char code[DIVISION_TEXT_MAX];
    *out = divisions_name(&s->divs, division, s->known_at);
    if (out->n || !division) return RC_OK;
    *out = str_dup(&s->arena, str_from(division_format_short(division, code)));
    return out->p ? RC_OK : err_nomem(e);
}

/* The household goes by its first member, which in a roster is the head. */
static enum rc household_words(struct session *s, uint32_t no, bool whole, struct check_words *out, struct err *e)
{
    struct household_row h;
    struct people_list l;
    bool found;
    TRY(household_get(s->store, &s->arena, no, INT64_MAX - 1, &h, &found, e));
    if (!found) return RC_OK;
    out->code = str_dup(&s->arena, h.code);
    if (h.code.n && !out->code.p) return err_nomem(e);
    TRY(village_of(s, h.division, &out->village, e));
    TRY(people_of_household(s->store, &s->arena, no, INT64_MAX - 1, &l, e));
    return named(s, l.n ? l.v[0].name : STR(""), whole, "户", &out->household, e);
}

static enum rc person_words(struct session *s, uint32_t no, bool whole, struct check_words *out, struct err *e)
{
    struct person p;
    bool found;
    TRY(people_get(s->store, &s->arena, no, INT64_MAX - 1, &p, &found, e));
    return found ? named(s, p.name, whole, "", &out->person, e) : RC_OK;
}

/* Rules about a dataset whose rows are about villages. */
static bool is_of_village(const struct session *s, const struct decl *rule)
{
    for (size_t i = 0; i < s->books.n_decls; i++) {
        const struct decl *d = s->books.decls[i];
        if (d->kind == D_DATASET && d->u.dataset.placed_by.text.n && str_eq(d->name.text, rule->u.rule.on.text))
            return true;
    }
    return false;
}

/* The household and person on which it hangs stay out. */
static enum rc village_words(struct session *s, uint32_t household_no, struct check_words *out, struct err *e)
{
    struct household_row h;
    char code[DIVISION_TEXT_MAX];
    bool found;
    TRY(household_get(s->store, &s->arena, household_no, INT64_MAX - 1, &h, &found, e));
    if (!found) return RC_OK;
    TRY(village_of(s, h.division, &out->village, e));
    out->household = STR("村");
    out->code = str_dup(&s->arena, str_from(division_format_short(h.division, code)));
    return out->code.p ? RC_OK : err_nomem(e);
}

enum rc checks_words(struct session *s, const struct check_subject *of, bool names, struct check_words *out,
                     struct err *e)
{
    const struct decl *rule = NULL;
    *out = (struct check_words){.title = of->rule, .person = STR(""), .household = STR("")};
    for (size_t i = 0; i < s->books.n_decls; i++) {
        const struct decl *d = s->books.decls[i];
        if (!work_is_check(d) || !str_eq(d->name.text, of->rule)) continue;
        rule = d;
        out->title = d->label;
        out->number = d->u.rule.number;
    }
    if (rule && is_of_village(s, rule)) return village_words(s, of->household_no, out, e);
    TRY(household_words(s, of->household_no, names, out, e));
    return of->person_no ? person_words(s, of->person_no, names, out, e) : RC_OK;
}
