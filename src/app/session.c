#include "app/session.h"
#include <stdlib.h>
#include "base/io.h"
#include "store/screenstore.h"

#define SESSION_ARENA_MAX ((size_t)8 << 30)
#define DAY_US INT64_C(86400000000)
#define BEIJING_US INT64_C(28800000000)
#define DIVISIONS_CORRECTED STR("correct divisions") /* in the journal, which tells since when they are known */
enum { WAIT_USUAL = 10, DIVISION_LISTS_MAX = 10000, PLACE_FLAGS_MAX = 64, KEY_TEXT_MAX = 40 };

/* ---------------------------------------------------------------- time */

static int64_t day_start_us(date_day day) { return (int64_t)(day - date_make(1970, 1, 1)) * DAY_US - BEIJING_US; }
int64_t session_day_end_us(date_day day) { return day_start_us(day) + DAY_US - 1; }

enum rc session_known_from(struct session *s, date_day received, int64_t *us, bool *moved, struct err *e)
{
    *moved = false;
    if (received > clock_today(store_clock(s->store)))
        return err_set(e, RC_INPUT, pos_none(), "--received lies in the future. Take today or an earlier day.",
                       "--received 在将来。请写今天或更早的日期。");
    int64_t want = received ? day_start_us(received) : store_now_us(s->store);
    return screen_known_after(s->store, want, us, moved, e);
}

/* ---------------------------------------------------------------- parts */

/* FANGPIN_WAIT: how many seconds to wait for another process that writes. */
static int wait_seconds(void)
{
    const char *text = getenv("FANGPIN_WAIT");
    int64_t n = 0;
    if (!text || !*text) return WAIT_USUAL;
    return str_to_i64(str_from(text), 0, STORE_WAIT_MAX, &n) ? (int)n : STORE_WAIT_BAD;
}

static void say_waiting(const void *ctx, int pid, int64_t since_us, int seconds)
{
    const struct app *app = ctx;
    char since[32] = "?";
    struct out err;
    out_init(&err, stderr, app->lang);
    if (since_us) (void)clock_format(since_us, since);
    out_say(
        &err,
        "fangpin: another fangpin (process %d, since %s) is writing; waiting up to %d s for it (Ctrl-C ends this)\n",
        "fangpin：另一个 fangpin（进程 %d，自 %s 起）正在写入；最多等待 %d 秒（按 Ctrl-C 可停止）\n", pid, since,
        seconds);
}

void session_store_options(struct store_options *o, const struct app *app, const struct args *a, const char *path,
                           enum store_access access)
{
    *o = (struct store_options){
        .path = path, .access = access, .clock = app->clock, .wait = {wait_seconds(), say_waiting, app}};
    if (a->opt[OPTION_KEY].given) o->key_path = a->opt[OPTION_KEY].text.p;
}

bool session_peek_keys(const struct app *app, const struct args *a, struct keyring *out)
{
    struct store_options o;
    char path[DB_PATH_MAX];
    struct err ignored = {0};
    *out = (struct keyring){0};
    session_store_options(&o, app, a, args_z(a, 0), STORE_WRITE);
    return store_key_path(&o, path, &ignored) == RC_OK && keyring_load(path, out, &ignored) == RC_OK;
}

static struct str division_key(size_t i, char *out)
{
    int n = snprintf(out, KEY_TEXT_MAX, "divisions.%zu", i);
    return str_make(out, (size_t)n);
}

/* *csv: the i-th correction, if it was known at K; else those after it were not either. */
static enum rc known_correction(struct session *s, size_t i, int64_t k_us, struct str *csv, bool *known, struct err *e)
{
    char name[KEY_TEXT_MAX];
    struct str key = division_key(i, name);
    int64_t known_from_us;
    TRY(store_meta_get(s->store, &s->arena, key, csv, known, e));
    if (!*known) return RC_OK;
    TRY(event_first(s->store, DIVISIONS_CORRECTED, key, &known_from_us, e));
    *known = known_from_us <= k_us;
    return RC_OK;
}

