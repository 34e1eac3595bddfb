/* Two people found to be one, and found to be two again, in a household's history. */
#include "app/history_say.h"

#define SAY(t, en, zh, ...) buf_addf(&(t)->text, (t)->app->lang == LANG_EN ? en : zh, __VA_ARGS__)

/* "张甲 (household A1)", by the rosters known then. */
static enum rc say_person(struct telling_history *t, uint32_t person, int64_t at_us, struct err *e)
{
    struct str code, name = history_name_of(t, person, at_us);
    const struct history_version *v = history_person_at(&t->h, person, at_us);
    SAY(t, "%.*s", "%.*s", STR_ARG(name));
    if (!v) return RC_OK;
    TRY(history_code(t, v->household, &code, e));
    SAY(t, " (household %.*s)", "（%.*s 户）", STR_ARG(code));
    return RC_OK;
}

/* Rows of the one who is no longer kept, or is himself again, in the files known then. */
static enum rc tell_moved(struct telling_history *t, const struct decision *d, int64_t at_us, bool merged,
                          struct err *e)
{
    for (size_t i = 0; i < t->h.n_files; i++) {
        const struct history_file *f = &t->h.files[i];
        if (!history_known(f->d, at_us) || !history_wants_dataset(t, f->d->dataset)) continue;
        for (size_t k = 0, n; k < f->n; k += n) {
            uint32_t to = merged ? history_read_as(&t->h, d->other, at_us) : d->other;
            n = 1;
            if (f->rows[k].person != d->other || f->rows[k].waits) continue;
            history_say_file(t, f->d);
            SAY(t, "%s", "%s", lang_pick(t->app->lang, ": line", "：第"));
            n = history_say_lines(t, f, k);
            SAY(t, "%s", "%s", lang_pick(t->app->lang, merged ? " read now as of " : " again of ", "，现归 "));
            TRY(say_person(t, to, at_us, e));
            TRY(history_detail(t, "rows", (struct str){0}, history_name_of(t, to, at_us), e));
        }
    }
    return RC_OK;
}

enum rc history_tell_merge(struct telling_history *t, const struct history_entry *x, struct err *e)
{
    const struct decision *d = x->of;
    bool merged = x->kind == HISTORY_MERGED;
    struct str who = merged ? d->by_who : d->undone_by, why = merged ? d->reason : d->undone_reason;
    TRY(say_person(t, d->other, x->at_us, e));
    SAY(t, "%s", "%s",
        lang_pick(t->app->lang, merged ? " found to be one person with " : " found not to be one person with ",
                  merged ? " 与 " : " 与 "));
    TRY(say_person(t, d->person, x->at_us, e));
    if (t->app->lang == LANG_ZH) buf_addz(&t->text, merged ? " 认定为同一人，合并" : " 认定为两人，撤销合并");
    SAY(t, " (decision %d, %.*s: %.*s)", "（决定 %d，%.*s：%.*s）", (int)d->id, STR_ARG(who), STR_ARG(why));
    TRY(history_head(t, x, 0, e));
    TRY(tell_moved(t, d, x->at_us, merged, e));
    history_tail(t);
    return RC_OK;
}
