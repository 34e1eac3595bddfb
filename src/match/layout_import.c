#include "match/layout_import.h"
#include <inttypes.h>
#include "base/json_in.h"
#include "base/limits.h"
#include "base/vec.h"

enum { LAYOUTS_MAX = 100000 };
#define LINES_MAX MIB(2)

struct given {
    struct str dataset, sender, header, choices, known_to;
    bool has_header, has_choices, has_sender;
    size_t columns;
};

struct importing {
    struct store *s;
    struct policy *p;
    struct json_in j;
    struct arena *a;
    struct str who;
    struct layout_import *out;
    VEC(struct given) v;
    struct stored_layout **add;
    size_t n_add;
};

static enum rc wrong(const struct importing *x, size_t i, const char *en, const char *zh, struct err *e)
{
    const char *why = lang_pick(e ? e->lang : LANG_ZH, en, zh);
    return err_set(e, RC_INPUT, (struct pos){.file = x->j.file}, "layout %zu of the list: %s; nothing was taken in",
                   "清单中第 %zu 个布局：%s；没有导入任何布局", i + 1, why);
}

static enum rc not_a_list(const struct importing *x, struct err *e)
{
    return err_set(e, RC_INPUT, (struct pos){.file = x->j.file},
                   "this is no list of layouts as `fangpin layout DB list --json` writes it",
                   "这不是 `fangpin layout DB list --json` 写出的布局清单");
}

/* ---- reading */

/* An array of strings as lines. */
static enum rc read_lines(struct importing *x, struct str *out, size_t *n, struct err *e)
{
    struct buf b;
    struct str s = STR("");
    enum rc rc = RC_OK;
    if (!json_in_take(&x->j, '[')) return json_in_bad(&x->j, e);
    buf_init(&b, LINES_MAX);
    bool more = !json_in_take(&x->j, ']');
    for (*n = 0; more && !rc; ++*n) {
        rc = json_in_string(&x->j, &s, e);
        if (!rc && str_find(s, STR("\n"), 0) != SIZE_MAX)
            rc = wrong(x, x->v.n, "a name with a line break", "名称中有换行", e);
        buf_add(&b, s);
        buf_addc(&b, '\n');
        more = !json_in_take(&x->j, ']');
        if (!rc && more && !json_in_take(&x->j, ',')) rc = json_in_bad(&x->j, e);
    }
    *out = !b.failed && b.n ? str_dup(x->a, buf_str(&b)) : STR("");
    bool ok = !b.failed && out->p;
    buf_fini(&b);
    return rc || ok ? rc : err_nomem(e);
}

static enum rc read_member(struct importing *x, struct given *g, struct err *e)
{
    struct str name;
    size_t ignored;
    TRY(json_in_string(&x->j, &name, e));
    if (!json_in_take(&x->j, ':')) return json_in_bad(&x->j, e);
    if (str_eq(name, STR("dataset"))) return json_in_string(&x->j, &g->dataset, e);
    if (str_eq(name, STR("sender"))) return g->has_sender = true, json_in_string(&x->j, &g->sender, e);
    if (str_eq(name, STR("header"))) return g->has_header = true, read_lines(x, &g->header, &g->columns, e);
    if (str_eq(name, STR("map"))) return g->has_choices = true, read_lines(x, &g->choices, &ignored, e);
    if (str_eq(name, STR("known_to")) && json_in_peek(&x->j) == '"') return json_in_string(&x->j, &g->known_to, e);
    return json_in_skip(&x->j, e);
}

static enum rc read_layout(struct importing *x, struct err *e)
{
    struct given g = {
        .dataset = STR(""), .sender = STR(""), .header = STR(""), .choices = STR(""), .known_to = STR("")};
    if (!json_in_take(&x->j, '{')) return not_a_list(x, e);
    bool more = !json_in_take(&x->j, '}');
    while (more) {
        TRY(read_member(x, &g, e));
        more = !json_in_take(&x->j, '}');
        if (more && !json_in_take(&x->j, ',')) return json_in_bad(&x->j, e);
    }
    if (!g.dataset.n || !g.has_sender || !g.has_header || !g.has_choices) return not_a_list(x, e);
    if (!g.columns) return wrong(x, x->v.n, "it has no columns", "没有列", e);
    return vec_push(&x->v, LAYOUTS_MAX, g) ? RC_OK : err_nomem(e);
}

