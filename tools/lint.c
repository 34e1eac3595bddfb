/* lint DIR…: the limits of this project's code that a compiler does not know. Prints file:line: what; mend. Exits with
 * 1 on any. */
#include "tool.h"

enum { FUNCTION_LINES = 70, FILE_LINES = 800, LINE_CHARS = 120, SHELL_CHARS = 170 };
enum { STATEMENT = 2000, FUNCTIONS = 50000 };

struct lint {
    const struct file *f;
    size_t bad;
    size_t *lengths; /* of all functions under src */
    size_t n_lengths;
};

static void report(struct lint *l, size_t line, const char *what, const char *mend)
{
    printf("%s:%zu: %s; %s\n", l->f->path, line, what, mend);
    l->bad++;
}

static size_t line_at(const struct file *f, size_t offset)
{
    size_t line = 1;
    for (size_t i = 0; i < offset; i++) line += f->raw[i] == '\n';
    return line;
}

static int in_src(const struct file *f) { return strncmp(f->path, "src/", 4) == 0; }

/* ---------------------------------------------------------------- lines and words */

static void check_lines(struct lint *l)
{
    size_t line = 1, chars = 0, most = ends_with(l->f->path, ".sh") ? SHELL_CHARS : LINE_CHARS;
    for (size_t i = 0; i <= l->f->n; i++) {
        char c = l->f->raw[i];
        if (c != '\n' && c != 0) {
            chars += (c & 0xC0) != 0x80;
            continue;
        }
        if (chars > most && (!ends_with(l->f->path, ".sql") || in_src(l->f)))
            report(l, line, "a line over 120 columns (170 in a shell script)", "break it");
        if (c == '\n') line++;
        chars = 0;
    }
    if (line - 1 > FILE_LINES) report(l, line - 1, "a file over 800 lines", "split it by what it does");
}

/* The next occurrence of word as a word at or after p, or NULL. */
static const char *find_word(const char *text, const char *p, const char *word)
{
    size_t n = strlen(word);
    for (; (p = strcasestr(p, word)) != NULL; p++)
        if ((p == text || !is_word(p[-1])) && !is_word(p[n])) return p;
    return NULL;
}

static void check_words(struct lint *l)
{
    /* In two halves, so that this file passes its own check. */
    static const char *const banned[] = {"TO"
                                         "DO",
                                         "FIX"
                                         "ME",
                                         "XX"
                                         "X",
                                         "HA"
                                         "CK",
                                         "for "
                                         "now"};
    for (size_t i = 0; i < sizeof banned / sizeof banned[0]; i++)
        for (const char *p = l->f->raw; (p = find_word(l->f->raw, p, banned[i])) != NULL; p++)
            report(l, line_at(l->f, (size_t)(p - l->f->raw)), "work left behind", "do it, or write an issue");
}

/* But where a library's interface has nothing else. */
static void check_floats(struct lint *l)
{
    static const char *const banned[] = {"float", "double"};
    if (strcmp(l->f->path, "src/sheet/write_number.c") == 0) return;
    for (size_t i = 0; i < 2; i++)
        for (const char *p = l->f->code; (p = find_word(l->f->code, p, banned[i])) != NULL; p++)
            report(l, line_at(l->f, (size_t)(p - l->f->code)), "floating point",
                   "count in fen, ratios or fractions (base/num.h)");
}

static void check_guard(struct lint *l)
{
    const char *p = strstr(l->f->code, "#ifndef ");
    size_t n = p ? strcspn(p + 8, " \n") : 0;
    const char *d = p ? strstr(p, "#define ") : NULL;
    if (!d || strncmp(d + 8, p + 8, n) != 0 || is_word(d[8 + n]))
        report(l, 1, "a header without a guard", "begin with #ifndef FOLDER_NAME_H and #define of the same");
}

static void check_test_name(struct lint *l)
{
    char want[300];
    const char *base = strrchr(l->f->path, '/') + 1;
    snprintf(want, sizeof want, "void %.*s(struct test *t)\n{", (int)strlen(base) - 2, base);
    if (!strstr(l->f->code, want))
        report(l, 1, "a test file that does not define the function of its name",
               "void NAME_test(struct test *t) is what the harness calls");
}

/* ---------------------------------------------------------------- functions and variables */

/* Blank the preprocessor's lines: they follow no grammar. */
static void blank_directives(char *code)
{
    for (char *p = code; *p;) {
        size_t n = strcspn(p, "\n");
        if (p[strspn(p, " \t")] == '#') {
            while (n > 0 && p[n - 1] == '\\' && p[n]) n += 1 + strcspn(p + n + 1, "\n");
            blank(p, n);
        }
        p += p[n] ? n + 1 : n;
    }
}

static int starts_word(const char *s, const char *word)
{
    size_t n = strlen(word);
    return strncmp(s, word, n) == 0 && !is_word(s[n]);
}

static int has_word(const char *s, const char *word) { return find_word(s, s, word) != NULL; }

