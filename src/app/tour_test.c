#include "app/tour.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "app/commands.h"
#include "base/io.h"
#include "base/limits.h"
#include "screen/worklist.h"

enum { WORDS_MAX = 32, FILE_MAX_BYTES = 1 << 28 };

const struct tour_step tour_steps[] = {
    {.line = "upgrade @/db", .fixture = "tests/fixtures/format1.tar.gz"},
    {.line = "init @/db --policy %/books", .again = RC_INPUT, .fixture = ""},
    {.line = "import @/db roster %/roster.csv --received 2026-09-05"},
    {.line =
         "import @/db medical %/medical.csv --covers 2025-08-01..2026-08-31 --received 2026-09-05 --errors @/m1.csv"},
    {.line = "import @/db housing %/housing.csv --covers 2026-08-31 --received 2026-09-05 --errors @/h1.csv"},
    {.line = "import @/db medical %/medical-mended.csv --replaces #medical --covers 2025-08-01..2026-08-31 --received "
             "2026-09-06 --errors @/m2.csv",
     .again = RC_INPUT},
    {.line = "match @/db decide 4:5 same 7 --by office --reason asked", .parts = true},
    {.line = "match @/db undo 1 --by office --reason wrong", .parts = true},
    {.line = "match @/db auto --by office"},
    {.line = "match @/db merge 1 2 --by office --reason asked --anyway"},
    {.line = "match @/db undo 2 --by office --reason wrong"},
    {.line = "match @/db apart 4 5 --by office --reason asked"},
    {.line = "param @/db set line 200 --by office --document 1 --received 2026-09-07"},
    {.line = "screen @/db --as-of 2026-08-31 --known-at 2026-09-21 --findings @/f1.csv"},
    {.line = "import @/db school %/school.csv --covers 2026-03-01 --received 2026-10-05 --errors @/s1.csv"},
    /* Two files that wait for the disk together. */
    {.line = "import @/db medical %/medical-september.csv housing %/housing-september.csv --covers 2026-09 --received "
             "2026-10-06 --errors @/",
     .parts = true,
     .several = true},
    /* The roster, then who waited for it. */
    {.line = "import @/db roster %/roster-later.csv --received 2026-10-07", .parts = true},
    {.line = "withdraw @/db #housing --reason wrong", .again = RC_INPUT},
    {.line = "screen @/db --as-of 2026-09-30 --known-at 2026-10-20 --findings @/f2.csv --with-unknown"},
    {.line = "layout @/db forget 1", .again = RC_INPUT},
    {.line = "layout @/db import %/layouts.json --by office"},
    {.line = "key rotate @/db"},
    {.line = "divisions @/db import %/divisions.csv"},
    {.line = "policy load @/db %/later"},
    {.line = "screen @/db --as-of 2026-10-31 --known-at 2026-11-20 --findings @/f3.csv"},
    {.line = "checks @/db return @/../answers.csv --by village", .answers = true},
    {.line = "checks @/db accept 1 --by office", .again = RC_INPUT},
    {.line = "checks @/db revoke 1 --by office --reason wrong", .again = RC_INPUT},
    {.line = "import @/db roster %/roster-all.csv --received 2026-11-21", .parts = true},
    /* A file, and an archive with a workbook in it: each is whole by itself. */
    {.line = "import @/db %/folder --adds --received 2026-11-21 --errors @/.", .parts = true},
    /* Everybody whom it brought is on a later one, which then gives the person table what went with it. */
    {.line = "withdraw @/db ##roster --reason old", .again = RC_INPUT},
    {.line = "compact @/db"},
    {.line = "key new @/other", .again = RC_CONFLICT},
};
const size_t tour_steps_n = sizeof tour_steps / sizeof *tour_steps;

