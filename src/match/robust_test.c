/* What must hold however the import runs: the same bytes for any threads and parts; no trace of what failed or was
 * killed. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "base/limits.h"
#include "base/mem.h"
#include "match/match_test_int.h"
#include "store/check.h"
#include "store/chunks.h"

void robust_test(struct test *t);

static bool take(struct world *w, const char *dataset, const char *name, struct str text)
{
    enum rc rc = world_take(w, dataset, name, text);
    CHECK_I64(w->t, rc, RC_OK);
    if (rc) CHECK_STR(w->t, str_from(w->e.msg), STR(""));
    return rc == RC_OK;
}

/* Name, place and bytes of every chunk of a delivery. */
static void dump(struct world *w, int64_t delivery, struct buf *out)
{
    struct chunk_ref *v;
    struct buf b;
    size_t n;
    buf_init(&b, MIB(128));
    CHECK_I64(w->t, chunk_list(w->s, &w->a, (struct owner){OWNER_DELIVERY, delivery}, STR(""), &v, &n, &w->e), RC_OK);
    for (size_t i = 0; i < n; i++) {
        struct str bytes = STR("");
        CHECK_I64(w->t, chunk_fetch(w->s, &v[i], &b, &bytes, &w->e), RC_OK);
        buf_addf(out, "\n%.*s %u %d %d ", STR_ARG(v[i].name), v[i].seq, (int)v[i].first_row, (int)v[i].rows);
        buf_add(out, bytes);
    }
    CHECK(w->t, n > 10 && !out->failed);
    buf_fini(&b);
}

static void add_trouble(struct buf *b)
{
    char id[19];
    for (unsigned i = 1; i < 200; i += 3) {
        buf_addf(b, "%s,别人,2026-05-05,1,3,,\n%s,张%u,2026-05-05,8,3,,\n", world_id(i, id),
                 world_id(i + 1, (char[19]){0}), i + 1);
        buf_addf(b, "%s,张%u,2026-06-0%u,2,3,,\"a\n\"\"b,%u\"\n", id, i, 1 + i % 9, i);
    }
}

static void one_way(struct test *t, unsigned k, unsigned threads, size_t part_bytes, uint32_t run_lines,
                    struct buf *out)
{
    struct world w;
    struct buf b;
    char name[32];
    (void)snprintf(name, sizeof name, "way%u", k);
    if (!world_init(&w, t, name)) return;
    buf_init(&b, MIB(4));
    world_roster(&b, 1, 900);
    w.o.threads = threads;
    w.o.part_bytes = part_bytes;
    w.o.run_lines = run_lines;
    struct import_options o = w.o;
    if (take(&w, "roster", "r.csv", buf_str(&b))) dump(&w, w.r.delivery.id, out);
    buf_clear(&b);
    world_medical(&b, 100, 1000);
    add_trouble(&b);
    w.o = o;
    if (take(&w, "medical", "m.csv", buf_str(&b))) dump(&w, w.r.delivery.id, out);
    buf_fini(&b);
    world_fini(&w);
}

static void test_same_bytes(struct test *t)
{
    static const struct {
        unsigned threads;
        size_t part_bytes;
    } WAYS[] = {{1, 0}, {2, 0}, {3, 100}, {2, 1}, {5, 4001}, {64, 777}};
    static const uint32_t RUNS[] = {0, 333};
    for (unsigned r = 0; r < 2; r++) {
        struct buf first;
        buf_init(&first, MIB(64));
        one_way(t, r * 100, 1, 50000, RUNS[r], &first);
        for (unsigned i = 0; i < sizeof WAYS / sizeof *WAYS; i++) {
            struct buf b;
            buf_init(&b, MIB(64));
            one_way(t, r * 100 + i + 1, WAYS[i].threads, WAYS[i].part_bytes, RUNS[r], &b);
            CHECK(t, str_eq(buf_str(&first), buf_str(&b)));
            buf_fini(&b);
        }
        buf_fini(&first);
    }
}

/* ---- death and want */

static size_t known(struct world *w)
{
    struct delivery_list l = {0};
    CHECK_I64(w->t, delivery_all(w->s, &w->a, &l, &w->e), RC_OK);
    return l.n;
}

static void check_clean(struct world *w)
{
    struct check_report r = {0};
    CHECK_I64(w->t, store_check(w->s, CHECK_FULL, &w->a, &r, &w->e), RC_OK);
    CHECK_I64(w->t, r.n, 0);
}

/* The child imports and is killed after some time. True when it had ended before. */
static bool killed_import(struct world *w, struct str text, unsigned us)
{
    pid_t child = fork();
    if (child == 0) {
        bool ok = world_reopen(w) && world_take(w, "roster", "big.csv", text) == RC_OK;
        _exit(ok ? 0 : 1);
    }
    int state = 0;
    CHECK(w->t, child > 0);
    (void)usleep(us);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, &state, 0);
    return WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

static void test_killed(struct test *t)
{
    struct world w;
    struct buf b;
    unsigned done = 0, us = 1000;
    if (!world_init(&w, t, "killed")) return;
    buf_init(&b, MIB(16));
    world_roster(&b, 1, 60);
    if (!take(&w, "roster", "r.csv", buf_str(&b))) return;
    buf_clear(&b);
    world_roster(&b, 30, t->slow ? 60000 : 6000);
    store_close(w.s);
    w.s = NULL;
    for (unsigned i = 0; i < 200 && !done; i++, us += us / 3) {
        done = killed_import(&w, buf_str(&b), us);
        if (!world_reopen(&w)) break;
        CHECK_I64(t, known(&w), done ? 2 : known(&w) == 2 ? 2 : 1);
        check_clean(&w);
        done |= known(&w) == 2;
        store_close(w.s);
        w.s = NULL;
    }
    CHECK(t, done);
    CHECK(t, world_reopen(&w));
    buf_fini(&b);
    world_fini(&w);
}