static enum rc read_all(struct importing *x, struct err *e)
{
    if (!json_in_take(&x->j, '[')) return not_a_list(x, e);
    bool more = !json_in_take(&x->j, ']');
    while (more) {
        TRY(read_layout(x, e));
        more = !json_in_take(&x->j, ']');
        if (more && !json_in_take(&x->j, ',')) return json_in_bad(&x->j, e);
    }
    return json_in_peek(&x->j) ? json_in_bad(&x->j, e) : RC_OK;
}

/* ---- against the books, and what is remembered here */

static bool same_place(const struct given *a, const struct given *b)
{
    return !a->known_to.n && !b->known_to.n && str_eq(a->dataset, b->dataset) && str_eq(a->sender, b->sender) &&
           str_eq(a->header, b->header);
}

static enum rc set_header(struct plan *pl, const struct given *g, struct err *e)
{
    struct str rest = g->header, line, *names = ARENA_ARRAY(pl->a, struct str, g->columns);
    if (!names) return err_nomem(e);
    for (size_t c = 0; c < g->columns && str_cut(&rest, '\n', &line); c++) names[c] = line;
    pl->header = names;
    pl->n_header = g->columns;
    return RC_OK;
}

static enum rc check_layout(struct importing *x, size_t i, struct plan *pl, struct stored_layout **l, struct err *e)
{
    const struct given *g = &x->v.v[i];
    struct stored_layout *here;
    size_t n;
    pl->a = x->a;
    for (size_t k = 0; k < i; k++)
        if (same_place(g, &x->v.v[k]))
            return wrong(x, i, "the list has another one of this dataset, sender and header",
                         "清单里还有一个数据集、报送单位和表头都相同的布局", e);
    TRY(plan_dataset(pl, x->p, g->dataset, x->a, e));
    TRY(set_header(pl, g, e));
    TRY(layout_list(x->s, x->a, g->dataset, false, &here, &n, e));
    return layout_adopt(here, n, pl, g->sender, g->choices, x->who, l, e);
}

/* What is wrong with one of the list's, with its number. */
static enum rc check_one(struct importing *x, size_t i, struct err *e)
{
    struct plan pl = {0};
    struct stored_layout *l = NULL;
    struct err why = {.lang = e ? e->lang : LANG_ZH};
    if (x->v.v[i].known_to.n) return x->out->ended++, RC_OK;
    enum rc rc = check_layout(x, i, &pl, &l, &why);
    plan_fini(&pl);
    if (rc == RC_NOMEM || rc == RC_ENV) return *e = why, rc;
    if (rc) return wrong(x, i, why.msg, why.msg, e);
    if (l) x->add[x->n_add++] = l;
    else x->out->there++;
    return RC_OK;
}

static enum rc import_all(struct importing *x, bool dry, struct err *e)
{
    TRY(read_all(x, e));
    x->add = ARENA_ARRAY(x->a, struct stored_layout *, x->v.n + 1);
    if (!x->add) return err_nomem(e);
    for (size_t i = 0; i < x->v.n; i++) TRY(check_one(x, i, e));
    x->out->taken = x->n_add;
    return dry ? RC_OK : layout_add_all(x->s, x->add, x->n_add, e);
}

enum rc layout_import(struct store *s, struct policy *p, struct str text, const char *file, struct str who, bool dry,
                      struct arena *a, struct layout_import *out, struct err *e)
{
    struct importing x = {.s = s, .p = p, .a = a, .who = who, .out = out};
    if (str_starts(text, STR("\xEF\xBB\xBF"))) text = str_sub(text, 3, text.n);
    x.j = (struct json_in){.text = text, .a = a, .file = file};
    *out = (struct layout_import){0};
    enum rc rc = import_all(&x, dry, e);
    vec_fini(&x.v);
    return rc;
}
