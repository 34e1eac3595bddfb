/* What a running process answers while it keeps a world open: a moved threshold, a moved window, another month.
 * build/release/bench/warm DB BOOKS OUT: DB of bench/run, BOOKS its policy, OUT a folder for the answers.
 * build/release/bench/warm DB MEDICAL.csv OUT: every twelfth row of the file arrives; DB a copy, as it is changed.
 * Prints "part seconds" (and the processors' time) for every round, as bench/peer/duck.mjs does with WARM=1, and writes
 * OUT/whatif.csv (household,before,after), whatif-county.csv (county,before,after), window.csv and month.csv
 * (household,rule,after). */
#include <stdio.h>
#include <time.h>
#include "app/session.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "screen/live.h"

enum { WHATIFS = 7, WINDOWS = 5, MONTHS = 3, MONTHS_MAX = 12, ROUNDS_MAX = 1000 };
#define ANSWER_BYTES_MAX MIB(1024)

/* On a busy machine only the processors' time says something. */
struct cost {
    int64_t wall, cpu; /* microseconds */
};

static int64_t read_us(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000;
}

static struct cost now(void) { return (struct cost){read_us(CLOCK_MONOTONIC), read_us(CLOCK_PROCESS_CPUTIME_ID)}; }

static void lap(const char *part, struct cost from)
{
    struct cost to = now();
    int64_t wall = to.wall - from.wall, cpu = to.cpu - from.cpu;
    printf("%s %lld.%04lld cpu %lld.%04lld\n", part, (long long)(wall / 1000000), (long long)(wall % 1000000 / 100),
           (long long)(cpu / 1000000), (long long)(cpu % 1000000 / 100));
}

struct warm {
    struct app app;
    struct args args;
    struct session s, window;
    const char *out;
    int64_t rounds; /* of each part: 1 by default, more for a profiler */
    struct live *l;
    struct err e;
};