const char *const tour_looks[] = {
    "help",
    "version --json",
    "policy check %/books",
    "policy check %/books --dump ast",
    "policy check %/books --dump ir",
    "policy check %/books --dump sql",
    "policy test %/books",
    "policy list %/books --json",
    "policy list @/db --kind risk",
    "policy diff %/books %/later",
    "policy diff %/books %/later --json",
    "history @/db H03",
    "backtest @/db ill --from 2026-08 --to 2026-09 --decided medical.settled_on",
    "policy explain house %/books --division 14",
    "policy explain ill @/db --json",
    "param @/db list --json",
    "param @/db list --division 610724",
    "status @/db",
    "status @/db --json --all",
    "deliveries @/db",
    "deliveries @/db --json",
    "layout @/db list --all",
    "layout @/db list --json",
    "layout @/db look %/medical.csv",
    "layout @/db look %/school.csv school --sender x --map 学段= --json",
    "match @/db list",
    "match @/db list --json",
    "match @/db show 4:5",
    "match @/db show 4:5 --json",
    "match @/db duplicates",
    "match @/db duplicates --json",
    "match @/db log",
    "match @/db log --json",
    "match @/db links --all --out @/links.csv",
    "explain @/db H03 ill --as-of 2026-09-30 --known-at 2026-10-20",
    "explain @/db H02 out_of_school --as-of 2026-09-30 --json",
    "divisions @/db find 610724 --json",
    "divisions @/db find 西乡县",
    "checks @/db --as-of 2026-10-31 --known-at 2026-11-20 --all",
    "checks @/db --as-of 2026-10-31 --known-at 2026-11-20 --json",
    "checks @/db list --as-of 2026-10-31 --known-at 2026-11-20 --out @/checks.csv --names",
    "checks @/db answers",
    "checks @/db exceptions --json",
    "check @/db",
    "check @/db --json",
    "upgrade @/db",
    "import @/db housing %/housing.csv --covers 2026-10 --received 2026-11-05 --dry-run --errors @/dry.csv",
    "import @/db roster %/roster.csv --received 2026-11-05 --dry-run --errors @/dry-roster.csv",
    "screen @/db --as-of 2026-08-31 --known-at 2026-09-21 --findings @/replay.csv --json",
    "whatif @/db --as-of 2026-09-30 --known-at 2026-10-20 --set line=100 --by county,cause --out @/moves.csv",
    "whatif @/db --as-of 2026-09-30 --known-at 2026-10-20 --policy %/later --json",
    "generate @/../gen --people 100 --county 610724 --seed 5 --months 1",
};
const size_t tour_looks_n = sizeof tour_looks / sizeof *tour_looks;

/* ---------------------------------------------------------------- files */

static void join(char out[TOUR_PATH], const char *a, const char *b)
{
    int n = snprintf(out, TOUR_PATH, "%s/%s", a, b);
    if (n < 0 || n >= TOUR_PATH) out[0] = 0; /* a name that no file has */
}

/* Not io_write_file: no sync, these are thousands. */
static void copy_file(struct tour *w, const char *from, const char *to)
{
    struct buf b;
    buf_init(&b, FILE_MAX_BYTES);
    CHECK_I64(w->t, io_read_file(from, &b, NULL), RC_OK);
    int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(w->t, fd >= 0 && (b.n == 0 || write(fd, b.p, b.n) == (ssize_t)b.n));
    if (fd >= 0) (void)close(fd);
    buf_fini(&b);
}

static void each_name(struct tour *w, const char *dir, void (*act)(struct tour *, const char *, const char *),
                      const char *to)
{
    struct arena a;
    const char **names = NULL;
    size_t n = 0;
    arena_init(&a, MIB(1));
    CHECK_I64(w->t, io_list_dir(&a, dir, &names, &n, NULL), RC_OK);
    for (size_t i = 0; i < n; i++) {
        char from[TOUR_PATH], there[TOUR_PATH];
        join(from, dir, names[i]);
        join(there, to, names[i]);
        act(w, from, there);
    }
    arena_fini(&a);
}

static void remove_flat(struct tour *w, const char *from, const char *to)
{
    (void)w, (void)to;
    CHECK(w->t, unlink(from) == 0);
}

