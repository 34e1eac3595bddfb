#include "store/store.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "store/store_int.h"
#include "store/sums.h"

enum { STORE_APPLICATION_ID = 1179668016 }; /* "FPN0"; also in schema.sql */

struct store_paths {
    char dir[DB_PATH_MAX], db[DB_PATH_MAX], lock[DB_PATH_MAX], key[DB_PATH_MAX];
};

/* ---- paths */

static bool path_set(char *out, const char *a, const char *b)
{
    int n = snprintf(out, DB_PATH_MAX, "%s%s", a, b);
    return n >= 0 && n < DB_PATH_MAX;
}

static enum rc paths_make(struct store_paths *p, const struct store_options *o, struct err *e)
{
    size_t n = o->path ? strlen(o->path) : 0;
    while (n > 1 && o->path[n - 1] == '/') n--; /* "demo/" keeps its key in demo.key too */
    if (n == 0) return err_set(e, RC_USAGE, pos_none(), "the data folder's path is empty", "数据文件夹的路径为空");
    bool ok = n < DB_PATH_MAX - 32;
    if (ok) {
        memcpy(p->dir, o->path, n);
        p->dir[n] = 0;
    }
    const char *key = o->key_path ? o->key_path : getenv("FANGPIN_KEY");
    ok = ok && path_set(p->db, p->dir, "/fangpin.db") && path_set(p->lock, p->dir, "/lock") &&
         (key && *key ? path_set(p->key, key, "") : path_set(p->key, p->dir, ".key"));
    if (ok) return RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "the data folder's path is longer than %d bytes",
                   "数据文件夹的路径超过 %d 字节", DB_PATH_MAX - 32);
}

enum rc store_key_path(const struct store_options *o, char *out, struct err *e)
{
    struct store_paths p;
    TRY(paths_make(&p, o, e));
    memcpy(out, p.key, DB_PATH_MAX);
    return RC_OK;
}

/* ---- opening in parts */

static struct store *store_new(const struct store_options *o, const struct store_paths *p)
{
    struct store *s = mem_zalloc_array(1, sizeof *s);
    if (!s) return NULL;
    s->lock_fd = -1;
    s->clock = o->clock;
    s->access = o->access;
    s->vfs = o->vfs;
    memcpy(s->path, p->dir, sizeof s->path);
    memcpy(s->key_path, p->key, sizeof s->key_path);
    buf_init(&s->sealed, DB_BLOB_MAX);
    buf_init(&s->summed, DB_BLOB_MAX);
    sealer_init(&s->sealer, &s->keys, nonces_system());
    return s;
}

void store_close(struct store *s)
{
    if (!s) return;
    s->closing = true;
    par_aside_end(s->moving);
    db_close(s->mover);
    db_close(s->db);
    sealer_fini(&s->sealer);
    keyring_wipe(&s->keys);
    buf_fini(&s->sealed);
    buf_fini(&s->summed);
    store_unlock(s->lock_fd);
    mem_free(s);
}

static enum rc fail_permission(const char *path, struct err *e)
{
    return err_set(e, RC_ENV, pos_none(), "%s: this user has no permission for it; run as the owner of the data folder",
                   "%s：当前用户没有权限；请以数据文件夹属主的身份运行", path);
}

/* Without opening it: closing a second descriptor would end SQLite's locks. */
static enum rc check_there(const struct store_paths *p, enum store_access access, struct err *e)
{
    struct stat st;
    int no = stat(p->dir, &st) ? errno : 0;
    bool there = !no && S_ISDIR(st.st_mode);
    if (no == EACCES) return fail_permission(p->dir, e);
    if (there && stat(p->db, &st)) {
        if (errno == EACCES) return fail_permission(p->db, e);
        there = false;
    }
    if (!there)
        return err_set(e, RC_INPUT, pos_none(), "%s: no data folder of fangpin; make one with `fangpin init`",
                       "%s：不是 fangpin 的数据文件夹；请先用 `fangpin init` 建立", p->dir);
    int want = access == STORE_WRITE ? R_OK | W_OK : R_OK;
    return eaccess(p->db, want) && errno == EACCES ? fail_permission(p->db, e) : RC_OK;
}

static enum rc open_file(struct store *s, const struct store_paths *p, const struct store_options *o, struct err *e)
{
    TRY(check_there(p, o->access, e));
    if (o->access == STORE_WRITE) TRY(store_lock(&s->lock_fd, p->lock, p->dir, &o->wait, e));
    return db_open(&s->db, p->db, o->access == STORE_WRITE ? DB_READ_WRITE : DB_READ_ONLY, o->vfs, e);
}

