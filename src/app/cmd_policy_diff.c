/* policy diff: what changed between two folders of policy books */
#include "app/books_check.h"
#include "app/commands.h"
#include "app/diff_people.h"
#include "app/say.h"
#include "app/strict_check.h"
#include "rules/policy_diff.h"

static const char *const kinds_zh[D__MAX] = {
    [D_BOOK] = "政策册",  [D_UNIT] = "单位",      [D_CODES] = "代码表",       [D_PARAM] = "参数",
    [D_TABLE] = "对照表", [D_DATASET] = "数据集", [D_FEATURE] = "特征",       [D_RULE] = "规则",
    [D_MEASURE] = "措施", [D_EXAMPLE] = "示例",   [D_EQUIVALENT] = "等价声明"};
static const char *const whats[DIFF__MAX] = {"added", "removed", "moved", "changed"};
static const char *const whats_zh[DIFF__MAX] = {"新增", "删除", "移动", "改动"};

/* ---------------------------------------------------------------- two sets of books */

static enum rc open_side(struct session *s, struct app *app, const struct args *a, size_t i, struct diff_side *side,
                         struct err *e)
{
    struct check_counts n;
    const char *dir = args_z(a, i);
    TRY(session_books(s, app, &dir, 1, e));
    if (s->policy) TRY(strict_watch(s, &side->types, e));
    if (s->policy) TRY(books_compile_all(s, NULL, NULL, &n, e));
    if (s->diags.errors) {
        session_say_diags(s);
        return err_set(e, RC_INPUT, pos_none(), "the policy books in \"%s\" have errors (%zu). Mend them first.",
                       "“%s”里的政策册有错误（%zu 处）。请先改正。", dir, diags_told(&s->diags));
    }
    side->bs = &s->books;
    side->p = s->policy;
    return RC_OK;
}

/* ---------------------------------------------------------------- in words */

static void add_name(const struct decl *d, struct buf *b)
{
    struct str entity = d->kind == D_FEATURE      ? d->u.feature.entity.text
                        : d->kind == D_EQUIVALENT ? d->u.equivalent.entity.text
                                                  : (struct str){0};
    if (entity.n) buf_addf(b, "%.*s.", STR_ARG(entity));
    buf_add(b, d->name.text);
}

static void say_part(struct out *out, const struct diff_part *p)
{
    const char *gap = p->clause.n ? ": " : "";
    out_say(out, "    %.*s%s%.*s  =>  %.*s\n", "    %.*s%s%.*s  =>  %.*s\n", STR_ARG(p->clause), gap,
            STR_ARG(p->before.n ? p->before : STR("-")), STR_ARG(p->after.n ? p->after : STR("-")));
    if (p->zh_before.n || p->zh_after.n)
        out_say(out, "      %.*s  =>  %.*s\n", "      %.*s  =>  %.*s\n",
                STR_ARG(p->zh_before.n ? p->zh_before : STR("-")), STR_ARG(p->zh_after.n ? p->zh_after : STR("-")));
}

static void say_item(struct out *out, const struct diff_item *it, struct buf *name)
{
    const struct decl *d = it->b ? it->b : it->a;
    buf_clear(name);
    add_name(d, name);
    out_say(out, "%s %s %.*s  %.*s  %.*s#%.*s  %s:%u\n", "%s %s %.*s  %.*s  %.*s#%.*s  %s:%u\n",
            lang_pick(out->lang, whats[it->what], whats_zh[it->what]),
            lang_pick(out->lang, decl_kind_text[d->kind], kinds_zh[d->kind]), STR_ARG(out_text(out, name)),
            STR_ARG(d->kind == D_EXAMPLE ? STR("") : d->label), STR_ARG(d->cite.book), STR_ARG(d->cite.path),
            d->at.file ? d->at.file : "", d->at.line);
    if (it->what == DIFF_MOVED)
        out_say(out, "    before: %.*s#%.*s\n", "    原在：%.*s#%.*s\n", STR_ARG(it->a->cite.book),
                STR_ARG(it->a->cite.path));
    for (size_t i = 0; i < it->n_parts; i++) say_part(out, &it->parts[i]);
}

