/* Commands on the data folder itself: init, key, upgrade, check, version. */
#include "app/books_check.h"
#include "app/commands.h"
#include "app/say.h"
#include "app/session.h"
#include "columns/keyring.h"
#include "store/check.h"
#include "store/compact.h"

#ifndef FANGPIN_VERSION
#define FANGPIN_VERSION "0.1.0"
#endif
enum { KEYS_TEXT_MAX = 32 };

enum rc cmd_version(struct app *app, const struct args *a, struct err *e)
{
    if (a->opt[OPTION_JSON].given) {
        struct json j;
        json_init(&j);
        json_open(&j, NULL, '{');
        json_text(&j, "version", STR(FANGPIN_VERSION));
        json_number(&j, "format", STORE_FORMAT);
        json_close(&j, '}');
        return json_print(&j, &app->out, e);
    }
    out_say(&app->out, "fangpin %s, database format %d\n", "fangpin %s，数据库格式 %d\n", FANGPIN_VERSION,
            (int)STORE_FORMAT);
    return RC_OK;
}

/* ---------------------------------------------------------------- init */

static enum rc book_dirs(struct session *s, const struct str *v, size_t n, const char ***out, struct err *e)
{
    const char **dirs = ARENA_ARRAY(&s->arena, const char *, n + 1);
    if (!dirs) return err_nomem(e);
    for (size_t i = 0; i < n; i++) dirs[i] = v[i].p;
    *out = dirs;
    return RC_OK;
}

static enum rc broken_books(struct session *s, struct err *e)
{
    char n[32];
    session_say_diags(s);
    return err_set(e, RC_INPUT, pos_none(), "the policy books have %s errors; nothing was loaded.",
                   "政策册有 %s 处错误，未装载。", say_number((int64_t)diags_told(&s->diags), n));
}

static enum rc read_books(struct session *s, struct app *app, const struct str *v, size_t n, struct book_set *set,
                          struct err *e)
{
    const char **dirs = NULL;
    if (!s->app) {
        s->app = app;
        arena_init(&s->arena, MIB(4096));
        diags_init(&s->diags, &s->arena, app->lang);
        books_init(&s->books, &s->arena);
    }
    TRY(book_dirs(s, v, n, &dirs, e));
    struct check_counts counts;
    TRY(session_book_set(s, dirs, n, set, e));
    if (s->policy) TRY(books_compile_all(s, NULL, NULL, &counts, e));
    if (s->diags.errors) return broken_books(s, e);
    session_say_diags(s);
    return RC_OK;
}

static void say_books(const struct session *s, struct out *out)
{
    for (size_t i = 0; i < s->books.n; i++)
        out_say(out, "  book %.*s  %.*s\n", "  政策册 %.*s  %.*s\n", STR_ARG(s->books.v[i].name),
                STR_ARG(s->books.v[i].label));
}

/* An init that was interrupted before its books were in left a folder without any: this one goes on from there. */
static enum rc open_new(struct session *s, const struct store_options *o, struct store_key_report *key, struct err *e)
{
    struct book_set any;
    enum rc rc = session_is_db(str_from(o->path)) ? store_open(&s->store, o, e) : RC_INPUT;
    if (rc == RC_NOMEM) return rc;
    if (!rc) {
        TRY(book_set_at(s->store, &s->arena, INT64_MAX, &any, e));
        if (!any.id) return store_key_path(o, key->path, e);
        store_close(s->store);
        s->store = NULL;
    }
    TRY(store_init(o, key, e));
    return store_open(&s->store, o, e);
}

/* The first books of a data folder count as known from ever: nothing was judged without them. */
static enum rc init_all(struct session *s, struct app *app, const struct args *a, struct err *e)
{
    struct book_set set;
    struct store_options o;
    struct store_key_report key = {.made = false};
    bool changed;
    TRY(read_books(s, app, a->list, a->list_n, &set, e));
    session_store_options(&o, app, a, args_z(a, 0), STORE_WRITE);
    TRY(open_new(s, &o, &key, e));
    set.known_from_us = 1;
    set.by_who = session_who(a);
    TRY(book_set_load(s->store, &set, &changed, e));
    out_say(&app->out, "Data folder %s is ready.\n", "数据文件夹 %s 已建好。\n", args_z(a, 0));
    say_books(s, &app->out);
    store_say_key(&app->out, &key);
    return RC_OK;
}

