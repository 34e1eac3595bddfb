/* Death at any moment, a full disk, other processes: the old or the new state, never half of one. */
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/par.h"
#include "columns/chunk.h"
#include "store/check.h"
#include "store/chunks.h"
#include "store/people.h"
#include "store/store_test_int.h"

enum { ROUNDS_MAX = 1000, CRASH_CHUNKS = 40, CRASH_PEOPLE = 3000, CHUNK_CELLS = 20000 };

/* The import that is killed: columns, people, then the publishing of d (replacing another when given). moving: its log
 * meanwhile. */
static enum rc long_import(struct store *s, struct delivery *d, bool moving, struct err *e)
{
    int64_t cells[CHUNK_CELLS];
    struct person_row people[CRASH_PEOPLE];
    struct household_row home = {.division = 130730101202};
    struct chunk_writer *w = NULL;
    struct buf b;
    char code[32];
    uint32_t first = 0;
    buf_init(&b, MIB(1));
    struct rng r;
    rng_seed(&r, 1); /* else so much is packed into little, and the log stays short */
    for (size_t i = 0; i < CHUNK_CELLS; i++) cells[i] = (int64_t)rng_below(&r, INT64_MAX);
    TRY(delivery_begin(s, d, e));
    TRY(store_take_numbers(s, "household", 1, &home.no, e));
    TRY(store_take_numbers(s, "person", CRASH_PEOPLE, &first, e));
    (void)snprintf(code, sizeof code, "H%u", home.no);
    home.code = str_from(code);
    home.fresh = true;
    for (uint32_t i = 0; i < CRASH_PEOPLE; i++)
        people[i] = (struct person_row){.no = first + i,
                                        .household_no = home.no,
                                        .has_id = true,
                                        .id_hash = (first + i) * UINT64_C(0x9E3779B97F4A7C15),
                                        .id_tail_hash = i};
    TRY(households_add(s, d->id, &home, 1, 1, e));
    TRY(people_add(s, d->id, people, CRASH_PEOPLE, 1, e));
    TRY(chunk_encode_i64(cells, NULL, CHUNK_CELLS, &b, e));
    TRY(chunk_writer_open(&w, s, (struct owner){OWNER_DELIVERY, d->id}, e));
    enum rc rc = RC_OK;
    for (uint32_t i = 0; !rc && i < CRASH_CHUNKS; i++) {
        struct chunk_put p = {STR("amount"), i, CHUNK_CELLS, (int64_t)i * CHUNK_CELLS, buf_str(&b), i % 2 == 0};
        rc = chunk_put(w, &p, e);
        if (moving) store_move_log(s, true);
    }
    if (!rc) rc = chunk_flush(w, e);
    chunk_writer_close(w);
    buf_fini(&b);
    return rc ? rc : delivery_publish(s, d, e);
}

static int child_import(const struct test_folder *f, int64_t replaces)
{
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct delivery d = sample_delivery("medical");
    if (replaces) {
        d.kind = DELIVERY_REPLACES;
        d.replaces = replaces;
    }
    if (store_open(&s, &f->o, &e)) return 3;
    if (long_import(s, &d, true, &e)) return 4; /* no closing: death does not tidy up */
    store_empty_log(s);
    if (store_meta_set(s, STR("last"), STR("x"), &e)) return 5;
    store_settle(s);
    store_close(s);
    return 0;
}

/* Start an import in a child and kill it after that many microseconds; true when it had finished. */
static bool import_and_kill(const struct test_folder *f, int64_t replaces, uint64_t after_us)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) _exit(child_import(f, replaces));
    struct timespec nap = {(time_t)(after_us / 1000000), (long)(after_us % 1000000 * 1000)};
    (void)nanosleep(&nap, NULL);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The one delivery in force, its chunks whole, nothing staging, no damage. Returns its id. */
static int64_t verify(struct test *t, struct test_folder *f)
{
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct arena a;
    struct delivery_list l = {0};
    struct check_report r = {0};
    struct chunk_ref *v = NULL;
    size_t n = 0;
    int64_t staging = 0, id = 0;
    bool found = true;
    arena_init(&a, MIB(4));
    CHECK_I64(t, store_open(&s, &f->o, &e), RC_OK);
    if (!s) return 0;
    CHECK_I64(t, db_get_i64(store_db(s), SQL_delivery_staging, &staging, &found, &e), RC_OK);
    CHECK(t, !found);
    CHECK_I64(t, delivery_known_at(s, &a, STR("medical"), INT64_MAX, &l, &e), RC_OK);
    CHECK(t, l.n <= 1);
    if (l.n) id = l.v[0].id;
    if (id) CHECK_I64(t, chunk_list(s, &a, (struct owner){OWNER_DELIVERY, id}, STR("amount"), &v, &n, &e), RC_OK);
    if (id) CHECK_I64(t, n, CRASH_CHUNKS);
    CHECK_I64(t, store_check(s, CHECK_FULL, &a, &r, &e), RC_OK);
    for (size_t i = 0; i < r.n; i++) test_check(t, false, __FILE__, __LINE__, r.v[i].name);
    store_close(s);
    arena_fini(&a);
    return id;
}