/* The nth allocation and all later ones fail, for each n until the import gets through. */
static void starve(struct test *t, const char *name, const char *dataset, struct str text)
{
    struct world w;
    struct buf b;
    enum rc rc = RC_NOMEM;
    unsigned odd = 0;
    if (!world_init(&w, t, name)) return;
    buf_init(&b, MIB(16));
    world_roster(&b, 1, 20);
    if (!take(&w, "roster", "r.csv", buf_str(&b))) return;
    for (uint64_t nth = 1; rc && nth < 100000; nth += t->slow ? 1 : 1 + nth / 24) {
        arena_reset(&w.a);
        mem_fault_arm(nth, 1);
        w.o.threads = 1;
        rc = world_take(&w, dataset, "m.csv", text);
        bool fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        if (!fired) break;
        odd += rc == RC_OK || rc == RC_INPUT;
        odd += !world_reopen(&w) || known(&w) != 1;
    }
    CHECK_I64(t, odd, 0);
    CHECK_I64(t, rc, RC_OK);
    CHECK_I64(t, known(&w), 2);
    check_clean(&w);
    buf_fini(&b);
    world_fini(&w);
}

static void test_no_memory(struct test *t)
{
    struct buf b;
    buf_init(&b, MIB(1));
    world_medical(&b, 1, 25);
    starve(t, "nomem1", "medical", buf_str(&b));
    buf_clear(&b);
    world_roster(&b, 10, 30);
    buf_addz(&b, ",张12,H00004,130725100204,,是\n,张12,H00004,130725100204,,是\n"); /* and a repetition */
    starve(t, "nomem2", "roster", buf_str(&b));
    buf_fini(&b);
}

/* ---- a million rows in half a gigabyte of addresses */

static enum rc limited(struct world *w)
{
    struct rlimit limit = {MIB(512), MIB(512)};
    struct buf b;
    buf_init(&b, MIB(256));
    world_roster(&b, 1, 300000);
    if (!world_reopen(w) || world_take(w, "roster", "r.csv", buf_str(&b))) return RC_ENV;
    buf_clear(&b);
    for (unsigned from = 1; from < 400000; from += 100000) {
        struct buf part;
        buf_init(&part, MIB(256));
        world_medical(&part, from, from + 249999);
        buf_add(&b, str_sub(buf_str(&part), from == 1 ? 0 : str_find(buf_str(&part), STR("\n"), 0) + 1, part.n));
        buf_fini(&part);
    }
    char path[600];
    (void)snprintf(path, sizeof path, "%s.m.csv", w->path);
    if (b.failed || io_write_file(path, buf_str(&b), 0600, &w->e)) return RC_ENV;
    buf_fini(&b);
    if (setrlimit(RLIMIT_AS, &limit)) return RC_ENV;
    w->o = (struct import_options){.file = path, .dataset = STR("medical"), .by_who = STR("tester")};
    return import_file(w->s, w->p, NULL, &w->o, &w->out, &w->a, &w->r, &w->e);
}

static void test_limited(struct test *t)
{
    struct world w;
    int state = 0;
    if (!world_init(&w, t, "limited")) return;
    store_close(w.s);
    w.s = NULL;
    pid_t child = fork();
    if (child == 0) {
        enum rc rc = limited(&w);
        if (rc) fprintf(stderr, "%s\n", w.e.msg);
        _exit(rc || w.r.delivery.counts.rows != 1000000 ? 1 : 0);
    }
    (void)waitpid(child, &state, 0);
    CHECK(t, WIFEXITED(state) && WEXITSTATUS(state) == 0);
    CHECK(t, world_reopen(&w));
    check_clean(&w);
    world_fini(&w);
}

/* ---- an error file that would take the place of a device */

static void test_error_device(struct test *t)
{
    struct world w;
    struct buf b;
    struct stat st = {0};
    char path[600];
    if (!world_init(&w, t, "device")) return;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, 20);
    if (!take(&w, "roster", "r.csv", buf_str(&b))) return;
    buf_clear(&b);
    world_medical(&b, 1, 25);
    (void)snprintf(path, sizeof path, "%s.pipe", w.path);
    CHECK(t, mkfifo(path, 0600) == 0);
    w.o.errors_path = path;
    CHECK_I64(t, world_take(&w, "medical", "m.csv", buf_str(&b)), RC_ENV);
    CHECK(t, lstat(path, &st) == 0 && S_ISFIFO(st.st_mode));
    CHECK_I64(t, known(&w), 1);
    check_clean(&w);
    buf_fini(&b);
    world_fini(&w);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

void robust_test(struct test *t)
{
    /* First: its child has the addresses that the tests before it took. */
    if (t->slow && !SANITIZED && TEST(t, "a million rows in 512 MB of addresses")) test_limited(t);
    if (TEST(t, "the same bytes for any threads, parts and order")) test_same_bytes(t);
    if (TEST(t, "killed at any moment: the state before")) test_killed(t);
    if (TEST(t, "every allocation failing: nothing half done")) test_no_memory(t);
    if (TEST(t, "an error file takes the place of no pipe or device")) test_error_device(t);
}
