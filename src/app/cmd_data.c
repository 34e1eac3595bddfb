/* Commands on deliveries: import, deliveries, withdraw. */
#include "app/bundle.h"
#include "app/commands.h"
#include "app/import_json.h"
#include "app/map_check.h"
#include "app/map_choices.h"
#include "app/outfile.h"
#include "app/say.h"
#include "app/screen_then.h"
#include "base/io.h"
#include "match/import.h"
#include "match/judge_run.h"
#include "match/plan.h"

static const char *state_text(enum delivery_state s, enum lang lang)
{
    static const char *const zh[] = {"", "暂存", "有效", "已撤回", "已替换"}, *const en[] = {"", "staging", "in force",
                                                                                             "withdrawn", "replaced"};
    return lang_pick(lang, en[s], zh[s]);
}

/* ---------------------------------------------------------------- import */

static bool skips_hidden(const struct args *a)
{
    return a->opt[OPTION_HIDDEN].given && str_eq(a->opt[OPTION_HIDDEN].text, STR("skip"));
}

static enum rc fill_of(const struct args *a, enum merged_fill *out, struct err *e)
{
    static const char *const NAMES[] = {[MERGED_USUAL] = "usual", [MERGED_ALL] = "all", [MERGED_NONE] = "none"};
    const struct option_value *v = &a->opt[OPTION_FILL_MERGED];
    *out = MERGED_USUAL;
    for (unsigned k = 0; v->given && k < sizeof NAMES / sizeof *NAMES; k++) {
        *out = (enum merged_fill)k;
        if (str_eq(v->text, str_from(NAMES[k]))) return RC_OK;
    }
    if (!v->given) return RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "--fill-merged is usual, all or none, not \"%.*s\".",
                   "--fill-merged 只能是 usual、all 或 none，不能是“%.*s”。", STR_ARG(v->text));
}

/* One file of the command: FILE k is argument 2 + 2 * k, after its dataset. choice: room for ARGS_LIST_MAX. */
static enum rc import_options_of(struct import_options *o, const struct args *a, size_t k, struct column_choice *choice,
                                 struct err *e)
{
    const struct option_value *v = a->opt;
    *o = (struct import_options){.file = args_z(a, 2 + 2 * k),
                                 .dataset = a->arg[1 + 2 * k],
                                 .division = v[OPTION_DIVISION].number,
                                 .covers_from = v[OPTION_COVERS].from,
                                 .covers_to = v[OPTION_COVERS].to,
                                 .received = v[OPTION_RECEIVED].from,
                                 .sender = v[OPTION_SENDER].text,
                                 .by_who = session_who(a),
                                 .replaces = v[OPTION_REPLACES].number,
                                 .adds = v[OPTION_ADDS].given,
                                 .empty = v[OPTION_EMPTY].given,
                                 .sheets = v[OPTION_SHEET].text,
                                 .skip_hidden = skips_hidden(a),
                                 .dry_run = v[OPTION_DRY_RUN].given,
                                 .as_written = v[OPTION_AS_WRITTEN].given};
    if (v[OPTION_ERRORS].given) o->errors_path = v[OPTION_ERRORS].text.p;
    TRY(fill_of(a, &o->fill, e));
    TRY(map_choices(a, choice, &o->n_choices, e));
    o->choice = choice;
    struct str hidden = v[OPTION_HIDDEN].text;
    if (v[OPTION_HIDDEN].given && !o->skip_hidden && !str_eq(hidden, STR("read")))
        return err_set(e, RC_USAGE, pos_none(), "--hidden is read or skip, not \"%.*s\".",
                       "--hidden 只能是 read（读入）或 skip（不读），不能是“%.*s”。", STR_ARG(hidden));
    if (o->adds && v[OPTION_REPLACES].given)
        return err_set(e, RC_USAGE, pos_none(), "--replaces and --adds exclude each other.",
                       "--replaces 与 --adds 不能同时使用。");
    return RC_OK;
}