/* How long a whole import takes here, so that most kills hit the middle of one. */
static uint64_t import_us(const struct test_folder *f)
{
    int status = 0;
    int64_t before = clock_steady_us();
    pid_t pid = fork();
    if (pid == 0) _exit(child_import(f, 0));
    (void)waitpid(pid, &status, 0);
    int64_t us = clock_steady_us() - before;
    return us > 1000 ? (uint64_t)us : 1000;
}

static void test_kill(struct test *t)
{
    struct test_folder f;
    struct rng r;
    unsigned rounds = t->slow ? 300 : 16, finished = 0, tried = 0;
    if (folder_init(&f, t, "kill")) return;
    rng_seed(&r, 20260630);
    uint64_t whole = import_us(&f);
    int64_t in_force = verify(t, &f);
    /* The first import may have been slow by chance: then on, earlier and earlier, until one is killed. */
    for (unsigned i = 0; (i < rounds || (finished == i && i < ROUNDS_MAX)) && !t->case_failed; i++) {
        if (i >= rounds) whole = whole / 2 + 1;
        bool done = import_and_kill(&f, in_force, rng_below(&r, whole * 2));
        int64_t now = verify(t, &f);
        if (done) CHECK(t, now != in_force); /* acknowledged: nothing is lost */
        CHECK(t, now != 0);                  /* the old one or the new one */
        finished += done;
        tried++;
        in_force = now;
    }
    CHECK(t, finished < tried); /* else nothing was killed */
}

/* A file that may not grow is as a full disk: an error at any size, and the state before it. */
static int child_full(const struct test_folder *f, int64_t replaces, rlim_t bytes)
{
    struct rlimit lim = {bytes, bytes};
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &lim)) return 9;
    return child_import(f, replaces);
}

static void test_full_disk(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct delivery d = sample_delivery("medical");
    unsigned failed = 0;
    if (folder_init(&f, t, "full")) return;
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, long_import(s, &d, false, &e), RC_OK);
    store_close(s);
    int64_t in_force = d.id;
    for (rlim_t kib = 64; kib <= 20480 && !t->case_failed; kib = kib * 3 / 2) {
        int status = 0;
        pid_t pid = fork();
        if (pid == 0) _exit(child_full(&f, in_force, kib * 1024));
        (void)waitpid(pid, &status, 0);
        CHECK(t, WIFEXITED(status)); /* survived: an exit code, no signal */
        bool done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        int64_t now = verify(t, &f);
        CHECK(t, done ? now != in_force : now == in_force);
        failed += !done;
        in_force = now;
    }
    CHECK(t, failed > 0);
}

static void test_other_process(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    int ready[2], status = 0;
    char c = 0, pid_text[16];
    if (folder_init(&f, t, "locked") || pipe(ready)) return;
    pid_t pid = fork();
    if (pid == 0) {
        enum rc rc = store_open(&s, &f.o, &e);
        (void)!write(ready[1], rc ? "n" : "y", 1);
        for (;;) (void)pause();
    }
    CHECK_I64(t, read(ready[0], &c, 1), 1);
    CHECK_I64(t, c, 'y');
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_ENV);
    (void)snprintf(pid_text, sizeof pid_text, "process %d", (int)pid);
    CHECK(t, str_find(str_from(e.msg), str_from(pid_text), 0) != SIZE_MAX);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK); /* the lock went with its process */
    store_close(s);
    (void)close(ready[0]);
    (void)close(ready[1]);
}

static bool says(const struct err *e, const char *what)
{
    return str_find(str_from(e->msg), str_from(what), 0) != SIZE_MAX;
}