static void remove_deep(struct tour *w, const char *from, const char *to)
{
    if (!io_is_dir(from)) {
        remove_flat(w, from, to);
        return;
    }
    each_name(w, from, remove_flat, from);
    CHECK(w->t, rmdir(from) == 0);
}

static void copy_deep(struct tour *w, const char *from, const char *to)
{
    if (!io_is_dir(from)) {
        copy_file(w, from, to);
        return;
    }
    CHECK(w->t, mkdir(to, 0700) == 0);
    each_name(w, from, copy_file, to);
}

static void copy_tree(struct tour *w, const char *from, const char *to)
{
    if (io_is_dir(to)) each_name(w, to, remove_deep, to);
    else CHECK(w->t, mkdir(to, 0700) == 0);
    each_name(w, from, copy_deep, to);
}

void tour_save(struct tour *w, const char *name)
{
    char to[TOUR_PATH];
    join(to, w->top, name);
    copy_tree(w, w->dir, to);
}

void tour_load(struct tour *w, const char *name)
{
    char from[TOUR_PATH];
    join(from, w->top, name);
    copy_tree(w, from, w->dir);
}

void tour_drop(struct tour *w, const char *name)
{
    char path[TOUR_PATH];
    join(path, w->top, name);
    each_name(w, path, remove_deep, path);
    CHECK(w->t, rmdir(path) == 0);
}

void tour_file(struct tour *w, const char *name, struct buf *out)
{
    char path[TOUR_PATH];
    join(path, w->dir, name);
    buf_clear(out);
    if (io_exists(path)) CHECK_I64(w->t, io_read_file(path, out, NULL), RC_OK);
}

bool tour_init(struct tour *w, struct test *t, const char *name)
{
    *w = (struct tour){.t = t, .now_us = INT64_C(1795200000000000)}; /* 2026-11-21 */
    join(w->top, t->tmp_dir, name);
    join(w->dir, w->top, "now");
    struct buf *const bufs[] = {&w->out, &w->before, &w->after, &w->now, &w->file, &w->whole, &w->told};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) buf_init(bufs[i], MIB(64));
    bool ok = io_make_dir(w->dir, NULL) == RC_OK;
    CHECK(t, ok);
    return ok;
}

void tour_fini(struct tour *w)
{
    struct buf *const bufs[] = {&w->out, &w->before, &w->after, &w->now, &w->file, &w->whole, &w->told};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) buf_fini(bufs[i]);
}

/* ---------------------------------------------------------------- command lines */

struct line {
    char text[TOUR_LINE];
    size_t n;
    char *word[WORDS_MAX];
    int n_words;
};

static void add_text(struct line *l, struct str s)
{
    if (l->n + s.n + 1 >= sizeof l->text) return;
    memcpy(l->text + l->n, s.p, s.n);
    l->n += s.n;
}

/* The last delivery in force of a dataset (of "#dataset": the first), out of `deliveries --json`. */
static void add_delivery(struct tour *w, struct line *l, struct str dataset)
{
    bool first = dataset.n && dataset.p[0] == '#', done = false;
    if (first) dataset = str_sub(dataset, 1, dataset.n);
    char line[TOUR_PATH], want[64], id[24] = "0";
    struct str rest, one;
    void (*arm)(void *, FILE *) = w->arm;
    w->arm = NULL; /* this is not the command under test */
    (void)snprintf(want, sizeof want, "\"dataset\":\"%.*s\"", STR_ARG(dataset));
    (void)snprintf(line, sizeof line, "deliveries @/db --json");
    if (tour_run(w, line) == RC_OK) {
        rest = buf_str(&w->out);
        while (str_cut(&rest, '}', &one)) {
            struct str number = str_sub(one, str_find(one, STR("\"id\":"), 0) + 5, one.n), digits;
            if (str_find(one, STR("\"published\""), 0) == SIZE_MAX) continue;
            if (str_find(one, str_from(want), 0) == SIZE_MAX || !str_cut(&number, ',', &digits)) continue;
            if (!done) (void)snprintf(id, sizeof id, "%.*s", STR_ARG(digits));
            done = first;
        }
    }
    w->arm = arm;
    add_text(l, str_from(id));
}