static bool is_roster(struct session *s, struct str dataset)
{
    uint32_t r = policy_roster(s->policy);
    return r != UINT32_MAX && str_eq(policy_dataset_name(s->policy, r), dataset);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The error file's place is looked at before anything is read, also the usual one beside the file. */
static enum rc check_errors_path(const struct import_options *o, const struct app *app, const struct args *a,
                                 struct err *e)
{
    char beside[IO_PATH_MAX];
    if (o->errors_path) return outfile_check(app, a, OUTFILE_ERRORS, o->errors_path, o->file, e);
    int n = snprintf(beside, sizeof beside, "%s%s", o->file, import_errors_end(o));
    if (n < 0 || (size_t)n >= sizeof beside)
        return err_set(e, RC_USAGE, pos_none(), "the file's path is too long.", "文件路径过长。");
    return outfile_check(app, a, OUTFILE_ERRORS, beside, o->file, e);
}

static bool has_waiting(const struct import_report *r)
{
    const struct delivery_counts *c = &r->delivery.counts;
    return c->waiting_invalid + c->waiting_unmatched + c->waiting_name > 0;
}

/* What became of a file. */
struct taken {
    const struct import_options *o;
    struct import_report r;
    struct linked linked;
};

static enum rc take(struct session *s, struct app *app, const struct args *a, const struct import_options *o,
                    struct taken *t, struct err *e)
{
    *t = (struct taken){.o = o};
    TRY(import_file(s->store, s->policy, &s->divs, o, &app->out, &s->arena, &t->r, e));
    /* Also of a file taken in before: its import may have been interrupted here. */
    if (is_roster(s, o->dataset) && !o->dry_run)
        TRY(import_rematch(s->store, s->policy, &s->divs, o->shared, &t->linked.rematched, e));
    if (!has_waiting(&t->r) || o->dry_run) return RC_OK;
    return judge_remembered(s->store, s->policy, &s->divs, t->r.delivery.id, session_who(a), &t->linked.remembered, e);
}

static enum rc say_taken(const struct session *s, struct app *app, const struct args *a, const struct taken *t,
                         struct err *e)
{
    char n[32];
    const struct import_report *r = &t->r;
    if (a->opt[OPTION_JSON].given)
        return json_import(r, t->o->dry_run, t->linked, db_longest_write_us(store_db(s->store)), app, e);
    import_say(r, &app->out);
    if (t->linked.rematched)
        out_say(&app->out, "%s waiting rows of other files now match.\n", "其他文件中 %s 条待处理记录现已匹配。\n",
                say_number(t->linked.rematched, n));
    if (t->linked.remembered)
        out_say(&app->out, "%s of the waiting rows are linked as was decided before.\n",
                "其中 %s 条待处理记录已按以前的决定关联。\n", say_number(t->linked.remembered, n));
    if (has_waiting(r) && !t->o->dry_run)
        out_say(&app->out, "`fangpin match DB list %d` shows whom the waiting rows may mean.\n",
                "`fangpin match DB list %d` 列出待处理的行可能是谁。\n", (int)r->delivery.id);
    return RC_OK;
}

/* *same: it was taken in before; of a list of errors beside its file, none of it was mended. */
static enum rc take_dataset(struct session *s, struct app *app, const struct args *a, const struct import_options *o,
                            bool *same, struct err *e)
{
    struct taken t;
    TRY(take(s, app, a, o, &t, e));
    *same = t.r.same_file || (o->list_beside && !t.r.mended);
    return say_taken(s, app, a, &t, e);
}

static bool is_several(struct str dataset) { return str_find(dataset, STR("+"), 0) != SIZE_MAX; }

/* Of several datasets a choice counts for those that have its field; of a column that is not used, for all. *n: how
 * many; marked in `used`. */
static size_t choices_for(const struct session *s, const struct import_options *o, struct str dataset,
                          struct column_choice *out, bool *used)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n_choices; i++) {
        struct str field = o->choice[i].field;
        if (field.n && !plan_field_find(policy_books(s->policy), dataset, field)) continue;
        out[n++] = o->choice[i];
        used[i] = true;
    }
    return n;
}

static enum rc check_choices(const struct session *s, const struct import_options *o, struct err *e)
{
    struct column_choice ignored[ARGS_LIST_MAX];
    bool used[ARGS_LIST_MAX] = {false};
    struct str rest = o->dataset, name;
    while (str_cut(&rest, '+', &name)) (void)choices_for(s, o, name, ignored, used);
    for (size_t i = 0; i < o->n_choices; i++)
        if (!used[i])
            return err_set(e, RC_INPUT, pos_none(),
                           "none of the datasets %.*s has a field \"%.*s\" (for column \"%.*s\")",
                           "数据集 %.*s 都没有字段“%.*s”（列“%.*s”）", STR_ARG(o->dataset), STR_ARG(o->choice[i].field),
                           STR_ARG(o->choice[i].column));
    return RC_OK;
}

/* A file of several datasets that has no row of one: told, and no fault of the file. */
static enum rc say_nothing(struct app *app, const struct args *a, const struct import_options *o, const struct err *why,
                           struct err *e)
{
    struct json j;
    if (!a->opt[OPTION_JSON].given) return out_say(&app->out, "%s\n", "%s\n", why->msg), RC_OK;
    json_init(&j);
    json_open(&j, NULL, '{');
    json_text(&j, "file", str_from(o->file));
    json_text(&j, "dataset", o->dataset);
    json_text(&j, "nothing", str_from(why->msg));
    json_close(&j, '}');
    return json_print(&j, &app->out, e);
}