/* Does the declaration s (blanks folded, braces cut out as "{}", initial value cut off) define something assignable? */
static int is_mutable(const char *s)
{
    static const char *const skip[] = {"typedef", "__extension__ typedef", "_Static_assert",
                                       "return",  "static pthread_once_t", "extern \"C\""};
    for (size_t i = 0; i < sizeof skip / sizeof skip[0]; i++)
        if (starts_word(s, skip[i])) return 0;
    const char *paren = strchr(s, '('), *brace = strstr(s, "{}");
    if (paren && paren[1] != '*') return 0; /* a prototype or a macro's call */
    if (brace && brace[2] == 0) return 0;   /* a type alone */
    size_t words = 0;
    for (const char *p = s; *p; p++) words += is_word(*p) && (p == s || !is_word(p[-1]));
    if (words < 2) return 0;
    if (words == 2 && !brace && (starts_word(s, "struct") || starts_word(s, "union") || starts_word(s, "enum")))
        return 0;
    const char *star = strrchr(s, '*');
    return star ? !starts_word(star + 1 + strspn(star + 1, " "), "const") : !has_word(s, "const");
}

/* What is between two ends of statements, folded for is_mutable. */
struct statement {
    char text[STATEMENT];
    size_t n, at; /* at: offset of its first character */
    int value;    /* beyond "=" */
};

static void statement_add(struct statement *s, char c, size_t at)
{
    if (isspace((unsigned char)c)) c = ' ';
    if (s->n == 0 && c == ' ') return;
    if (s->n == 0) s->at = at;
    if (c == '=') s->value = 1;
    if (s->value || (c == ' ' && s->text[s->n - 1] == ' ') || s->n + 3 >= STATEMENT) return;
    s->text[s->n++] = c;
}

static void statement_end(struct lint *l, struct statement *s, int file_scope)
{
    while (s->n && s->text[s->n - 1] == ' ') s->n--;
    s->text[s->n] = 0;
    int candidate = file_scope || starts_word(s->text, "static") || starts_word(s->text, "_Thread_local");
    int exempt = strcmp(l->f->path, "src/base/mem.c") == 0 || strcmp(l->f->path, "src/base/io_fault_test.c") == 0;
    if (candidate && is_mutable(s->text) && !exempt)
        report(l, line_at(l->f, s->at), "a variable that lives for ever and can be assigned",
               "make it const, or a member of a struct that is passed");
    *s = (struct statement){.n = 0};
}

static void end_function(struct lint *l, size_t from, size_t to)
{
    size_t first = line_at(l->f, from), lines = line_at(l->f, to) - first + 1;
    if (lines > FUNCTION_LINES) report(l, first, "a function over 70 lines", "take out what has a name of its own");
    if (l->n_lengths < FUNCTIONS && in_src(l->f)) l->lengths[l->n_lengths++] = lines;
}

/* One pass over the code: depth counts braces; a brace after ")" at depth 0 opens a function. */
static void check_structure(struct lint *l)
{
    char *code = strdup(l->f->code), last = 0;
    if (!code) tool_die(l->f->path, "out of memory");
    blank_directives(code);
    static const struct statement empty;
    struct statement s = empty;
    size_t depth = 0, opened = 0;
    int in_function = 0;
    for (size_t i = 0; code[i]; i++) {
        char c = code[i];
        if (c == '{') {
            if (depth++ == 0) opened = i, in_function = last == ')' && !s.value;
            if (in_function) s = empty;
        } else if (c == '}' && depth > 0) {
            if (--depth == 0 && in_function) end_function(l, opened, i), s = empty, in_function = 0;
            else if (depth == 0) statement_add(&s, '{', i), statement_add(&s, '}', i);
            else if (in_function) s = empty;
        } else if (c == ';' && (depth == 0 || in_function)) {
            statement_end(l, &s, depth == 0);
        } else if (depth == 0 || in_function) {
            statement_add(&s, c, i);
        }
        if (!isspace((unsigned char)c)) last = c;
    }
    free(code);
}

static int by_size(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static void check_file(struct lint *l)
{
    check_lines(l);
    check_words(l);
    if (!is_c(l->f->path)) return;
    check_structure(l);
    if (ends_with(l->f->path, ".h")) check_guard(l);
    if (!in_src(l->f)) return;
    check_floats(l);
    if (ends_with(l->f->path, "_test.c")) check_test_name(l);
}

int main(int argc, char **argv)
{
    static const char *const endings[] = {".c", ".h", ".sh", ".sql", NULL};
    struct files *fs = calloc(1, sizeof *fs);
    struct lint l = {.lengths = calloc(FUNCTIONS, sizeof *l.lengths)};
    if (!fs || !l.lengths) return 3;
    for (int i = 1; i < argc; i++) load_tree(fs, argv[i], endings);
    for (size_t i = 0; i < fs->n; i++) {
        l.f = &fs->v[i];
        check_file(&l);
    }
    qsort(l.lengths, l.n_lengths, sizeof *l.lengths, by_size);
    printf("lint: %zu files, %zu functions in src, median %zu lines, %zu findings\n", fs->n, l.n_lengths,
           l.n_lengths ? l.lengths[l.n_lengths / 2] : 0, l.bad);
    int rc = fs->n == 0 || l.bad > 0;
    free(l.lengths);
    free_files(fs);
    return rc;
}