static void add_word(struct tour *w, struct line *l, struct str s)
{
    l->word[l->n_words++] = l->text + l->n;
    if (s.n && s.p[0] == '#') add_delivery(w, l, str_sub(s, 1, s.n));
    else if (s.n && s.p[0] == '@') add_text(l, str_from(w->dir)), add_text(l, str_sub(s, 1, s.n));
    else if (s.n && s.p[0] == '%') add_text(l, STR("tests/tour")), add_text(l, str_sub(s, 1, s.n));
    else add_text(l, s);
    l->text[l->n++] = 0;
}

/* As main does. */
static enum rc run_line(struct tour *w, struct line *l, FILE *out)
{
    struct args args;
    struct app app = {.lang = LANG_EN, .clock = clock_fixed(&w->now_us)};
    out_init(&app.out, out, LANG_EN);
    enum rc rc = args_parse(&args, l->n_words, l->word, &w->e);
    if (!rc && args.help) args_help(args.command, &app.out);
    else if (!rc) rc = args.command->run(&app, &args, &w->e);
    return rc ? rc : out_flush(&app.out, &w->e);
}

/* Warnings of books and the like go to stderr; a thousand times they are in the way. */
static int hide_stderr(void)
{
    (void)fflush(stderr);
    int kept = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0) (void)dup2(null, STDERR_FILENO), (void)close(null);
    return kept;
}

static void show_stderr(int kept)
{
    (void)fflush(stderr);
    if (kept >= 0) (void)dup2(kept, STDERR_FILENO), (void)close(kept);
}

enum rc tour_run(struct tour *w, const char *line)
{
    struct line l = {.n = 0};
    struct str rest = str_from(line), word;
    char path[TOUR_PATH];
    add_word(w, &l, STR("fangpin"));
    while (l.n_words < WORDS_MAX && str_cut(&rest, ' ', &word)) add_word(w, &l, word);
    join(path, w->top, "out");
    FILE *out = fopen(path, "w");
    CHECK(w->t, out != NULL);
    if (!out) return RC_ENV;
    int kept = hide_stderr();
    w->e = (struct err){.lang = LANG_EN};
    if (w->arm) w->arm(w->ctx, out);
    enum rc rc = run_line(w, &l, out);
    if (w->arm) w->disarm(w->ctx);
    show_stderr(kept);
    (void)fclose(out);
    CHECK_I64(w->t, io_read_file(path, &w->out, NULL), RC_OK);
    return rc;
}

static enum rc run_at(struct tour *w, size_t i, const char *line)
{
    w->now_us = INT64_C(1795200000000000) + (int64_t)i * 60000000;
    return tour_run(w, line);
}

/* The keys of its lines are this folder's own. */
static void write_answers(struct tour *w)
{
    static const struct check_subject of[] = {{{"elder", 5}, 1, 1}, {{"elder", 5}, 1, 2}};
    char db[TOUR_PATH], path[TOUR_PATH], key[2][WORK_KEY_MAX];
    struct store_options o = {.path = db, .access = STORE_READ, .clock = clock_fixed(&w->now_us)};
    struct store *s = NULL;
    struct work_keys keys;
    join(db, w->dir, "db");
    join(path, w->top, "answers.csv");
    CHECK_I64(w->t, store_open(&s, &o, NULL), RC_OK);
    if (!s) return;
    CHECK_I64(w->t, work_keys_of(&keys, s, NULL), RC_OK);
    for (size_t i = 0; i < 2; i++) {
        struct str k = work_key(&keys, key[i], of[i], date_make(2026, 10, 31));
        key[i][k.n] = 0;
    }
    store_close(s);
    buf_clear(&w->file);
    buf_addf(&w->file,
             "答复,改正后,说明,例外截止日期,核查键\n"
             "申请例外,,户口待核,2027/6/30,%s\n已改正,某某,,,%s\n",
             key[0], key[1]);
    CHECK_I64(w->t, io_write_file(path, buf_str(&w->file), 0600, NULL), RC_OK);
}