static enum rc take_part(struct session *s, struct app *app, const struct args *a, const struct import_options *o,
                         bool *same, struct err *e)
{
    struct taken t;
    struct err why = {.lang = e->lang};
    enum rc rc = take(s, app, a, o, &t, &why);
    if (rc == RC_INPUT && t.r.nothing) return *same = true, say_nothing(app, a, o, &why, e);
    if (rc) return *e = why, rc;
    *same = t.r.same_file;
    return say_taken(s, app, a, &t, e);
}

/* DATASET+DATASET FILE: one file of several datasets, in the order named; each has a list of errors of its own. */
static enum rc take_each(struct session *s, struct app *app, const struct args *a, const struct import_options *o,
                         bool *all_same, struct err *e)
{
    struct str rest = o->dataset, name;
    const char *end = import_errors_end(o);
    bool same = true;
    for (*all_same = true; str_cut(&rest, '+', &name); *all_same &= same) {
        struct import_options one = *o;
        struct column_choice mine[ARGS_LIST_MAX];
        bool used[ARGS_LIST_MAX];
        char errors[IO_PATH_MAX];
        const char *dataset = str_z(&s->arena, name);
        if (!dataset) return err_nomem(e);
        bool folder = o->errors_path && io_is_dir(o->errors_path);
        int n = folder ? snprintf(errors, sizeof errors, "%s/%s.%s%s", o->errors_path, base_name(o->file), dataset, end)
                       : snprintf(errors, sizeof errors, "%s.%s%s", o->errors_path ? o->errors_path : o->file, dataset,
                                  end);
        if (n < 0 || (size_t)n >= sizeof errors)
            return err_set(e, RC_USAGE, pos_none(), "the file's path is too long.", "文件路径过长。");
        one.dataset = str_from(dataset);
        one.choice = mine;
        one.n_choices = choices_for(s, o, one.dataset, mine, used);
        one.errors_path = errors;
        one.once = true;
        one.next = NULL;
        if (!a->opt[OPTION_JSON].given) out_say(&app->out, "\n%s: %s\n", "\n%s：%s\n", dataset, o->file);
        TRY(outfile_check(app, a, OUTFILE_ERRORS, errors, o->file, e));
        TRY(take_part(s, app, a, &one, &same, e));
    }
    return RC_OK;
}

static enum rc take_one(struct session *s, struct app *app, const struct args *a, const struct import_options *o,
                        struct err *e)
{
    bool same;
    if (!is_several(o->dataset)) return take_dataset(s, app, a, o, &same, e);
    if (o->replaces)
        return err_set(e, RC_USAGE, pos_none(),
                       "--replaces speaks of one dataset; take in the file for that dataset alone.",
                       "--replaces 只针对一个数据集；请为该数据集单独导入此文件。");
    if (!o->choices_if_fit) TRY(check_choices(s, o, e));
    return take_each(s, app, a, o, &same, e);
}

/* ---- a folder or an archive: each file a delivery of its own, its dataset found by its columns */

struct bundle_sum {
    size_t taken, there, skipped, unknown, failed, beside;
    enum rc worst;
};

static enum rc bundle_options(struct import_options *o, struct session *s, const struct args *a, const struct bundle *b,
                              const struct bundle_item *x, int fd, struct err *e)
{
    struct column_choice *choice = ARENA_ARRAY(&s->arena, struct column_choice, ARGS_LIST_MAX);
    char *errors = ARENA_ARRAY(&s->arena, char, IO_PATH_MAX);
    if (!choice || !errors) return err_nomem(e);
    TRY(import_options_of(o, a, 0, choice, e));
    o->fd = fd;
    o->from_fd = fd >= 0;
    o->file = x->name;
    o->dataset = str_from(x->dataset);
    o->sheets = x->sheets;
    o->choices_if_fit = true;
    o->list_beside = x->list;
    const char *dir = o->errors_path ? o->errors_path : b->path, *dot = x->table ? "." : "";
    const char *of = x->table ? x->dataset : "";
    bool own = !o->errors_path && !x->box, given = !o->errors_path && x->box && !io_is_dir(b->path);
    int n = own ? snprintf(errors, IO_PATH_MAX, "%s%s%s", x->name, dot, of)
                : snprintf(errors, IO_PATH_MAX, "%s%s%s%s%s", dir, given ? "." : "/", x->flat, dot, of);
    const char *end = is_several(o->dataset) ? "" : import_errors_end(o); /* take_each gives each its own */
    o->errors_path = errors;
    if (n > 0 && (size_t)n + strlen(end) < IO_PATH_MAX) return memcpy(errors + n, end, strlen(end) + 1), RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "the file's path is too long.", "文件路径过长。");
}