enum rc cmd_init(struct app *app, const struct args *a, struct err *e)
{
    struct session s = {0};
    enum rc rc = init_all(&s, app, a, e);
    session_close(&s);
    return rc;
}

static enum rc load_all(struct session *s, struct app *app, const struct args *a, struct err *e)
{
    struct book_set set;
    bool changed, moved;
    TRY(session_open(s, app, a, STORE_WRITE, SESSION_STORE, 0, e));
    TRY(read_books(s, app, a->arg + 1, a->n - 1, &set, e));
    TRY(session_known_from(s, a->opt[OPTION_RECEIVED].from, &set.known_from_us, &moved, e));
    set.by_who = session_who(a);
    TRY(book_set_load(s->store, &set, &changed, e));
    char when[40];
    if (!changed) {
        out_say(&app->out, "These very books are in force already: nothing changed.\n",
                "这些政策册已在使用，没有变化。\n");
        return RC_OK;
    }
    if (moved)
        out_say(&app->out, "Warning: a screen was kept that did not know them; they count as known from now on.\n",
                "注意：已有保存的筛查没有用到它们，因此从现在起算已知。\n");
    out_say(&app->out, "In force from what is known at %s:\n", "自 %s 起使用：\n", say_time(set.known_from_us, when));
    say_books(s, &app->out);
    return RC_OK;
}

enum rc cmd_policy_load(struct app *app, const struct args *a, struct err *e)
{
    struct session s = {0};
    enum rc rc = load_all(&s, app, a, e);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- keys */

enum rc cmd_key_new(struct app *app, const struct args *a, struct err *e)
{
    struct store_key_report r = {.made = true};
    struct store_options o;
    session_store_options(&o, app, a, args_z(a, 0), STORE_WRITE);
    TRY(store_key_path(&o, r.path, e));
    TRY(keyring_create(r.path, CHUNK_AES_256_GCM, e));
    store_say_key(&app->out, &r);
    return RC_OK;
}

static enum rc rotate(struct store_options *o, struct app *app, struct err *e)
{
    char path[DB_PATH_MAX], count[32];
    struct store *s = NULL;
    int64_t resealed = 0;
    bool begun = false;
    TRY(store_key_path(o, path, e));
    TRY(store_open(&s, o, e)); /* a key that does not fit this folder must not get a successor */
    enum rc rc = store_rekey_begun(s, &begun, e);
    store_close(s);
    s = NULL;
    if (rc) return rc;
    if (!begun) TRY(keyring_rotate(path, CHUNK_AES_256_GCM, e));
    TRY(store_open(&s, o, e));
    rc = store_rekey(s, &resealed, e);
    store_close(s);
    if (rc) return rc;
    (void)say_number(resealed, count);
    if (begun)
        out_say(
            &app->out,
            "A rotation had been interrupted; it is done now: %s values and chunks sealed anew with the newest key "
            "in %s. For another key, rotate again.\n",
            "上次更换密钥曾中断，现已完成：已用 %2$s 中最新的密钥重新加密 %1$s 项。如需再换一个密钥，请再次执行。\n",
            count, path);
    else
        out_say(&app->out,
                "New key in %s; %s values and chunks sealed anew. Keep the file: backups made before need the old key "
                "in it.\n",
                "新密钥已写入 %s；已重新加密 %s 项。请保管好该文件：之前的备份仍需其中的旧密钥。\n", path, count);
    return RC_OK;
}

enum rc cmd_key_rotate(struct app *app, const struct args *a, struct err *e)
{
    struct store_options o;
    session_store_options(&o, app, a, args_z(a, 0), STORE_WRITE);
    return rotate(&o, app, e);
}

/* ---------------------------------------------------------------- compact */

static enum rc json_compact(const struct compact_report *r, bool dry, struct app *app, struct err *e)
{
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '{');
    json_bool(&j, "dry_run", dry);
    json_number(&j, "bytes_before", r->bytes_before);
    json_number(&j, "bytes_after", r->bytes_after);
    json_number(&j, "free_bytes", r->free_before);
    json_number(&j, "columns", r->columns);
    json_number(&j, "chunks_before", r->chunks_before);
    json_number(&j, "chunks_after", r->chunks_after);
    json_number(&j, "longest_lock_us", r->longest_us);
    json_bool(&j, "rewritten", r->rewritten);
    json_close(&j, '}');
    return json_print(&j, &app->out, e);
}