static void set_up(struct tour *w, size_t i)
{
    if (tour_steps[i].answers) write_answers(w);
    const char *fixture = tour_steps[i].fixture;
    char line[TOUR_PATH * 4];
    if (!fixture) return;
    each_name(w, w->dir, remove_deep, w->dir);
    if (!*fixture) return;
    (void)snprintf(line, sizeof line, "tar xzf '%s' -C '%s' && chmod 600 '%s/db.key'", fixture, w->dir, w->dir);
    CHECK_I64(w->t, system(line), 0);
}

enum rc tour_step(struct tour *w, size_t i)
{
    set_up(w, i);
    return run_at(w, i, tour_steps[i].line);
}

enum rc tour_again(struct tour *w, size_t i) { return run_at(w, i, w->line); }

void tour_wrong(struct tour *w, const char *line, uint64_t nth, const char *what)
{
    char text[TOUR_LINE];
    w->wrong++;
    (void)snprintf(text, sizeof text, "%s; fault %" PRIu64 ": %s (rc %d: %s)", line, nth, what, (int)w->e.rc, w->e.msg);
    test_check(w->t, false, __FILE__, __LINE__, text);
}

/* ---------------------------------------------------------------- the state */

static bool is_number_key(struct str s, size_t at)
{
    static const char *const keys[] = {"\"id\":", "\"delivery\":", "\"replaces\":", "\"same_as\":"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (str_ends(str_sub(s, 0, at), str_from(keys[i]))) return true;
    return false;
}

static void add_without_numbers(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        bool digit = s.p[i] >= '1' && s.p[i] <= '9';
        if (!digit || !is_number_key(s, i)) {
            buf_addc(out, s.p[i]);
            continue;
        }
        buf_addc(out, 'N');
        while (i + 1 < s.n && s.p[i + 1] >= '0' && s.p[i + 1] <= '9') i++;
    }
}

void tour_state(struct tour *w, struct buf *out)
{
    static const char *const lines[] = {"deliveries @/db --json",        "param @/db list --json",
                                        "layout @/db list --all --json", "match @/db log --json",
                                        "checks @/db answers --json",    "checks @/db exceptions --json",
                                        "policy list @/db --json",       "divisions @/db find 610724 --json"};
    size_t n = w->quick ? 6 : sizeof lines / sizeof *lines;
    buf_clear(out);
    enum rc rc = tour_run(w, "status @/db --json");
    if (rc == RC_INPUT) buf_addz(out, "nothing"); /* no folder, or none that its init has finished */
    else if (rc) buf_addf(out, "%s\n", w->e.msg);
    else add_without_numbers(out, buf_str(&w->out));
    if (rc) return;
    for (size_t i = 0; i < n; i++) {
        if (tour_run(w, lines[i])) buf_addf(out, "%s\n", w->e.msg);
        else add_without_numbers(out, buf_str(&w->out));
    }
}

/* ---------------------------------------------------------------- a step under faults */

static void fill_in(struct tour *w, const char *text)
{
    struct line l = {.n = 0};
    struct str rest = str_from(text), word;
    while (str_cut(&rest, ' ', &word)) {
        if (l.n) l.text[l.n++] = ' ';
        if (word.n && word.p[0] == '#') add_delivery(w, &l, str_sub(word, 1, word.n));
        else add_text(&l, word);
    }
    (void)snprintf(w->line, sizeof w->line, "%.*s", (int)l.n, l.text);
}

void tour_prepare(struct tour *w, size_t i)
{
    set_up(w, i);
    fill_in(w, tour_steps[i].line);
    w->quick = !strstr(w->line, "divisions") && !strstr(w->line, "policy"); /* no other step touches them */
    tour_state(w, &w->before);
    tour_save(w, "before");
    if (tour_again(w, i)) tour_wrong(w, tour_steps[i].line, 0, "without a fault");
    buf_clear(&w->told);
    buf_add(&w->told, buf_str(&w->out));
    tour_state(w, &w->after);
    tour_save(w, "after");
    tour_load(w, "before");
}

