#include "app/map_check.h"
#include "app/map_choices.h"
#include "match/source.h"

enum rc map_check_begin(struct map_check *c, struct session *s, const struct args *a, struct err *e)
{
    *c = (struct map_check){.s = s};
    TRY(map_choices(a, c->choice, &c->n, e));
    for (size_t i = 0; i < c->n; i++)
        if (c->choice[i].column.p[0] == '#')
            return err_set(e, RC_USAGE, pos_none(),
                           "--map \"%.*s=%.*s\": the number of a column speaks of one file; with several say its "
                           "header, or take in that file alone.",
                           "--map “%.*s=%.*s”：列号只针对一个文件；导入多个文件时请写列名，或单独导入该文件。",
                           STR_ARG(c->choice[i].column), STR_ARG(c->choice[i].field));
    return RC_OK;
}

static bool has_field(const struct map_check *c, struct str dataset, struct str field)
{
    struct str rest = dataset, name;
    bool any = !field.n;
    while (str_cut(&rest, '+', &name)) any = any || plan_field_find(policy_books(c->s->policy), name, field);
    return any;
}

static bool has_column(struct map_check *c, struct str columns, struct str column)
{
    struct str bare, unit, line, want = header_normalise(&c->s->arena, column, &bare, &unit);
    while (str_cut(&columns, '\n', &line))
        if (str_eq(line, want)) return true;
    return false;
}

enum rc map_check_file(struct map_check *c, const char *name, int fd, struct str dataset, struct str sheets,
                       struct err *e)
{
    struct source_table *t = NULL;
    size_t n = 0;
    struct err one = {0};
    struct source_options o = {
        .name = name, .fd = fd, .temp_dir = store_dir(c->s->store), .sheets = sheets, .policy = c->s->policy};
    if (!c->n) return RC_OK;
    enum rc rc = source_tables(&o, &c->s->arena, &t, &n, &one);
    for (size_t i = 0; !rc && i < n; i++)
        for (size_t k = 0; k < c->n; k++)
            c->fits[k] |= has_field(c, dataset, c->choice[k].field) && has_column(c, t[i].columns, c->choice[k].column);
    return rc == RC_NOMEM || arena_failed(&c->s->arena) ? err_nomem(e) : RC_OK;
}

enum rc map_check_end(const struct map_check *c, struct err *e)
{
    for (size_t i = 0; i < c->n; i++)
        if (!c->fits[i])
            return err_set(
                e, RC_INPUT, pos_none(),
                "--map \"%.*s=%.*s\": none of the files has this column and is of a dataset with this field; "
                "nothing was taken in. `fangpin layout DB look FILE` shows the columns of a file.",
                "--map “%.*s=%.*s”：没有一个文件既有该列、其数据集又有该字段；没有导入任何文件。用 `fangpin "
                "layout DB look 文件` 查看各列。",
                STR_ARG(c->choice[i].column), STR_ARG(c->choice[i].field));
    return RC_OK;
}
