/* May the rows of a list of errors still be mended? */
#include "match/returned_int.h"

static enum rc no_more(const struct returned *r, const struct delivery_list *all, struct err *e)
{
    int id = (int)r->base.id;
    struct pos at = {.file = r->m->o->file};
    if (r->base.state == DELIVERY_WITHDRAWN)
        return err_set(e, RC_INPUT, at,
                       "the list corrects delivery %d, which was withdrawn, so nothing of it counts; if the file was "
                       "given again, mend the list of errors of that import",
                       "该清单更正的是交付 %d，它已撤回，其内容不再有效；如果文件已重新导入，请更正那次导入的错误清单",
                       id);
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].kind == DELIVERY_REPLACES && all->v[i].replaces == id)
            return err_set(e, RC_INPUT, at,
                           "the list corrects delivery %d, which delivery %d has replaced; mend the list of errors of "
                           "that one",
                           "该清单更正的是交付 %d，它已被交付 %d 替换；请更正后者的错误清单", id, (int)all->v[i].id);
    return err_set(e, RC_INPUT, at,
                   "the list corrects delivery %d, which is no longer in force; look at `fangpin deliveries`",
                   "该清单更正的是交付 %d，它已失效；请查看 `fangpin deliveries`", id);
}

static bool is_newer(const struct delivery *d, const struct delivery *base)
{
    bool part = d->kind == DELIVERY_ADDS && d->replaces == base->id;
    bool later = d->known_from_us > base->known_from_us ||
                 (d->known_from_us == base->known_from_us && d->id > base->id);
    return !part && later;
}

/* Rows mended now would count as newer than those of a roster that has come since. */
static enum rc check_newest_roster(const struct returned *r, struct err *e)
{
    struct delivery_list l;
    struct delivery whole = r->base;
    whole.covers_from = whole.covers_to = 0;
    TRY(delivery_overlaps(r->m->s, r->m->plan.a, &whole, &l, e));
    for (size_t i = 0; i < l.n; i++)
        if (is_newer(&l.v[i], &r->base))
            return err_set(
                e, RC_INPUT, (struct pos){.file = r->m->o->file},
                "the list corrects roster %d, but roster %d has come since, and rows mended now would count "
                "over its newer ones. Mend the rows in the list of errors of %d; those that are in neither "
                "can be given as a file of their own (without column \"%s\") with --adds",
                "该清单更正的是花名册 %d，但此后又来了花名册 %d，现在更正的旧行会压过较新的内容。请在交付 %d "
                "的错误清单里更正；两份里都没有的行，可去掉“%s”列，作为单独的文件加 --adds 导入",
                (int)r->base.id, (int)l.v[i].id, (int)l.v[i].id, ERROR_KEY_NAME);
    return RC_OK;
}

enum rc returned_base(struct returned *r, struct err *e)
{
    struct import *m = r->m;
    struct delivery_list all;
    TRY(delivery_get(m->s, m->plan.a, r->delivery, &r->base, e));
    if (!str_eq(r->base.dataset, m->plan.dataset))
        return err_set(e, RC_INPUT, (struct pos){.file = m->o->file},
                       "the list corrects delivery %d, which is of another dataset; give it as %.*s",
                       "该清单更正的是交付 %d，属于另一数据集；请按 %.*s 导入", (int)r->base.id,
                       STR_ARG(r->base.dataset));
    if (r->base.state != DELIVERY_PUBLISHED) {
        TRY(delivery_all(m->s, m->plan.a, &all, e));
        return no_more(r, &all, e);
    }
    return m->plan.roster ? check_newest_roster(r, e) : RC_OK;
}