/* fd: of a file of an archive, else -1. */
static enum rc take_open(struct session *s, struct app *app, const struct args *a, const struct bundle *b,
                         const struct bundle_item *x, struct import_shared *shared, int fd, bool *same, struct err *e)
{
    struct import_options o;
    TRY(bundle_options(&o, s, a, b, x, fd, e));
    o.shared = shared;
    o.parts = true;
    if (is_several(o.dataset)) return take_each(s, app, a, &o, same, e);
    TRY(outfile_check(app, a, OUTFILE_ERRORS, o.errors_path, x->box ? x->box->path : x->name, e));
    if (!a->opt[OPTION_JSON].given)
        out_say(&app->out, "\n%s: %s%s%s%s\n", "\n%s：%s%s%s%s\n", x->dataset, x->name, x->table ? " [" : "",
                x->table ? x->table : "", x->table ? "]" : "");
    return take_dataset(s, app, a, &o, same, e);
}

static enum rc take_item(struct session *s, struct app *app, const struct args *a, struct bundle *b,
                         const struct bundle_item *x, struct import_shared *shared, struct bundle_sum *sum,
                         struct err *e)
{
    bool same = false;
    int fd;
    TRY(bundle_fd(x, store_dir(s->store), &fd, e));
    enum rc rc = take_open(s, app, a, b, x, shared, fd, &same, e);
    if (fd >= 0) (void)close(fd);
    if (rc) return rc;
    if (same) sum->there++;
    else sum->taken++;
    return RC_OK;
}

static enum rc say_left(struct app *app, const struct args *a, const struct bundle_item *x, const char *why,
                        struct err *e)
{
    struct json j;
    if (!a->opt[OPTION_JSON].given) {
        (void)fflush(app->out.f);
        (void)fprintf(stderr, "fangpin: %s%s%s%s: %s\n", x->name, x->table ? " [" : "", x->table ? x->table : "",
                      x->table ? "]" : "", why);
        return RC_OK;
    }
    json_init(&j);
    json_open(&j, NULL, '{');
    json_text(&j, "file", str_from(x->name));
    json_text(&j, "sheets", str_from(x->table ? x->table : ""));
    json_text(&j, "dataset", str_from(x->dataset ? x->dataset : ""));
    json_text(&j, "error", str_from(why));
    json_bool(&j, "harmless", x->harmless);
    json_bool(&j, "beside", x->beside);
    if (x->beside) json_number(&j, "rows", x->rows);
    json_close(&j, '}');
    return json_print(&j, &app->out, e);
}

/* A full disk is not the file's fault and would stop the next one too. */
static enum rc machine_failed(const struct bundle_item *x, enum rc rc, const struct err *why, struct err *e)
{
    if (rc == RC_NOMEM) return err_nomem(e);
    return err_set(e, rc, pos_none(),
                   "%s: %s. What was taken in before it is in. After mending, give the whole again: what is in stays.",
                   "%s：%s。在它之前的已导入。排除后可整体再导入一次：已导入的不受影响。", x->name, why->msg);
}

/* later: not told when other deliveries cover its days, but true; NULL: told. */
static enum rc take_or_tell(struct session *s, struct app *app, const struct args *a, struct bundle *b,
                            const struct bundle_item *x, struct import_shared *shared, struct bundle_sum *sum,
                            bool *later, struct err *e)
{
    struct err one = {.lang = app->lang};
    char why[ERR_MSG_MAX + ERR_FILE_MAX + 64];
    if (x->why) {
        if (x->harmless) sum->skipped++;
        else if (x->beside) sum->beside++;
        else sum->unknown++;
        return say_left(app, a, x, x->why, e);
    }
    enum rc rc = take_item(s, app, a, b, x, shared, sum, &one);
    if (!rc) return RC_OK;
    if (rc == RC_INPUT && import_overlapped(shared) && later) return *later = true, RC_OK;
    if (rc == RC_ENV || rc == RC_NOMEM) return machine_failed(x, rc, &one, e);
    sum->failed++;
    if (!sum->worst || rc_exit(rc) > rc_exit(sum->worst)) sum->worst = rc;
    (void)snprintf(why, sizeof why, "%s", one.msg);
    return say_left(app, a, x, why, e);
}