/* The format in the file; RC_INPUT/RC_ENV when it is none of ours. */
static enum rc read_format(struct store *s, int64_t *format, struct err *e)
{
    int64_t id = 0;
    TRY(db_get_i64(s->db, SQL_store_application_id, &id, NULL, e));
    TRY(db_get_i64(s->db, SQL_store_format, format, NULL, e));
    if (id == 0 && *format == 0)
        return err_set(e, RC_INPUT, pos_none(), "%s: its init was interrupted; run `fangpin init` again",
                       "%s：初始化曾中断；请重新运行 `fangpin init`", s->path);
    if (id != STORE_APPLICATION_ID || *format < 1)
        return err_set(e, RC_INPUT, pos_none(), "%s/fangpin.db: not a database of fangpin",
                       "%s/fangpin.db：不是 fangpin 的数据库", s->path);
    if (*format <= STORE_FORMAT) return RC_OK;
    return err_set(e, RC_ENV, pos_none(), "%s: written by a newer fangpin (format %d, this one knows %d); use that one",
                   "%s：由更新版本的 fangpin 写成（格式 %d，本程序只认识到 %d）；请使用新版本", s->path, (int)*format,
                   STORE_FORMAT);
}

static enum rc open_checked(struct store *s, const struct store_paths *p, const struct store_options *o, struct err *e)
{
    int64_t format = 0;
    uint32_t key_id = 0;
    TRY(open_file(s, p, o, e));
    TRY(read_format(s, &format, e));
    if (format < STORE_FORMAT)
        return err_set(e, RC_INPUT, pos_none(), "%s: has the older format %d; bring it to %d with `fangpin upgrade`",
                       "%s：格式为旧的 %d；请用 `fangpin upgrade` 升级到 %d", s->path, (int)format, STORE_FORMAT);
    TRY(secret_keys_load(s, e));
    TRY(secret_check_read(s, &key_id, e));
    TRY(sums_install(s, e));
    if (!o->damaged_too) TRY(sums_check_opening(s, e));
    return o->access == STORE_WRITE ? staging_clean(s, e) : RC_OK;
}

enum rc store_open(struct store **out, const struct store_options *o, struct err *e)
{
    struct store_paths p;
    *out = NULL;
    TRY(paths_make(&p, o, e));
    struct store *s = store_new(o, &p);
    if (!s) return err_nomem(e);
    enum rc rc = open_checked(s, &p, o, e);
    if (rc) store_close(s);
    else *out = s;
    return rc;
}

enum rc store_open_again(struct store **out, const struct store *s, struct err *e)
{
    struct store_paths p;
    struct store_options o = {
        .path = s->path, .key_path = s->key_path, .vfs = s->vfs, .access = STORE_READ, .clock = s->clock};
    *out = NULL;
    TRY(paths_make(&p, &o, e));
    struct store *again = store_new(&o, &p);
    if (!again) return err_nomem(e);
    again->keys = s->keys; /* the same keys, whatever has become of the file */
    enum rc rc = db_open(&again->db, p.db, DB_READ_ONLY, o.vfs, e);
    if (!rc) rc = db_keep_few_pages(again->db, e); /* what it is for reads every page once */
    if (!rc) rc = sums_install(again, e);
    if (rc) store_close(again);
    else *out = again;
    return rc;
}

/* ---- the log */

enum { LOG_LONG_BYTES = 4 << 20, MOVE_TRIES = 100, MOVE_PAUSE_MS = 2 };

/* Opened at first; NULL: it cannot be. */
static struct db *mover_of(struct store *s)
{
    char path[DB_PATH_MAX];
    struct err ignored = {0};
    bool open = s->mover ||
                (path_set(path, s->path, "/fangpin.db") && !db_open(&s->mover, path, DB_READ_WRITE, s->vfs, &ignored));
    return open ? s->mover : NULL;
}

static void move_log(void *store)
{
    struct db *db = mover_of(store);
    if (db) (void)db_move_log_durably(db);
}

/* Whoever reads just now is in the way, for a moment. */
static void retry(struct store *s, bool (*fn)(struct db *db))
{
    struct db *db = mover_of(s);
    for (int i = 0; db && i < MOVE_TRIES && !s->closing && !fn(db); i++) par_pause(MOVE_PAUSE_MS);
}

static void empty_log(void *store)
{
    struct store *s = store;
    par_aside_end(s->moving_before);
    retry(s, db_empty_log);
}

static void settle_log(void *store) { retry(store, db_move_log_durably); }

/* False: it is still at work. */
static bool end_moving(struct store *s)
{
    if (s->moving && !par_aside_done(s->moving)) return false;
    par_aside_end(s->moving);
    s->moving = NULL;
    s->emptying = false;
    return true;
}

void store_move_log(struct store *s, bool aside)
{
    if (db_log_pages(s->db) < LOG_LONG_BYTES / DB_PAGE_BYTES || !end_moving(s)) return;
    if (aside) s->moving = par_aside_start(NULL, move_log, s);
    else move_log(s);
}