static enum rc replay_divisions(struct session *s, struct err *e)
{
    s->n_corrections = 0;
    for (size_t i = 1; i <= DIVISION_LISTS_MAX; i++) {
        struct str csv;
        bool known;
        TRY(known_correction(s, i, s->k_us, &csv, &known, e));
        if (!known) return RC_OK;
        struct diags quiet; /* warnings were said when the list was taken in */
        diags_init(&quiet, &s->arena, s->app->lang);
        TRY(divisions_import(&s->divs, csv, "divisions", &quiet, e));
        s->n_corrections++;
    }
    return RC_OK;
}

enum rc session_keep_divisions(struct session *s, struct str csv, struct err *e)
{
    for (size_t i = 1; i <= DIVISION_LISTS_MAX; i++) {
        char name[KEY_TEXT_MAX];
        struct str key = division_key(i, name), old;
        bool found;
        TRY(store_meta_get(s->store, &s->arena, key, &old, &found, e));
        if (found) continue;
        TRY(store_begin(s->store, e));
        enum rc rc = store_meta_set(s->store, key, csv, e);
        if (!rc) rc = event_add(s->store, STR(""), DIVISIONS_CORRECTED, key, STR(""), e);
        return db_finish(store_db(s->store), rc, e);
    }
    return err_set(e, RC_INPUT, pos_none(), "the data folder already has %d lists of corrections.",
                   "数据文件夹里已有 %d 份区划更正。", (int)DIVISION_LISTS_MAX);
}

static enum rc open_divisions(struct session *s, struct err *e)
{
    divisions_init(&s->divs);
    s->has_divs = true;
    return s->store ? replay_divisions(s, e) : RC_OK;
}

static enum rc build_policy(struct session *s, struct err *e)
{
    if (s->diags.errors) return RC_OK;
    TRY(policy_new(&s->policy, &s->books, &s->arena, &s->diags, e));
    if (!s->diags.errors) return RC_OK;
    policy_free(s->policy);
    s->policy = NULL;
    return RC_OK;
}

static enum rc parse_stored(struct session *s, struct err *e)
{
    for (size_t i = 0; i < s->set.n; i++) {
        const struct stored_book *b = &s->set.books[i];
        struct book_file *files = ARENA_ARRAY(&s->arena, struct book_file, b->n_files + 1);
        if (!files) return err_nomem(e);
        for (size_t k = 0; k < b->n_files; k++) files[k] = (struct book_file){b->files[k].name, b->files[k].text};
        TRY(book_parse(&s->books, b->name, files, b->n_files, &s->diags, e));
    }
    return build_policy(s, e);
}

static enum rc load_events(struct session *s, struct err *e)
{
    TRY(param_list(s->store, &s->arena, s->k_us, &s->events, &s->n_events, e));
    struct param_setting *v = ARENA_ARRAY(&s->arena, struct param_setting, s->n_events + 1);
    if (!v) return err_nomem(e);
    for (size_t i = 0; i < s->n_events; i++) {
        const struct param_event *p = &s->events[i];
        v[i] = (struct param_setting){p->name, p->division, p->from_day, p->value_text};
    }
    policy_set_events(s->policy, v, s->n_events);
    return RC_OK;
}

static enum rc open_policy(struct session *s, struct err *e)
{
    TRY(book_set_at(s->store, &s->arena, s->k_us, &s->set, e));
    if (!s->set.id) {
        char day[DATE_TEXT_MAX];
        return err_set(e, RC_INPUT, pos_none(),
                       "no policy books were known here on %s. Load some: fangpin policy load DB DIR...",
                       "%s 时这里还没有政策册。请装载：fangpin policy load DB DIR...", date_format(s->known_at, day));
    }
    TRY(parse_stored(s, e));
    if (s->policy) return load_events(s, e);
    session_say_diags(s);
    return err_set(e, RC_INPUT, pos_none(),
                   "the stored policy books have errors. Load corrected ones: fangpin policy load DB DIR...",
                   "已存的政策册有错误。请装载改正后的：fangpin policy load DB DIR...");
}

/* ---------------------------------------------------------------- whole */

static void session_begin(struct session *s, struct app *app)
{
    *s = (struct session){.app = app};
    arena_init(&s->arena, SESSION_ARENA_MAX);
    diags_init(&s->diags, &s->arena, app->lang);
    books_init(&s->books, &s->arena);
}