static enum rc sum_up(struct app *app, const struct args *a, const struct bundle *b, const struct bundle_sum *sum,
                      struct err *e)
{
    bool tables = false, json = a->opt[OPTION_JSON].given;
    for (size_t i = 0; i < b->n; i++) tables |= b->item[i].table != NULL;
    const char *what = tables ? lang_pick(app->lang, "files and tables of workbooks", "文件或工作簿中的表")
                              : lang_pick(app->lang, "files", "文件");
    if (!json)
        out_say(&app->out,
                "\n%s: %zu %s = %zu taken in + %zu there before + %zu not recognised or not readable + %zu refused + "
                "%zu that hold no data",
                "\n%s：共 %zu 个%s = 导入 %zu + 此前已导入 %zu + 无法识别或读取 %zu + 未导入 %zu + 不含数据 %zu",
                b->path, b->n, what, sum->taken, sum->there, sum->unknown, sum->failed, sum->skipped);
    if (!json && sum->beside)
        out_say(&app->out, " + %zu beside the data, told above", " + 数据旁的汇总表 %zu（见上）", sum->beside);
    if (!json) out_str(&app->out, STR("\n"));
    if (!sum->failed && !sum->unknown) return RC_OK;
    return err_set(e, sum->worst ? sum->worst : RC_INPUT, pos_none(),
                   "%zu of %zu %s were not taken in, as told above; those that were are in. After mending, give the "
                   "whole again: what is in stays as it is.",
                   "%2$zu 个%3$s中有 %1$zu 个未导入，原因见上；其余已导入。改正后可整体再导入一次：已导入的不受影响。",
                   sum->failed + sum->unknown, b->n, what);
}

static enum rc check_bundle_map(struct session *s, const struct args *a, const struct bundle *b, struct err *e)
{
    struct map_check c;
    TRY(map_check_begin(&c, s, a, e));
    for (size_t i = 0; c.n && i < b->n; i++) {
        const struct bundle_item *x = &b->item[i];
        int fd = -1;
        if (x->why) continue;
        TRY(bundle_fd(x, store_dir(s->store), &fd, e));
        enum rc rc = map_check_file(&c, x->name, fd, str_from(x->dataset), x->sheets, e);
        if (fd >= 0) (void)close(fd);
        TRY(rc);
    }
    return map_check_end(&c, e);
}

static enum rc take_bundle(struct session *s, struct app *app, const struct args *a, struct bundle *b, struct err *e)
{
    struct import_shared *shared = NULL;
    struct bundle_sum sum = {0};
    TRY(import_shared_new(&shared, e));
    bool *later = ARENA_ARRAY(&s->arena, bool, b->n + 1);
    enum rc rc = later ? RC_OK : err_nomem(e);
    for (size_t i = 0; i < b->n && !rc; i++) rc = take_or_tell(s, app, a, b, &b->item[i], shared, &sum, &later[i], e);
    for (size_t i = 0; i < b->n && !rc; i++) /* parts of what is known to be of this folder by now */
        if (later[i]) rc = take_or_tell(s, app, a, b, &b->item[i], shared, &sum, NULL, e);
    import_shared_free(shared);
    return rc ? rc : sum_up(app, a, b, &sum, e);
}

static enum rc check_bundle(const struct args *a, const char *path, struct err *e)
{
    const struct option_value *errors = &a->opt[OPTION_ERRORS];
    if (!io_exists(path))
        return err_set(e, RC_USAGE, pos_none(),
                       "an argument is missing: \"%s\" is no file or folder. Usage: fangpin %s",
                       "缺少参数：“%s”不是文件或文件夹。用法：fangpin %s", path, a->command->synopsis);
    if (a->opt[OPTION_REPLACES].given)
        return err_set(e, RC_USAGE, pos_none(), "--replaces speaks of one file; take in that file alone.",
                       "--replaces 只针对一个文件；请单独导入该文件。");
    if (!errors->given || io_is_dir(errors->text.p)) return RC_OK;
    return err_set(e, RC_USAGE, pos_none(),
                   "%s: with several files --errors names a folder that is there; each file gets its own list in it.",
                   "%s：导入多个文件时，--errors 须为已存在的文件夹，每个文件在其中各有一份清单。", errors->text.p);
}

static enum rc import_bundle(struct session *s, struct app *app, const struct args *a, struct err *e)
{
    struct bundle b;
    const char *path = args_z(a, a->n - 1);
    TRY(check_bundle(a, path, e));
    TRY(session_open(s, app, a, STORE_WRITE, SESSION_DIVISIONS | SESSION_POLICY, 0, e));
    struct bundle_options o = {.dataset = a->n > 2 ? a->arg[1].p : NULL,
                               .sheets = a->opt[OPTION_SHEET].text,
                               .sender = a->opt[OPTION_SENDER].text,
                               .skip_hidden = skips_hidden(a)};
    enum rc rc = bundle_open(&b, s, path, &o, e);
    if (!rc) rc = check_bundle_map(s, a, &b, e);
    if (!rc) rc = take_bundle(s, app, a, &b, e);
    bundle_close(&b);
    return rc;
}

static enum rc check_one(const struct import_options *o, const struct app *app, const struct args *a, struct err *e)
{
    if (!io_exists(o->file))
        return err_set(e, RC_INPUT, pos_none(), "there is no file \"%s\".", "没有文件“%s”。", o->file);
    return check_errors_path(o, app, a, e);
}

struct opening {
    struct session *s;
    struct app *app;
    const struct args *a;
};