void tour_proceed(struct tour *w) { tour_load(w, "after"); }

static void add_files(struct tour *w, const char *dir, struct buf *out)
{
    struct arena a;
    const char **names = NULL;
    size_t n = 0;
    char path[TOUR_PATH], name[TOUR_PATH];
    join(path, w->dir, dir);
    arena_init(&a, MIB(1));
    if (io_is_dir(path)) CHECK_I64(w->t, io_list_dir(&a, path, &names, &n, NULL), RC_OK);
    for (size_t i = 0; i < n; i++) {
        join(name, dir, names[i]);
        tour_file(w, name, &w->file);
        buf_addf(out, "%s\n%.*s", names[i], STR_ARG(buf_str(&w->file)));
    }
    arena_fini(&a);
}

void tour_told(struct tour *w, const char *line, struct buf *out)
{
    struct str rest = str_from(line), word;
    buf_clear(out);
    buf_add(out, buf_str(&w->out));
    while (str_cut(&rest, ' ', &word)) {
        char name[TOUR_PATH / 2];
        (void)snprintf(name, sizeof name, "%.*s", STR_ARG(str_sub(word, word.n > 2 ? 2 : 0, word.n)));
        if (str_starts(word, STR("@/")) && str_ends(word, STR(".csv"))) {
            tour_file(w, name, &w->file);
            buf_add(out, buf_str(&w->file));
        }
        if (str_eq(word, STR("@/../gen"))) add_files(w, "../gen/2026-08", out);
    }
}

static size_t digits_from(struct str s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && s.p[i + n] >= '0' && s.p[i + n] <= '9') n++;
    return n;
}

/* The next line of both, but for the number of the delivery and the letters of the key that an error file's rows end
 * with
 * ("3-17-bdkmtwwcfh"): an interrupted command has used a number up. */
static bool same_line(struct str a, struct str b)
{
    size_t i = a.n, k = b.n;
    while (i && a.p[i - 1] != ',') i--;
    while (k && b.p[k - 1] != ',') k--;
    size_t n = digits_from(a, i), m = digits_from(b, k);
    bool keys = n && m && i + n < a.n && k + m < b.n && a.p[i + n] == '-' && b.p[k + m] == '-';
    if (!keys) return str_eq(a, b);
    size_t p = i + n + 1, q = k + m + 1;
    p += digits_from(a, p), q += digits_from(b, q);
    return str_eq(str_sub(a, 0, i), str_sub(b, 0, k)) && str_eq(str_sub(a, i + n, p), str_sub(b, k + m, q));
}

static bool same_file(struct str a, struct str b)
{
    struct str x, y;
    for (;;) {
        bool more = str_cut(&a, '\n', &x), other = str_cut(&b, '\n', &y);
        if (more != other) return false;
        if (!more) return true;
        if (!same_line(x, y)) return false;
    }
}

/* The files that the command's line names are as an undisturbed run writes them. */
static bool files_are_whole(struct tour *w, const char *line)
{
    struct str rest = str_from(line), word;
    while (str_cut(&rest, ' ', &word)) {
        char name[TOUR_PATH / 2], path[TOUR_PATH];
        if (!str_starts(word, STR("@/")) || !str_ends(word, STR(".csv"))) continue;
        (void)snprintf(name, sizeof name, "%.*s", STR_ARG(str_sub(word, 2, word.n)));
        tour_file(w, name, &w->file);
        (void)snprintf(path, sizeof path, "../after/%s", name);
        tour_file(w, path, &w->whole);
        if (!same_file(buf_str(&w->file), buf_str(&w->whole))) return false;
    }
    return true;
}