enum rc session_know(struct session *s, unsigned what, date_day known_at, int64_t k_us, struct err *e)
{
    s->known_at = known_at ? known_at : clock_today(s->app->clock);
    s->k_us = k_us ? k_us : session_day_end_us(s->known_at);
    if (what & SESSION_POLICY) TRY(open_policy(s, e));
    return what & SESSION_DIVISIONS ? open_divisions(s, e) : RC_OK;
}

enum rc session_knows(struct session *s, date_day known_at, int64_t k_us, bool *same, struct err *e)
{
    int64_t id;
    if (!k_us) k_us = session_day_end_us(known_at ? known_at : clock_today(s->app->clock));
    TRY(book_set_id_at(s->store, k_us, &id, e));
    *same = id == s->set.id;
    for (size_t i = 1; *same && i <= s->n_corrections + 1 && i <= DIVISION_LISTS_MAX; i++) {
        struct str csv;
        bool known;
        TRY(known_correction(s, i, k_us, &csv, &known, e));
        *same = known == (i <= s->n_corrections);
    }
    return RC_OK;
}

enum rc session_know_again(struct session *s, date_day known_at, int64_t k_us, bool *same, struct err *e)
{
    TRY(session_knows(s, known_at, k_us, same, e));
    s->known_at = known_at ? known_at : clock_today(s->app->clock);
    s->k_us = k_us ? k_us : session_day_end_us(s->known_at);
    if (*same) return load_events(s, e);
    policy_free(s->policy);
    s->policy = NULL;
    if (s->has_divs) divisions_fini(&s->divs);
    s->has_divs = false;
    books_init(&s->books, &s->arena);
    return session_know(s, SESSION_DIVISIONS | SESSION_POLICY, known_at, k_us, e);
}

static enum rc open_at(struct session *s, const struct store_options *o, unsigned what, date_day known_at,
                       struct err *e)
{
    TRY(store_open(&s->store, o, e));
    return session_know(s, what, known_at, 0, e);
}

enum rc session_open(struct session *s, struct app *app, const struct args *a, enum store_access access, unsigned what,
                     date_day known_at, struct err *e)
{
    struct store_options o;
    session_begin(s, app);
    session_store_options(&o, app, a, args_z(a, 0), access);
    o.damaged_too = (what & SESSION_DAMAGED_TOO) != 0;
    return open_at(s, &o, what, known_at, e);
}

date_day session_us_day(int64_t us) { return date_make(1970, 1, 1) + (date_day)((us + BEIJING_US) / DAY_US); }

enum rc session_kept_moment(struct session *s, date_day as_of, date_day known_at, int64_t *k_us, struct err *e)
{
    struct screen kept;
    *k_us = 0;
    TRY(screen_at(s->store, &s->arena, as_of, &kept, e));
    if (kept.id && session_us_day(kept.known_at_us) == known_at) *k_us = kept.known_at_us;
    return RC_OK;
}

static enum rc open_books(struct session *s, const struct args *a, size_t first, struct err *e)
{
    const char **dirs = ARENA_ARRAY(&s->arena, const char *, a->n);
    if (!dirs) return err_nomem(e);
    for (size_t i = first; i < a->n; i++) dirs[i - first] = a->arg[i].p;
    s->known_at = clock_today(s->app->clock);
    TRY(open_divisions(s, e));
    TRY(session_books(s, s->app, dirs, a->n - first, e));
    session_say_diags(s);
    if (s->policy) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "the policy books have errors (%zu).", "政策册有错误（%zu 处）。",
                   diags_told(&s->diags));
}

enum rc session_open_any(struct session *s, struct app *app, const struct args *a, size_t first, struct err *e)
{
    struct store_options o;
    session_begin(s, app);
    if (!session_is_db(a->arg[first])) return open_books(s, a, first, e);
    if (a->n > first + 1)
        return err_set(e, RC_USAGE, pos_none(), "name one data folder, or folders of books.",
                       "请给出一个数据文件夹，或若干政策册文件夹。");
    session_store_options(&o, app, a, args_z(a, first), STORE_READ);
    return open_at(s, &o, SESSION_DIVISIONS | SESSION_POLICY, 0, e);
}