static enum rc open_session(void *ctx, struct err *e)
{
    const struct opening *o = ctx;
    return session_open(o->s, o->app, o->a, STORE_WRITE, SESSION_DIVISIONS | SESSION_POLICY, 0, e);
}

/* The books are read beside the first look at the first file. */
static enum rc import_open(struct session *s, struct app *app, const struct args *a, struct import_shared **shared,
                           struct err *e)
{
    struct opening o = {s, app, a};
    uint8_t key[FILE_HASH_KEY_BYTES];
    struct keyring keys;
    TRY(import_shared_new(shared, e));
    bool known = session_peek_keys(app, a, &keys);
    if (known) import_hash_key(&keys, key);
    keyring_wipe(&keys);
    return import_beside(*shared, args_z(a, 2), known ? key : NULL, open_session, &o, e);
}

static enum rc import_single(struct session *s, struct app *app, const struct args *a, struct screen_ahead *ahead,
                             struct err *e)
{
    struct import_options o;
    struct column_choice choice[ARGS_LIST_MAX];
    struct import_shared *shared = NULL;
    TRY(import_options_of(&o, a, 0, choice, e));
    TRY(check_one(&o, app, a, e));
    enum rc rc = import_open(s, app, a, &shared, e);
    o.shared = shared;
    if (!rc) screen_ahead_begin(ahead, s, a, shared);
    if (!rc) rc = take_one(s, app, a, &o, e);
    import_shared_free(shared);
    return rc;
}

/* ---- several files: each a delivery of its own, taken in or not whatever becomes of the others */

static size_t import_files(const struct args *a) { return (a->n - 1) / 2; }

/* Several files: what only makes sense for one, and error files that would overwrite each other. */
static enum rc check_several(const struct args *a, struct err *e)
{
    size_t n = import_files(a);
    if (a->n % 2 == 0)
        return err_set(e, RC_USAGE, pos_none(), "the dataset \"%.*s\" has no file. Usage: fangpin %s",
                       "数据集“%.*s”后面没有文件。用法：fangpin %s", STR_ARG(a->arg[a->n - 1]), a->command->synopsis);
    if (a->opt[OPTION_REPLACES].given)
        return err_set(e, RC_USAGE, pos_none(), "--replaces names one delivery; take in that file alone.",
                       "--replaces 只对应一个交付；请单独导入该文件。");
    if (!a->opt[OPTION_ERRORS].given) return RC_OK;
    if (!io_is_dir(a->opt[OPTION_ERRORS].text.p))
        return err_set(e, RC_USAGE, pos_none(),
                       "%s: with several files --errors names a folder that is there; each file gets its own list "
                       "in it.",
                       "%s：导入多个文件时，--errors 须为已存在的文件夹，每个文件在其中各有一份清单。",
                       a->opt[OPTION_ERRORS].text.p);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(args_z(a, 2 + 2 * i), args_z(a, 2 + 2 * k)) != 0 &&
                strcmp(base_name(args_z(a, 2 + 2 * i)), base_name(args_z(a, 2 + 2 * k))) == 0)
                return err_set(e, RC_USAGE, pos_none(),
                               "two files are named %s, so their lists of errors would be one file; leave out "
                               "--errors.",
                               "有两个文件都叫 %s，错误清单会写到同一个文件；请去掉 --errors。",
                               base_name(args_z(a, 2 + 2 * i)));
    return RC_OK;
}

/* The files' options in a row: the next ones are read while one is stored. */
struct several {
    struct import_shared *shared;
    struct import_options *o;
    struct taken *held; /* files that are in and not told yet: they wait for the disk together */
    size_t n_held;
};

static enum rc options_of_file(struct import_options *o, struct session *s, const struct args *a, size_t k,
                               struct err *e)
{
    struct column_choice *choice = ARENA_ARRAY(&s->arena, struct column_choice, ARGS_LIST_MAX);
    if (!choice) return err_nomem(e);
    TRY(import_options_of(o, a, k, choice, e));
    o->choices_if_fit = true;
    if (!o->errors_path) return RC_OK;
    char *errors = ARENA_ARRAY(&s->arena, char, IO_PATH_MAX);
    if (!errors) return err_nomem(e);
    int n = snprintf(errors, IO_PATH_MAX, "%s/%s%s", o->errors_path, base_name(o->file), import_errors_end(o));
    if (n < 0 || n >= IO_PATH_MAX)
        return err_set(e, RC_USAGE, pos_none(), "the file's path is too long.", "文件路径过长。");
    o->errors_path = errors;
    return RC_OK;
}

