/* The test binary: test [--slow] [filter | --unit NAME | --list]. The filter is a part of a file's or a case's name. */
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "base/mem.h"
#include "base/test.h"

#define TEST_UNIT(name) void name(struct test *t);
#include "tests.inc"
#undef TEST_UNIT

struct unit {
    const char *name;
    void (*run)(struct test *t);
};

static const struct unit UNITS[] = {
#define TEST_UNIT(name) {#name, name},
#include "tests.inc"
#undef TEST_UNIT
    {NULL, NULL},
};

enum { UNIT_DIR_MAX = 128 };

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

/* Units share the run's folder but not a name in it. False when the unit's folder cannot be made. */
static bool unit_folder(struct test *t, const struct unit *u, const char *run_dir, char *dir, size_t cap)
{
    int n = snprintf(dir, cap, "%s/%s", run_dir, u->name);
    t->tmp_dir = dir;
    if (n > 0 && (size_t)n < cap && mkdir(dir, 0700) == 0) return true;
    printf("%s: its folder %s cannot be made\n", u->name, dir);
    t->failed++;
    return false;
}

static void run_unit(struct test *t, const struct unit *u, const char *run_dir)
{
    char dir[UNIT_DIR_MAX];
    uint64_t before = mem_live_count();
    t->unit = u->name;
    if (!unit_folder(t, u, run_dir, dir, sizeof dir)) return;
    u->run(t);
    test_end(t);
    uint64_t after = mem_live_count();
    if (after == before) return;
    printf("%s: %" PRId64 " allocations were not freed\n", u->name, (int64_t)(after - before));
    t->failed++;
}

struct asked {
    bool list;
    const char *unit; /* this one, by its whole name */
};

static struct asked read_words(struct test *t, int argc, char **argv)
{
    struct asked a = {.list = false};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--slow") == 0) t->slow = true;
        else if (strcmp(argv[i], "--list") == 0) a.list = true;
        else if (strcmp(argv[i], "--unit") == 0 && i + 1 < argc) a.unit = argv[++i];
        else if (argv[i][0] != 0) t->filter = argv[i];
    }
    return a;
}

/* False: no unit has the name; one may have nothing to test in this build. */
static bool run_units(struct test *t, const struct asked *a, const char *dir)
{
    bool known = false;
    for (const struct unit *u = UNITS; u->name; u++) {
        if (a->unit && strcmp(a->unit, u->name) != 0) continue;
        known = known || a->unit || (t->filter && strstr(u->name, t->filter));
        run_unit(t, u, dir);
    }
    return known;
}

int main(int argc, char **argv)
{
    struct test t = {0};
    struct asked a = read_words(&t, argc, argv);
    for (const struct unit *u = UNITS; a.list && u->name; u++) puts(u->name);
    if (a.list) return 0;
    char dir[] = "/tmp/fangpin-test-XXXXXX";
    if (!mkdtemp(dir)) {
        (void)fputs("cannot make a folder in /tmp: the tests need one\n", stderr);
        return 3;
    }
    bool known = run_units(&t, &a, dir);
    (void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    const char *name = a.unit ? a.unit : t.filter ? t.filter : "";
    bool none = t.passed + t.failed == 0;
    if (none && known) printf("\"%s\" has nothing to test in this build\n", name);
    else if (none) printf("no test has \"%s\" in its name\n", name);
    printf("%u passed, %u failed\n", t.passed, t.failed);
    return t.failed || (none && !known) ? 1 : 0;
}