/* Also one of which little is in use. */
static bool log_file_is_long(const struct store *s)
{
    char path[DB_PATH_MAX];
    struct stat st;
    return path_set(path, s->path, "/fangpin.db-wal") && stat(path, &st) == 0 && st.st_size >= LOG_LONG_BYTES;
}

void store_empty_log(struct store *s)
{
    if (s->emptying || !log_file_is_long(s)) return;
    s->moving_before = s->moving;
    s->moving = par_aside_start(NULL, empty_log, s);
    s->emptying = s->moving != NULL;
    if (!s->emptying) s->moving = s->moving_before;
}

void store_settle(struct store *s)
{
    if (end_moving(s)) s->moving = par_aside_start(NULL, settle_log, s);
}

/* ---- init */

/* Only what an interrupted init leaves may be there. */
static enum rc folder_is_free(const char *dir, struct err *e)
{
    static const char *const OURS[] = {"fangpin.db", "fangpin.db-journal", "fangpin.db-wal", "fangpin.db-shm", "lock"};
    struct arena a;
    const char **names = NULL;
    size_t n = 0;
    arena_init(&a, MIB(4));
    enum rc rc = io_list_dir(&a, dir, &names, &n, e);
    for (size_t i = 0; !rc && i < n; i++) {
        bool ours = false;
        for (size_t k = 0; k < sizeof OURS / sizeof *OURS; k++) ours |= strcmp(names[i], OURS[k]) == 0;
        if (!ours)
            rc = err_set(e, RC_INPUT, pos_none(), "%s: the folder is not empty (%s); name a new one",
                         "%s：文件夹不为空（%s）；请另指定新文件夹", dir, names[i]);
    }
    arena_fini(&a);
    return rc;
}

/* The tables that format 3 has beside those of format 2. */
static enum rc tables_of_3(struct store *s, struct err *e)
{
    static const enum sql_id SCRIPTS[] = {SQL_match_schema, SQL_layout_schema, SQL_exception_schema, SQL_sum_schema};
    for (size_t i = 0; i < sizeof SCRIPTS / sizeof *SCRIPTS; i++) TRY(db_script(s->db, SCRIPTS[i], e));
    return RC_OK;
}

static enum rc init_schema(struct store *s, struct err *e)
{
    int64_t id = 0, format = 0;
    TRY(db_get_i64(s->db, SQL_store_application_id, &id, NULL, e));
    TRY(db_get_i64(s->db, SQL_store_format, &format, NULL, e));
    if (id || format)
        return err_set(e, RC_INPUT, pos_none(), "%s: already holds a database; init does not touch it",
                       "%s：已有数据库；初始化不会改动它", s->path);
    TRY(secret_keys_load(s, e));
    TRY(sums_install(s, e));
    TRY(db_begin(s->db, e));
    enum rc rc = db_script(s->db, SQL_store_schema, e);
    if (!rc) rc = db_script(s->db, SQL_people_schema, e);
    if (!rc) rc = tables_of_3(s, e);
    if (!rc) rc = secret_check_write(s, e);
    if (!rc) rc = event_add(s, STR("fangpin"), STR("init"), STR("database"), STR(""), e);
    if (!rc) rc = db_script(s->db, SQL_store_mark_format, e);
    return db_finish(s->db, rc, e);
}

static enum rc init_folder(struct store *s, const struct store_paths *p, const struct store_options *o,
                           struct store_key_report *key, struct err *e)
{
    TRY(folder_is_free(p->dir, e));
    TRY(store_lock(&s->lock_fd, p->lock, p->dir, &(struct store_wait){0}, e));
    TRY(db_open(&s->db, p->db, DB_CREATE, o->vfs, e));
    if (chmod(p->db, 0600)) /* names are readable in it; the log files take its mode */
        return err_set(e, RC_ENV, pos_none(), "%s: its permissions cannot be set (%s)", "%s：无法设置权限（%s）", p->db,
                       err_os(errno, e));
    memcpy(key->path, p->key, sizeof key->path);
    TRY(secret_key_make(p->key, &key->made, e));
    return init_schema(s, e);
}

enum rc store_init(const struct store_options *o, struct store_key_report *key, struct err *e)
{
    struct store_paths p;
    *key = (struct store_key_report){0};
    TRY(paths_make(&p, o, e));
    TRY(io_make_dir(p.dir, e));
    struct store *s = store_new(o, &p);
    if (!s) return err_nomem(e);
    s->access = STORE_WRITE;
    enum rc rc = init_folder(s, &p, o, key, e);
    store_close(s);
    return rc;
}