static enum rc options_of_all(struct several *x, struct session *s, const struct args *a, struct err *e)
{
    size_t n = import_files(a);
    x->o = ARENA_ARRAY(&s->arena, struct import_options, n);
    x->held = ARENA_ARRAY(&s->arena, struct taken, n);
    if (!x->o || !x->held) return err_nomem(e);
    for (size_t k = 0; k < n; k++) {
        TRY(options_of_file(&x->o[k], s, a, k, e));
        x->o[k].shared = x->shared;
        x->o[k].next = k + 1 < n ? &x->o[k + 1] : NULL;
    }
    return RC_OK;
}

static void say_file(struct app *app, const struct args *a, const struct import_options *o)
{
    if (!a->opt[OPTION_JSON].given) out_say(&app->out, "\n%s: %s\n", "\n%s：%s\n", o->dataset.p, o->file);
}

/* Nothing is told before it is on the disk. */
static enum rc tell_held(struct session *s, struct app *app, const struct args *a, struct several *x, struct err *e)
{
    TRY(store_sync(s->store, e));
    for (size_t i = 0; i < x->n_held; i++) {
        say_file(app, a, x->held[i].o);
        TRY(say_taken(s, app, a, &x->held[i], e));
    }
    x->n_held = 0;
    (void)fflush(app->out.f); /* at once; what could not be written is said at the end */
    return RC_OK;
}

/* A file whose next one has been read already is told together with that. */
static enum rc take_file(struct session *s, struct app *app, const struct args *a, struct several *x, size_t k,
                         struct err *e)
{
    const struct import_options *o = &x->o[k];
    TRY(check_one(o, app, a, e));
    if (str_find(o->dataset, STR("+"), 0) == SIZE_MAX) {
        store_sync_later(s->store);
        TRY(take(s, app, a, o, &x->held[x->n_held], e));
        x->n_held++;
        return import_is_read(x->shared, o->next) ? RC_OK : tell_held(s, app, a, x, e);
    }
    TRY(tell_held(s, app, a, x, e));
    say_file(app, a, o);
    return take_one(s, app, a, o, e);
}

/* Why a file was not taken in: on stderr, and in its place among the reports. */
static enum rc say_not_taken(struct app *app, const struct args *a, size_t k, const struct err *why, struct err *e)
{
    char text[ERR_MSG_MAX + ERR_FILE_MAX + 64];
    struct json j;
    (void)err_format(why, text, sizeof text);
    (void)fflush(app->out.f);
    (void)fprintf(stderr, "fangpin: %s %s: %s\n", a->arg[1 + 2 * k].p, args_z(a, 2 + 2 * k), text);
    if (!a->opt[OPTION_JSON].given) return RC_OK;
    json_init(&j);
    json_open(&j, NULL, '{');
    json_text(&j, "dataset", a->arg[1 + 2 * k]);
    json_text(&j, "file", str_from(base_name(args_z(a, 2 + 2 * k))));
    json_text(&j, "error", str_from(text));
    json_close(&j, '}');
    return json_print(&j, &app->out, e);
}

static enum rc check_several_map(struct session *s, const struct args *a, struct err *e)
{
    struct map_check c;
    TRY(map_check_begin(&c, s, a, e));
    for (size_t k = 0; k < import_files(a); k++)
        TRY(map_check_file(&c, args_z(a, 2 + 2 * k), -1, a->arg[1 + 2 * k], a->opt[OPTION_SHEET].text, e));
    return map_check_end(&c, e);
}

static enum rc take_all(struct session *s, struct app *app, const struct args *a, struct several *x, struct err *e)
{
    size_t n = import_files(a), failed = 0;
    enum rc worst = RC_OK;
    TRY(check_several_map(s, a, e));
    TRY(options_of_all(x, s, a, e));
    for (size_t k = 0; k < n; k++) {
        struct err one = {.lang = app->lang};
        enum rc rc = take_file(s, app, a, x, k, &one);
        if (!rc) continue;
        failed++;
        if (!worst || rc_exit(rc) > rc_exit(worst)) worst = rc;
        TRY(tell_held(s, app, a, x, e));
        TRY(say_not_taken(app, a, k, &one, e));
    }
    if (!failed) return RC_OK;
    return err_set(e, worst, pos_none(), "%zu of %zu files were not taken in, as told above; the other %zu are in.",
                   "%2$zu 个文件中有 %1$zu 个未导入，原因见上；其余 %3$zu 个已导入。", failed, n, n - failed);
}

static enum rc import_several(struct session *s, struct app *app, const struct args *a, struct screen_ahead *ahead,
                              struct err *e)
{
    struct several x = {0};
    struct import_options first;
    struct column_choice choice[ARGS_LIST_MAX];
    TRY(check_several(a, e));
    TRY(import_options_of(&first, a, 0, choice, e));
    enum rc rc = import_open(s, app, a, &x.shared, e);
    if (!rc) screen_ahead_begin(ahead, s, a, x.shared);
    if (!rc) rc = take_all(s, app, a, &x, e);
    import_shared_free(x.shared);
    return rc;
}