/* Another user, for whom the run's folder is closed. */
static void test_no_permission(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    int status = 0;
    if (folder_init(&f, t, "closed")) return;
    (void)chmod(f.path, 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (geteuid() == 0 && seteuid(65534)) _exit(9);
        enum rc rc = store_open(&s, &f.o, &e);
        _exit(rc == RC_ENV && says(&e, "permission") ? 0 : 1);
    }
    (void)waitpid(pid, &status, 0);
    (void)chmod(f.path, 0700);
    CHECK(t, WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    store_close(s);
}

/* A lock whose holder has not written its number yet. */
static void test_unsigned_lock(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    char path[600];
    if (folder_init(&f, t, "unsigned")) return;
    (void)snprintf(path, sizeof path, "%s/lock", f.path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK(t, fd >= 0 && flock(fd, LOCK_EX) == 0);
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_ENV);
    CHECK(t, says(&e, "another fangpin is writing"));
    if (fd >= 0) (void)close(fd);
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    store_close(s);
    struct stat st;
    CHECK(t, stat(path, &st) == 0 && st.st_size == 0);
}

static int64_t log_bytes(const struct test_folder *f)
{
    char path[600];
    struct stat st;
    (void)snprintf(path, sizeof path, "%s/fangpin.db-wal", f->path);
    return stat(path, &st) == 0 ? st.st_size : -1;
}

/* The delivery that s sees. */
static int64_t in_force(struct test *t, struct store *s)
{
    struct arena a;
    struct err e = {.lang = LANG_EN};
    struct delivery_list l = {0};
    arena_init(&a, MIB(1));
    CHECK_I64(t, delivery_known_at(s, &a, STR("medical"), INT64_MAX, &l, &e), RC_OK);
    CHECK_I64(t, l.n, 1);
    int64_t id = l.n ? l.v[0].id : 0;
    arena_fini(&a);
    return id;
}

static void test_empty_log(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL, *reader = NULL;
    struct delivery d = sample_delivery("medical");
    if (folder_init(&f, t, "empty-log")) return;
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, long_import(s, &d, false, &e), RC_OK);
    CHECK(t, log_bytes(&f) > (int64_t)MIB(4));
    store_empty_log(s);
    for (unsigned i = 0; i < 10000 && log_bytes(&f); i++) par_pause(1);
    CHECK_I64(t, log_bytes(&f), 0);
    CHECK_I64(t, store_meta_set(s, STR("after"), STR("x"), &e), RC_OK);
    CHECK(t, log_bytes(&f) > 0);
    store_settle(s);
    store_close(s);
    CHECK_I64(t, log_bytes(&f), -1);
    CHECK_I64(t, verify(t, &f), d.id);
    /* Not while somebody reads an older state of it. */
    struct store_options o = f.o;
    o.access = STORE_READ;
    struct delivery more = sample_delivery("medical");
    more.kind = DELIVERY_REPLACES;
    more.replaces = d.id;
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, store_open(&reader, &o, &e), RC_OK);
    CHECK_I64(t, db_begin_read(store_db(reader), &e), RC_OK);
    CHECK_I64(t, in_force(t, reader), d.id);
    CHECK_I64(t, long_import(s, &more, false, &e), RC_OK);
    store_empty_log(s);
    par_pause(20);
    CHECK(t, log_bytes(&f) > (int64_t)MIB(4));
    CHECK_I64(t, in_force(t, reader), d.id);
    store_close(reader);
    store_close(s);
    CHECK_I64(t, verify(t, &f), more.id);
}

/* Readers see whole states while a writer works. */
static void test_reader_while_writing(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    int status = 0, go[2];
    unsigned looks = 0;
    char c = 0;
    if (folder_init(&f, t, "reader") || pipe(go)) return;
    struct store_options o = f.o;
    o.access = STORE_READ;
    pid_t pid = fork(); /* first: an SQLite connection must not be carried over a fork */
    if (pid == 0) _exit(read(go[0], &c, 1) == 1 ? child_import(&f, 0) : 9);
    CHECK_I64(t, store_open(&s, &o, &e), RC_OK);
    CHECK_I64(t, write(go[1], "g", 1), 1);
    (void)close(go[0]);
    (void)close(go[1]);
    bool running = s != NULL;
    while (running && !t->case_failed) {
        struct arena a;
        struct delivery_list l;
        struct chunk_ref *v = NULL;
        size_t n = 0;
        running = waitpid(pid, &status, WNOHANG) == 0;
        arena_init(&a, MIB(1));
        CHECK_I64(t, db_begin_read(store_db(s), &e), RC_OK);
        CHECK_I64(t, delivery_known_at(s, &a, STR("medical"), INT64_MAX, &l, &e), RC_OK);
        if (l.n)
            CHECK_I64(t, chunk_list(s, &a, (struct owner){OWNER_DELIVERY, l.v[0].id}, STR("amount"), &v, &n, &e),
                      RC_OK);
        CHECK(t, n == 0 || n == CRASH_CHUNKS);
        CHECK_I64(t, db_commit(store_db(s), &e), RC_OK);
        CHECK(t, running || l.n == 1);
        arena_fini(&a);
        looks++;
    }
    CHECK(t, looks > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    store_close(s);
}

void store_crash_test(struct test *t);
void store_crash_test(struct test *t)
{
    if (TEST(t, "killed at any moment of an import")) test_kill(t);
    if (TEST(t, "a full disk")) test_full_disk(t);
    if (TEST(t, "a lock held by another process")) test_other_process(t);
    if (TEST(t, "a folder of another user")) test_no_permission(t);
    if (TEST(t, "a lock without a number")) test_unsigned_lock(t);
    if (TEST(t, "a long log made empty aside")) test_empty_log(t);
    if (TEST(t, "a reader beside a writer")) test_reader_while_writing(t);
}
