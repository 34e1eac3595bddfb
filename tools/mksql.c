/* mksql FILE.sql… : prints SQL_STATEMENT(name, "text") for each block that begins with "-- name: name".
 * Comments go, blanks are folded, and $1 becomes ?1: SQLite would number $2 by its first appearance. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 20, NAMES = 2000, NAME_LEN = 80, WRAP = 96 };

struct gen {
    const char *file;
    unsigned line;
    const char *p; /* what is left of the file */
    char names[NAMES][NAME_LEN];
    size_t n_names;
    size_t written, column; /* of the current statement */
    int blank;              /* a blank is owed before the next character */
};

static void die(const struct gen *g, const char *fmt, ...)
{
    va_list ap;
    fprintf(stderr, "%s:%u: ", g->file, g->line);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

static void put(struct gen *g, char c)
{
    if (g->column >= WRAP) fputs("\"\n    \"", stdout), g->column = 0;
    if (c == '\n') fputs("\\n", stdout);
    else if (c == '"' || c == '\\') putchar('\\'), putchar(c);
    else putchar(c);
    g->column++;
    g->written++;
}

static void put_owed(struct gen *g, char c)
{
    if (g->blank && g->written) put(g, ' ');
    g->blank = 0;
    put(g, c);
}

/* The name when the line at p is "-- name: x". */
static int name_line(const char *p, char name[NAME_LEN])
{
    size_t n = 0;
    static const char mark[] = "-- name:";
    if (strncmp(p, mark, sizeof mark - 1) != 0) return 0;
    for (p += sizeof mark - 1; *p == ' '; p++) {}
    for (; (islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_') && n + 1 < NAME_LEN; p++)
        name[n++] = *p;
    name[n] = 0;
    while (*p == ' ' || *p == '\r') p++;
    return n > 0 && (*p == '\n' || *p == 0) ? 1 : -1;
}

static void add_name(struct gen *g, const char *name)
{
    for (size_t i = 0; i < g->n_names; i++)
        if (strcmp(g->names[i], name) == 0) die(g, "the statement %s is there twice: rename one", name);
    if (g->n_names == NAMES) die(g, "more than %d statements", NAMES);
    strncpy(g->names[g->n_names++], name, NAME_LEN - 1);
}

static void skip_to_line_end(struct gen *g)
{
    while (*g->p && *g->p != '\n') g->p++;
}

/* A quoted text as it stands. */
static void copy_quoted(struct gen *g)
{
    char quote = *g->p;
    put_owed(g, *g->p++);
    for (; *g->p && *g->p != quote; g->p++) {
        if (*g->p == '\n') g->line++;
        put(g, *g->p);
    }
    if (!*g->p) die(g, "a text that begins with %c is not closed", quote);
    put(g, *g->p++);
}

static void skip_block_comment(struct gen *g)
{
    const char *end = strstr(g->p, "*/");
    if (!end) die(g, "a comment is not closed");
    for (; g->p < end + 2; g->p++) g->line += *g->p == '\n';
    g->blank = 1;
}

/* Statement text up to the next name line or the end of the file. */
static void copy_statement(struct gen *g)
{
    char name[NAME_LEN];
    while (*g->p) {
        if (*g->p == '-' && name_line(g->p, name)) break;
        if (g->p[0] == '-' && g->p[1] == '-') {
            skip_to_line_end(g);
        } else if (g->p[0] == '/' && g->p[1] == '*') {
            skip_block_comment(g);
        } else if (isspace((unsigned char)*g->p)) {
            g->line += *g->p++ == '\n';
            g->blank = 1;
        } else if (*g->p == '\'' || *g->p == '"') {
            copy_quoted(g);
        } else if (*g->p == '$') {
            if (!isdigit((unsigned char)g->p[1])) die(g, "a parameter is $1, $2, …");
            put_owed(g, '?');
            g->p++;
        } else {
            put_owed(g, *g->p++);
        }
    }
    g->blank = 0;
}

static void one_file(struct gen *g)
{
    char name[NAME_LEN];
    while (*g->p) {
        int is_name = name_line(g->p, name);
        if (is_name < 0) die(g, "a name is lower-case letters, digits and _");
        if (!is_name) {
            const char *at = g->p;
            while (*at == ' ' || *at == '\t' || *at == '\r') at++;
            if (*at && *at != '\n' && strncmp(at, "--", 2) != 0) die(g, "SQL before the first \"-- name:\"");
            skip_to_line_end(g);
            if (*g->p) g->p++, g->line++;
            continue;
        }
        add_name(g, name);
        skip_to_line_end(g);
        printf("SQL_STATEMENT(%s,\n    \"", name);
        g->written = g->column = 0;
        copy_statement(g);
        puts("\")");
        if (g->written == 0) die(g, "the statement %s is empty", name);
    }
}

int main(int argc, char **argv)
{
    struct gen *g = calloc(1, sizeof *g);
    char *text = calloc(1, FILE_MAX);
    if (!g || !text) return 3;
    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        g->file = argv[i];
        g->line = 1;
        if (!f) die(g, "cannot be opened");
        size_t n = fread(text, 1, FILE_MAX - 1, f);
        fclose(f);
        if (n == FILE_MAX - 1) die(g, "larger than %d bytes", FILE_MAX);
        text[n] = 0;
        g->p = text;
        one_file(g);
    }
    free(text);
    free(g);
    return fflush(stdout) == 0 ? 0 : 3;
}