enum rc cmd_import(struct app *app, const struct args *a, struct err *e)
{
    struct session s = {0};
    struct screen_ahead ahead = {.begun = false};
    bool many = a->n == 2;
    TRY(screen_then_check(app, a, e));
    if (a->n == 3) TRY(bundle_is(args_z(a, 2), &many, e));
    enum rc rc = many       ? import_bundle(&s, app, a, e)
                 : a->n > 3 ? import_several(&s, app, a, &ahead, e)
                            : import_single(&s, app, a, &ahead, e);
    rc = screen_then(&s, app, a, &ahead, rc, e);
    if ((rc || a->opt[OPTION_SCREEN].given) && s.diags.n) session_say_diags(&s);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- deliveries */

static void add_place(struct table *t, const struct session *s, int64_t division)
{
    char code[DIVISION_TEXT_MAX];
    struct str name = division ? divisions_name(&s->divs, division, 0) : STR("");
    if (!division) table_z(t, lang_pick(s->app->lang, "all", "全部"));
    else if (name.n) table_cell(t, name);
    else table_z(t, division_format_short(division, code));
}

static void add_period(struct table *t, const struct delivery *d, enum lang lang)
{
    char from[DATE_TEXT_MAX], to[DATE_TEXT_MAX], text[64];
    if (!d->covers_from) {
        table_z(t, lang_pick(lang, "all", "全部"));
        return;
    }
    (void)snprintf(text, sizeof text, "%s..%s", date_format(d->covers_from, from), date_format(d->covers_to, to));
    table_z(t, d->covers_from == d->covers_to ? from : text);
}

static enum rc say_deliveries(struct session *s, const struct delivery_list *l, struct err *e)
{
    struct table t;
    enum lang lang = s->app->lang;
    if (!l->n) {
        out_say(&s->app->out, "Nothing has been delivered yet.\n", "尚无交付。\n");
        return RC_OK;
    }
    table_init(&t, &s->arena,
               lang_pick(lang, ">ID|dataset|division|period|received|>rows|>matched|>waiting|>refused|state",
                         ">编号|数据集|地区|期间|收到|>行数|>匹配|>待处理|>拒收|状态"));
    for (size_t i = 0; i < l->n; i++) {
        const struct delivery *d = &l->v[i];
        table_number(&t, d->id);
        table_cell(&t, d->dataset);
        add_place(&t, s, d->division);
        add_period(&t, d, lang);
        table_date(&t, d->received_day);
        table_number(&t, d->counts.rows);
        table_number(&t, d->counts.matched);
        table_number(&t, d->counts.waiting_invalid + d->counts.waiting_unmatched + d->counts.waiting_name);
        table_number(&t, d->counts.refused);
        table_z(&t, state_text(d->state, lang));
    }
    TRY(table_print(&t, &s->app->out, e));
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i].withdrawn_reason.n)
            out_say(&s->app->out, "%lld was withdrawn: %.*s\n", "%lld 已撤回：%.*s\n", (long long)l->v[i].id,
                    STR_ARG(l->v[i].withdrawn_reason));
    return RC_OK;
}

static enum rc json_deliveries(struct session *s, const struct delivery_list *l, struct err *e)
{
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '[');
    for (size_t i = 0; i < l->n; i++) {
        json_open(&j, NULL, '{');
        json_delivery_body(&j, &l->v[i]);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    return json_print(&j, &s->app->out, e);
}

enum rc cmd_deliveries(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct delivery_list l = {0};
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_DIVISIONS, 0, e);
    if (!rc) rc = delivery_all(s.store, &s.arena, &l, e);
    if (!rc) rc = a->opt[OPTION_JSON].given ? json_deliveries(&s, &l, e) : say_deliveries(&s, &l, e);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- withdraw */

enum rc cmd_withdraw(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    int64_t id = 0;
    if (!str_to_i64(a->arg[1], 1, INT64_MAX, &id))
        return err_set(e, RC_USAGE, pos_none(), "\"%.*s\" is not the number of a delivery. See: fangpin deliveries DB",
                       "“%.*s”不是交付编号。请看：fangpin deliveries DB", STR_ARG(a->arg[1]));
    enum rc rc = session_open(&s, app, a, STORE_WRITE, SESSION_STORE, 0, e);
    if (!rc) rc = import_withdraw(s.store, id, a->opt[OPTION_REASON].text, session_who(a), e);
    session_close(&s);
    if (!rc)
        out_say(&app->out,
                "Delivery %lld is withdrawn. The next screen judges without it; earlier ones stay as they were.\n",
                "交付 %lld 已撤回。下一次筛查不再使用；此前的筛查保持原样。\n", (long long)id);
    return rc;
}