static void say_compact(const struct compact_report *r, bool dry, struct out *out)
{
    char a[32], b[32], c[32];
    if (dry) {
        out_say(out, "%s bytes, %s of them free; %s columns would be written as fewer chunks. Nothing was changed.\n",
                "共 %s 字节，其中空闲 %s 字节；%s 列可合并为更少的列块。未作改动。\n", say_number(r->bytes_before, a),
                say_number(r->free_before, b), say_number(r->columns, c));
        return;
    }
    out_say(out, "%s bytes before, %s after; %s columns written as fewer chunks.\n",
            "压缩前 %s 字节，压缩后 %s 字节；%s 列合并为更少的列块。\n", say_number(r->bytes_before, a),
            say_number(r->bytes_after, b), say_number(r->columns, c));
    if (r->rewritten)
        out_say(out, "The file was written anew as a whole, once; from now on it shrinks piece by piece.\n",
                "文件已整体重写一次；此后可逐步缩小。\n");
}

static enum rc compact(struct session *s, const struct args *a, struct err *e)
{
    struct compact_report r;
    bool dry = a->opt[OPTION_DRY_RUN].given;
    TRY(store_compact(s->store, dry, &r, e));
    if (a->opt[OPTION_JSON].given) return json_compact(&r, dry, s->app, e);
    say_compact(&r, dry, &s->app->out);
    return RC_OK;
}

enum rc cmd_compact(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    enum rc rc = session_open(&s, app, a, STORE_WRITE, SESSION_STORE, 0, e);
    if (!rc) rc = compact(&s, a, e);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- upgrade, check */

enum rc cmd_upgrade(struct app *app, const struct args *a, struct err *e)
{
    struct store_options o;
    int64_t from = 0;
    session_store_options(&o, app, a, args_z(a, 0), STORE_WRITE);
    TRY(store_upgrade(&o, &from, e));
    if (from == STORE_FORMAT)
        out_say(&app->out, "The data folder has format %d already: nothing to do.\n",
                "数据文件夹已是格式 %d，无需升级。\n", (int)STORE_FORMAT);
    else
        out_say(&app->out, "Upgraded from format %d to %d.\n", "已从格式 %d 升级到 %d。\n", (int)from,
                (int)STORE_FORMAT);
    return RC_OK;
}

static enum rc json_check(const struct check_report *r, struct app *app, struct err *e)
{
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '{');
    json_bool(&j, "sound", !r->n);
    json_number(&j, "chunks", r->chunks);
    json_number(&j, "people", r->people);
    json_number(&j, "households", r->households);
    json_open(&j, "failures", '[');
    for (size_t i = 0; i < r->n; i++) {
        json_open(&j, NULL, '{');
        json_text(&j, "invariant", str_from(r->v[i].name));
        json_text(&j, "text", r->v[i].text);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    return json_print(&j, &app->out, e);
}

static enum rc say_check(const struct check_report *r, struct app *app, struct err *e)
{
    char c[32], p[32], h[32];
    for (size_t i = 0; i < r->n; i++)
        out_say(&app->out, "  %s: %.*s\n", "  %s：%.*s\n", r->v[i].name, STR_ARG(r->v[i].text));
    out_say(&app->out, "Looked at %s column chunks, %s people, %s households.\n", "核验了 %s 个列块、%s 人、%s 户。\n",
            say_number(r->chunks, c), say_number(r->people, p), say_number(r->households, h));
    if (!r->n) {
        out_say(&app->out, "The data folder is sound.\n", "数据文件夹完好。\n");
        return RC_OK;
    }
    return err_set(e, RC_ENV, pos_none(), "%zu promises are broken. Restore from a backup, and report this.",
                   "有 %zu 项不符。请从备份恢复，并报告此事。", r->n + r->dropped);
}

enum rc cmd_check(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct check_report r = {0};
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_DAMAGED_TOO, 0, e);
    if (!rc) rc = store_check(s.store, CHECK_FULL, &s.arena, &r, e);
    if (!rc && a->opt[OPTION_JSON].given) {
        rc = json_check(&r, app, e);
        if (!rc && r.n) rc = RC_ENV;
    } else if (!rc) rc = say_check(&r, app, e);
    session_close(&s);
    return rc;
}
