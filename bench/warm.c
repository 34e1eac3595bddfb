/* What a running process answers while it keeps a world open: a moved threshold, a moved window.
 * build/release/bench/warm DB BOOKS OUT: DB of bench/run, BOOKS its policy (bench/policy), OUT a folder for the
 * answers. Prints "part seconds" (and the processors' time) for every round, as bench/peer/duck.mjs does with WARM=1,
 * and writes OUT/whatif.csv (household,before,after), OUT/whatif-county.csv (county,before,after) and OUT/window.csv
 * (household,rule,after). */
#include <stdio.h>
#include <time.h>
#include "app/session.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "screen/live.h"

enum { WHATIFS = 7, WINDOWS = 5, ROUNDS_MAX = 1000 };
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

static enum rc write_window(struct warm *w, const struct live_answer *a)
{
    struct str *codes;
    struct buf b;
    TRY(live_codes(w->l, &codes, &w->e));
    buf_init(&b, ANSWER_BYTES_MAX);
    for (size_t i = 0; i < a->n_moves; i++)
        buf_addf(&b, "%.*s,%.*s,%d\n", STR_ARG(codes[a->moves[i].household_row]),
                 STR_ARG(a->rules[a->moves[i].rule].name), a->moves[i].after == LIVE_TRUE);
    return write_file(w, "window.csv", &b);
}

static enum rc windows(struct warm *w)
{
    struct live_change c = {.policy = w->window.policy, .by = 1U << LIVE_COUNTY};
    for (int i = 0; i <= WINDOWS; i++) {
        struct live_answer a;
        struct cost from = now();
        TRY(live_whatif(w->l, &c, &a, &w->window.diags, &w->e));
        lap(i ? "window" : "first-window", from);
        enum rc rc = i == WINDOWS ? write_window(w, &a) : RC_OK;
        live_answer_free(&a);
        TRY(rc);
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- whole */

static enum rc run(struct warm *w, const char *db, const char *books)
{
    struct cost from = now();
    w->args.n = 1;
    w->args.arg[0] = str_from(db);
    w->args.opt[OPTION_AS_OF].from = date_parse_iso(STR("2026-06-30"));
    TRY(session_open(&w->s, &w->app, &w->args, STORE_READ, SESSION_DIVISIONS | SESSION_POLICY,
                     w->args.opt[OPTION_AS_OF].from, &w->e));
    struct live_options o = {.as_of = w->args.opt[OPTION_AS_OF].from, .known_at = w->s.known_at};
    TRY(live_open(&w->l, w->s.store, w->s.policy, &w->s.divs, &o, &w->s.diags, &w->e));
    lap("open", from);
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
        fprintf(stderr, "usage: %s DB BOOKS OUT [ROUNDS]\n", argv[0]);
        return 2;
    }
    w.out = argv[3];
    w.app = (struct app){.lang = LANG_EN, .clock = clock_system()};
    w.e.lang = LANG_EN;
    out_init(&w.app.out, stdout, LANG_EN);
    enum rc rc = io_make_dir(w.out, &w.e);
    if (!rc) rc = run(&w, argv[1], argv[2]);
    if (rc) fprintf(stderr, "%s\n", w.e.msg);
    live_close(w.l);
    session_close(&w.window);
    session_close(&w.s);
    return rc_exit(rc);
}