static void say_diff(struct out *out, const struct policy_diff *f)
{
    size_t n[DIFF__MAX] = {0};
    struct buf name;
    buf_init(&name, KIB(4));
    for (size_t i = 0; i < f->n; i++) {
        n[f->v[i].what]++;
        say_item(out, &f->v[i], &name);
    }
    buf_fini(&name);
    if (!f->n) out_say(out, "Nothing changed (layout aside).\n", "内容没有改动（排版不计）。\n");
    else
        out_say(out, "%zu added, %zu removed, %zu changed, %zu moved.\n",
                "新增 %zu 条，删除 %zu 条，改动 %zu 条，移动 %zu 条。\n", n[DIFF_ADDED], n[DIFF_REMOVED],
                n[DIFF_CHANGED], n[DIFF_MOVED]);
}

/* ---------------------------------------------------------------- JSON */

static void json_place(struct json *j, const char *name, const struct decl *d)
{
    if (!d) return;
    json_open(j, name, '{');
    json_text(j, "book", d->cite.book);
    json_text(j, "path", d->cite.path);
    json_text(j, "file", str_from(d->at.file));
    json_number(j, "line", d->at.line);
    json_close(j, '}');
}

static void json_item(struct json *j, const struct diff_item *it, struct buf *name)
{
    const struct decl *d = it->b ? it->b : it->a;
    buf_clear(name);
    add_name(d, name);
    json_open(j, NULL, '{');
    json_text(j, "what", str_from(whats[it->what]));
    json_text(j, "kind", str_from(decl_kind_text[d->kind]));
    json_buf(j, "name", name);
    json_text(j, "label", d->label);
    json_place(j, "before", it->a);
    json_place(j, "after", it->b);
    json_open(j, "parts", '[');
    for (size_t i = 0; i < it->n_parts; i++) {
        const struct diff_part *p = &it->parts[i];
        json_open(j, NULL, '{');
        json_text(j, "clause", p->clause);
        json_text(j, "before", p->before);
        json_text(j, "after", p->after);
        json_text(j, "sentence_before", p->zh_before);
        json_text(j, "sentence_after", p->zh_after);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}

static enum rc json_diff(struct out *out, const struct policy_diff *f, const struct diff_people *people, struct err *e)
{
    struct json j;
    struct buf name;
    json_init(&j);
    buf_init(&name, KIB(4));
    json_open(&j, NULL, '{');
    json_open(&j, "changes", '[');
    for (size_t i = 0; i < f->n; i++) json_item(&j, &f->v[i], &name);
    json_close(&j, ']');
    if (people) diff_people_json(&j, people);
    json_close(&j, '}');
    buf_fini(&name);
    return json_print(&j, out, e);
}

/* ---------------------------------------------------------------- whole */

static enum rc check_options(const struct args *a, struct err *e)
{
    bool db = a->opt[OPTION_DB].given;
    if (db == a->opt[OPTION_AS_OF].given && (db || !a->opt[OPTION_KNOWN_AT].given)) return RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "--db and --as-of go together; --known-at only with them.",
                   "--db 与 --as-of 须同时给出；--known-at 只能与它们同用。");
}

static enum rc diff(struct session *sa, struct session *sb, struct app *app, const struct args *a, struct err *e)
{
    struct diff_side before = {0}, after = {0};
    struct policy_diff found;
    struct diff_people people = {0};
    bool db = a->opt[OPTION_DB].given;
    TRY(check_options(a, e));
    TRY(open_side(sa, app, a, 0, &before, e));
    TRY(open_side(sb, app, a, 1, &after, e));
    TRY(policy_diff(&before, &after, &sb->arena, &found, e));
    policy_watch(sa->policy, (struct watch){0});
    policy_watch(sb->policy, (struct watch){0});
    if (db) TRY(diff_people(app, a, sa, sb, &sb->arena, &people, e));
    if (a->opt[OPTION_JSON].given) return json_diff(&app->out, &found, db ? &people : NULL, e);
    say_diff(&app->out, &found);
    return db ? diff_people_say(app, &sb->arena, &people, e) : RC_OK;
}

enum rc cmd_policy_diff(struct app *app, const struct args *a, struct err *e)
{
    struct session sa = {0}, sb = {0};
    enum rc rc = diff(&sa, &sb, app, a, e);
    session_close(&sb);
    session_close(&sa);
    return rc;
}