void session_close(struct session *s)
{
    policy_free(s->policy);
    if (s->has_divs) divisions_fini(&s->divs);
    store_close(s->store);
    arena_fini(&s->arena);
    *s = (struct session){0};
}

enum rc session_books(struct session *s, struct app *app, const char *const *dirs, size_t n, struct err *e)
{
    if (!s->app) session_begin(s, app);
    for (size_t i = 0; i < n; i++)
        if (!io_is_dir(dirs[i]))
            return err_set(e, RC_INPUT, pos_none(), "\"%s\" is not a folder of policy books.", "“%s”不是政策册文件夹。",
                           dirs[i]);
    TRY(books_load(&s->books, dirs, n, &s->diags, e));
    return build_policy(s, e);
}

bool session_is_db(struct str path)
{
    char file[IO_PATH_MAX];
    int n = snprintf(file, sizeof file, "%.*s/fangpin.db", STR_ARG(path));
    return n > 0 && (size_t)n < sizeof file && io_exists(file);
}

void session_say_diags(const struct session *s)
{
    struct buf b;
    buf_init(&b, MIB(16));
    diags_print(&s->diags, &b);
    if (b.n) (void)fwrite(b.p, 1, b.n, stderr);
    buf_fini(&b);
}

struct str session_who(const struct args *a)
{
    if (a->opt[OPTION_BY].given) return a->opt[OPTION_BY].text;
    struct str user = str_from(getenv("USER"));
    return user.n ? user : STR("?");
}

/* ---------------------------------------------------------------- places and books */

enum rc session_place(struct session *s, int64_t division, date_day day, struct place *out, struct err *e)
{
    struct str *flags = ARENA_ARRAY(&s->arena, struct str, PLACE_FLAGS_MAX);
    if (!flags) return err_nomem(e);
    *out = (struct place){.division = division, .flags = flags};
    for (size_t i = 0; s->has_divs && i < s->divs.flag_names.n && out->n_flags < PLACE_FLAGS_MAX; i++)
        if (divisions_flag_holds(&s->divs, division, (uint32_t)i, day))
            flags[out->n_flags++] = s->divs.flag_names.texts[i];
    return RC_OK;
}

static bool inherits_one_of(const struct books *bs, size_t i, const bool *done)
{
    const struct decl *head = bs->v[i].head;
    for (size_t k = 0; head && k < head->u.book.inherits.n; k++)
        for (size_t j = 0; j < bs->n; j++)
            if (j != i && !done[j] && str_eq(bs->v[j].name, head->u.book.inherits.v[k].text)) return true;
    return false;
}

static void store_book(const struct book *from, struct stored_book *to, struct stored_file *files)
{
    *to = (struct stored_book){.name = from->name, .files = files, .n_files = from->n_files};
    for (size_t i = 0; i < from->n_files; i++)
        files[i] = (struct stored_file){from->files[i].name, from->files[i].text};
}

/* Books are stored with those that others inherit first: units are known by then when they are read back one by one. */
enum rc session_book_set(struct session *s, const char *const *dirs, size_t n, struct book_set *set, struct err *e)
{
    TRY(session_books(s, s->app, dirs, n, e));
    *set = (struct book_set){0};
    if (!s->policy) return RC_OK;
    const struct books *bs = &s->books;
    bool *done = ARENA_ARRAY(&s->arena, bool, bs->n + 1);
    set->books = ARENA_ARRAY(&s->arena, struct stored_book, bs->n + 1);
    if (!done || !set->books) return err_nomem(e);
    for (bool forced = false; set->n < bs->n;) {
        size_t before = set->n;
        for (size_t i = 0; i < bs->n; i++) {
            if (done[i] || (!forced && inherits_one_of(bs, i, done))) continue;
            struct stored_file *files = ARENA_ARRAY(&s->arena, struct stored_file, bs->v[i].n_files + 1);
            if (!files) return err_nomem(e);
            store_book(&bs->v[i], &set->books[set->n++], files);
            done[i] = true;
        }
        forced = set->n == before; /* books that inherit each other: policy_new has said so */
    }
    return RC_OK;
}