void store_say_key(struct out *o, const struct store_key_report *key)
{
    if (key->made) out_say(o, "The key was written to %s.\n", "密钥已写入 %s。\n", key->path);
    else out_say(o, "The key already in %s is used.\n", "使用 %s 中已有的密钥。\n", key->path);
    out_say(o,
            "Names, ID numbers and phones are sealed with it. A lost key is lost data: keep a copy in a safe place, "
            "apart from the backups.\n",
            "姓名、身份证号和电话用它加密。密钥丢失，数据即丢失：请在安全处另存一份，并与备份分开存放。\n");
}

/* ---- upgrade */

/* Each step brings `from` to from + 1 inside the caller's transaction and sets user_version. */
struct upgrade_step {
    int64_t from;
    enum rc (*run)(struct store *s, struct err *e);
};
static enum rc upgrade_2(struct store *s, struct err *e)
{
    TRY(tables_of_3(s, e));
    return db_script(s->db, SQL_upgrade_2_end, e);
}

static const struct upgrade_step UPGRADES[] = {{1, people_upgrade}, {2, upgrade_2}};

static enum rc upgrade_once(struct store *s, int64_t format, struct err *e)
{
    for (size_t i = 0; i < sizeof UPGRADES / sizeof *UPGRADES; i++) {
        if (UPGRADES[i].from == format) return UPGRADES[i].run(s, e);
    }
    return err_set(e, RC_ENV, pos_none(), "there is no upgrade from format %d", "没有从格式 %d 升级的步骤",
                   (int)format);
}

/* With the right key: a step may have to seal. */
static enum rc upgrade_all(struct store *s, int64_t from, struct err *e)
{
    uint32_t key_id = 0;
    TRY(secret_keys_load(s, e));
    TRY(secret_check_read(s, &key_id, e));
    TRY(sums_install(s, e));
    enum rc rc = RC_OK;
    /* One transaction for all steps: a program killed on the way leaves the format it found, never one between. */
    TRY(db_begin(s->db, e));
    for (int64_t at = from; !rc && at < STORE_FORMAT; at++) rc = upgrade_once(s, at, e);
    TRY(db_finish(s->db, rc, e));
    return from < 2 ? db_vacuum(s->db, e) : RC_OK; /* later steps free nothing */
}

enum rc store_upgrade(const struct store_options *o, int64_t *from, struct err *e)
{
    struct store_paths p;
    struct store_options w = *o;
    w.access = STORE_WRITE;
    *from = 0;
    TRY(paths_make(&p, &w, e));
    struct store *s = store_new(&w, &p);
    if (!s) return err_nomem(e);
    enum rc rc = open_file(s, &p, &w, e);
    if (!rc) rc = read_format(s, from, e);
    if (!rc) rc = upgrade_all(s, *from, e);
    store_close(s);
    return rc;
}

/* ---- small things */

bool store_can_write(const struct store *s) { return s->access == STORE_WRITE; }

const char *store_dir(const struct store *s) { return s->path; }

struct db *store_db(struct store *s) { return s->db; }

const struct keyring *store_keyring(const struct store *s) { return &s->keys; }

struct clock store_clock(const struct store *s) { return s->clock; }

int64_t store_now_us(const struct store *s) { return s->clock.now_us(s->clock.ctx); }

enum rc store_file_bytes(struct store *s, int64_t *bytes, struct err *e)
{
    static const char *const FILES[] = {"/fangpin.db", "/fangpin.db-wal"};
    *bytes = 0;
    for (size_t i = 0; i < 2; i++) {
        char path[DB_PATH_MAX];
        struct stat st;
        if (!path_set(path, s->path, FILES[i])) continue;
        if (stat(path, &st) == 0) *bytes += st.st_size;
        else if (errno != ENOENT)
            return err_set(e, RC_ENV, pos_none(), "%s: cannot be looked at (%s)", "%s：无法查看（%s）", path,
                           err_os(errno, e));
    }
    return RC_OK;
}

void store_sync_later(struct store *s) { s->sync_later = true; }

enum rc store_sync(struct store *s, struct err *e)
{
    s->sync_later = false;
    return db_sync_log(s->db, e);
}

enum rc store_begin_at(struct store *s, bool durable, const char *file, int line, struct err *e)
{
    if (s->sync_later) durable = false;
    /* The setting cannot change inside a transaction; db_begin_at names the one that is open. */
    if (s->relaxed == durable && !db_in_transaction(s->db)) {
        /* Before the lock is taken: else the publishing commit would hold it while megabytes of staging reach
         * the disk. */
        if (durable) TRY(db_sync_log(s->db, e));
        TRY(db_script(s->db, durable ? SQL_db_synchronous_full : SQL_db_synchronous_normal, e));
        s->relaxed = !durable;
    }
    return db_begin_at(s->db, file, line, e);
}