static enum rc write_file(struct warm *w, const char *name, struct buf *b)
{
    char path[IO_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", w->out, name);
    enum rc rc = b->failed ? err_nomem(&w->e) : io_write_file(path, buf_str(b), 0644, &w->e);
    buf_fini(b);
    return rc;
}

/* ---------------------------------------------------------------- a moved threshold */

static enum rc ask_line(struct warm *w, const char *value, struct live_answer *a)
{
    static const struct str rule[] = {{"R01", 3}};
    struct param_setting set = {
        .name = STR("t1"), .from = w->args.opt[OPTION_AS_OF].from, .value_text = str_from(value)};
    struct live_change c = {.settings = &set, .n_settings = 1, .rules = rule, .n_rules = 1, .by = 1U << LIVE_COUNTY};
    return live_whatif(w->l, &c, a, &w->s.diags, &w->e);
}

static enum rc write_line(struct warm *w, const struct live_answer *a)
{
    struct str *codes;
    struct buf b, c;
    TRY(live_codes(w->l, &codes, &w->e));
    buf_init(&b, ANSWER_BYTES_MAX);
    buf_init(&c, ANSWER_BYTES_MAX);
    for (size_t i = 0; i < a->n_moves; i++)
        buf_addf(&b, "%.*s,%d,%d\n", STR_ARG(codes[a->moves[i].household_row]), a->moves[i].before == LIVE_TRUE,
                 a->moves[i].after == LIVE_TRUE);
    for (size_t i = 0; i < a->n_group[LIVE_COUNTY]; i++) {
        const struct live_group *g = &a->group[LIVE_COUNTY][i];
        if (!g->findings.before && !g->findings.after) continue;
        buf_addf(&c, "%lld,%llu,%llu\n", (long long)(g->key / 1000000), (unsigned long long)g->findings.before,
                 (unsigned long long)g->findings.after);
    }
    TRY(write_file(w, "whatif.csv", &b));
    return write_file(w, "whatif-county.csv", &c);
}

static enum rc lines(struct warm *w)
{
    static const char *const values[] = {"12000 yuan", "12500 yuan", "14000 yuan", "16000 yuan", "13000 yuan"};
    struct live_answer a;
    struct cost from = now();
    TRY(ask_line(w, values[0], &a));
    lap("first-whatif", from);
    live_answer_free(&a);
    for (int i = 0; i < 5; i++) { /* as a slider moves: nothing can be remembered but what was kept */
        TRY(ask_line(w, values[i], &a));
        live_answer_free(&a);
    }
    for (int i = 0; i < WHATIFS * w->rounds; i++) {
        from = now();
        TRY(ask_line(w, values[0], &a));
        lap("whatif", from);
        if (i + 1 == WHATIFS * w->rounds) TRY(write_line(w, &a));
        live_answer_free(&a);
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- a moved window */

/* The books with calendar 2025 replaced by the twelve months to June 2026. */
static enum rc moved_books(struct warm *w, const char *books)
{
    char from[IO_PATH_MAX], dir[IO_PATH_MAX / 2], to[IO_PATH_MAX];
    const char *dirs[] = {dir};
    struct str old = STR("settled_on in 2025");
    struct buf text, out;
    buf_init(&text, MIB(1));
    buf_init(&out, MIB(1));
    (void)snprintf(from, sizeof from, "%s/bench.md", books);
    (void)snprintf(dir, sizeof dir, "%s/window", w->out);
    (void)snprintf(to, sizeof to, "%s/bench.md", dir);
    enum rc rc = io_read_file(from, &text, &w->e);
    struct str rest = buf_str(&text);
    for (size_t at; !rc && (at = str_find(rest, old, 0)) != SIZE_MAX; rest = str_sub(rest, at + old.n, rest.n)) {
        buf_add(&out, str_sub(rest, 0, at));
        buf_addz(&out, "settled_on in 2025-07-01..2026-06-30");
    }
    buf_add(&out, rest);
    if (!rc) rc = io_make_dir(dir, &w->e);
    if (!rc) rc = io_write_file(to, buf_str(&out), 0644, &w->e);
    buf_fini(&text);
    buf_fini(&out);
    if (!rc) rc = session_books(&w->window, &w->app, dirs, 1, &w->e);
    if (!rc && !w->window.policy) rc = err_set(&w->e, RC_INPUT, pos_none(), "%s has errors", "%s 有错误", dir);
    return rc;
}

static enum rc write_moves(struct warm *w, const struct live_answer *a, const char *name)
{
    struct str *codes;
    struct buf b;
    TRY(live_codes(w->l, &codes, &w->e));
    buf_init(&b, ANSWER_BYTES_MAX);
    for (size_t i = 0; i < a->n_moves; i++)
        buf_addf(&b, "%.*s,%.*s,%d\n", STR_ARG(codes[a->moves[i].household_row]),
                 STR_ARG(a->rules[a->moves[i].rule].name), a->moves[i].after == LIVE_TRUE);
    return write_file(w, name, &b);
}

static enum rc windows(struct warm *w)
{
    struct live_change c = {.policy = w->window.policy, .by = 1U << LIVE_COUNTY};
    for (int i = 0; i <= WINDOWS; i++) {
        struct live_answer a;
        struct cost from = now();
        TRY(live_whatif(w->l, &c, &a, &w->window.diags, &w->e));
        lap(i ? "window" : "first-window", from);
        enum rc rc = i == WINDOWS ? write_moves(w, &a, "window.csv") : RC_OK;
        live_answer_free(&a);
        TRY(rc);
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- another month */

/* Every twelfth line from line k on, behind the header, as bench/peer does with k = 0. */
static enum rc month_file(struct warm *w, struct str all, int64_t k, char *path, size_t cap)
{
    struct str line;
    struct buf b;
    (void)snprintf(path, cap, "%s/month-%lld.csv", w->out, (long long)k);
    buf_init(&b, ANSWER_BYTES_MAX);
    for (int64_t i = 0; str_cut(&all, '\n', &line); i++) {
        if (i && (i % 12 != k || !line.n)) continue;
        buf_add(&b, line);
        buf_addc(&b, '\n');
    }
    enum rc rc = b.failed ? err_nomem(&w->e) : io_write_file(path, buf_str(&b), 0644, &w->e);
    buf_fini(&b);
    return rc;
}

static enum rc one_month(struct warm *w, const char *path, bool keep)
{
    struct import_report r;
    struct live_answer a;
    struct live_change c = {.by = 1U << LIVE_COUNTY};
    struct import_options o = {.file = path, .dataset = STR("medical"), .by_who = STR("bench"), .adds = true};
    struct cost from = now();
    TRY(live_month(w->l, &o, &w->app.out, &c, &r, &a, &w->s.diags, &w->e));
    lap("month", from);
    enum rc rc = keep ? write_moves(w, &a, "month.csv") : RC_OK;
    live_answer_free(&a);
    return rc;
}

static enum rc months(struct warm *w, const char *medical)
{
    char path[MONTHS_MAX][IO_PATH_MAX];
    int n = w->rounds > 1 ? MONTHS_MAX : MONTHS;
    struct buf b;
    buf_init(&b, (size_t)4 << 30);
    enum rc rc = io_read_file(medical, &b, &w->e);
    for (int k = 0; !rc && k < n; k++) rc = month_file(w, buf_str(&b), k, path[k], sizeof path[k]);
    buf_fini(&b);
    for (int k = 0; !rc && k < n; k++) rc = one_month(w, path[k], k == 0);
    return rc;
}

/* ---------------------------------------------------------------- whole */

static enum rc open_live(struct warm *w, const char *db, enum store_access access)
{
    struct cost from = now();
    w->args.n = 1;
    w->args.arg[0] = str_from(db);
    w->args.opt[OPTION_AS_OF].from = date_parse_iso(STR("2026-06-30"));
    TRY(session_open(&w->s, &w->app, &w->args, access, SESSION_DIVISIONS | SESSION_POLICY, 0, &w->e));
    struct live_options o = {.as_of = w->args.opt[OPTION_AS_OF].from, .known_at = w->s.known_at};
    TRY(live_open(&w->l, w->s.store, w->s.policy, &w->s.divs, &o, &w->s.diags, &w->e));
    lap("open", from);
    return RC_OK;
}

static enum rc run(struct warm *w, const char *db, const char *books)
{
    TRY(open_live(w, db, STORE_READ));
    TRY(moved_books(w, books));
    TRY(lines(w));
    TRY(windows(w));
    printf("kept-mb %zu\n", live_kept_bytes(w->l) / 1000000);
    return RC_OK;
}

int main(int argc, char **argv)
{
    struct warm w = {.rounds = 1};
    if (argc < 4 || argc > 5 || (argc == 5 && !str_to_i64(str_from(argv[4]), 1, ROUNDS_MAX, &w.rounds))) {
        fprintf(stderr, "usage: %s DB BOOKS|MEDICAL.csv OUT [ROUNDS]\n", argv[0]);
        return 2;
    }
    w.out = argv[3];
    mem_keep_freed(); /* as the program does */
    w.app = (struct app){.lang = LANG_EN, .clock = clock_system()};
    w.e.lang = LANG_EN;
    out_init(&w.app.out, stdout, LANG_EN);
    enum rc rc = io_make_dir(w.out, &w.e);
    bool month = argc > 2 && str_ends(str_from(argv[2]), STR(".csv"));
    if (!rc && month) rc = open_live(&w, argv[1], STORE_WRITE);
    if (!rc) rc = month ? months(&w, argv[2]) : run(&w, argv[1], argv[2]);
    if (rc) fprintf(stderr, "%s\n", w.e.msg);
    live_close(w.l);
    session_close(&w.window);
    session_close(&w.s);
    return rc_exit(rc);
}