void tour_judge(struct tour *w, size_t i, uint64_t nth, enum rc rc)
{
    const char *line = tour_steps[i].line;
    enum rc checked = tour_run(w, "check @/db");
    tour_state(w, &w->now);
    bool is_after = str_eq(buf_str(&w->now), buf_str(&w->after));
    /* Before its upgrade or the end of its init a folder is none of this program's yet. */
    if (checked && (is_after || !tour_steps[i].fixture)) tour_wrong(w, line, nth, "check");
    bool is_before = str_eq(buf_str(&w->now), buf_str(&w->before));
    if (!is_after && !is_before && !tour_steps[i].parts) tour_wrong(w, line, nth, "half done");
    if (rc == RC_OK && !is_after) tour_wrong(w, line, nth, "success without effect");
    if (rc == RC_OK && !files_are_whole(w, line)) tour_wrong(w, line, nth, "success, and its file is not whole");
    enum rc again = tour_again(w, i);
    if (again && !(is_after && again == tour_steps[i].again)) tour_wrong(w, line, nth, "cannot be repeated");
    if (!again && !files_are_whole(w, line)) tour_wrong(w, line, nth, "the repetition writes other files");
    tour_state(w, &w->now);
    if (!str_eq(buf_str(&w->now), buf_str(&w->after))) tour_wrong(w, line, nth, "the repetition ends elsewhere");
    tour_load(w, "before");
}

/* ---------------------------------------------------------------- the walk itself */

static void test_walk(struct test *t)
{
    struct tour w;
    struct buf b;
    if (!tour_init(&w, t, "walk")) return;
    buf_init(&b, MIB(16));
    for (size_t i = 0; i < tour_steps_n; i++)
        if (tour_step(&w, i)) tour_wrong(&w, tour_steps[i].line, 0, "a step of the walk");
    for (size_t i = 0; i < tour_looks_n; i++)
        if (tour_run(&w, tour_looks[i])) tour_wrong(&w, tour_looks[i], 0, "a look");
    tour_state(&w, &b);
    CHECK(t, str_find(buf_str(&b), STR("\"withdrawn\""), 0) != SIZE_MAX);
    CHECK(t, str_find(buf_str(&b), STR("demo_county"), 0) != SIZE_MAX);
    tour_file(&w, "f1.csv", &b);
    CHECK(t, str_find(buf_str(&b), STR("H02,ill,risk,true,new"), 0) != SIZE_MAX);
    tour_file(&w, "f2.csv", &b);
    CHECK(t, str_find(buf_str(&b), STR("H02,ill,risk,true,still"), 0) != SIZE_MAX);
    CHECK(t, str_find(buf_str(&b), STR("H10,ill,risk,true,new"), 0) != SIZE_MAX);
    buf_fini(&b);
    tour_fini(&w);
}

/* Which row of the table of commands a line of the walk is. */
static const struct command *command_of(struct test *t, const char *text)
{
    struct args args;
    struct err e = {.lang = LANG_EN};
    struct line l = {.n = 0};
    struct str rest = str_from(text), word;
    struct tour nowhere = {.t = t};
    add_word(&nowhere, &l, STR("fangpin"));
    while (l.n_words < WORDS_MAX && str_cut(&rest, ' ', &word))
        add_word(&nowhere, &l, word.n && word.p[0] == '#' ? STR("1") : word);
    enum rc rc = args_parse(&args, l.n_words, l.word, &e);
    CHECK_I64(t, rc, RC_OK);
    return rc ? NULL : args.command;
}

static void test_whole_table(struct test *t)
{
    for (size_t c = 0; c < commands_n; c++) {
        bool there = false;
        for (size_t i = 0; i < tour_steps_n && !there; i++) there = command_of(t, tour_steps[i].line) == &commands[c];
        for (size_t i = 0; i < tour_looks_n && !there; i++) there = command_of(t, tour_looks[i]) == &commands[c];
        char missing[TOUR_PATH];
        (void)snprintf(missing, sizeof missing,
                       "\"%s\" is not in the walk: add a line to tour_steps or tour_looks (docs/proof.md)",
                       commands[c].words);
        test_check(t, there, __FILE__, __LINE__, missing);
    }
}

void tour_test(struct test *t);
void tour_test(struct test *t)
{
    if (TEST(t, "every command is in the walk")) test_whole_table(t);
    if (TEST(t, "a walk through the commands")) test_walk(t);
}
