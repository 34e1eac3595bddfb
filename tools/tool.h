/* What lint and depcheck share: the files of a tree, and C text without its comments and literals. */
#ifndef TOOLS_TOOL_H
#define TOOLS_TOOL_H
#include <ctype.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOOL_FILES = 5000, TOOL_BYTES = 1 << 22 };

struct file {
    char *path;
    char *raw;  /* as it is, with a closing NUL */
    char *code; /* the same length: comments, strings and characters are blanks, line ends stay */
    size_t n;
};

struct files {
    struct file v[TOOL_FILES];
    size_t n;
};

static inline int ends_with(const char *s, const char *end)
{
    size_t a = strlen(s), b = strlen(end);
    return a >= b && strcmp(s + a - b, end) == 0;
}

static inline int is_c(const char *path) { return ends_with(path, ".c") || ends_with(path, ".h"); }

static inline int is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

static inline void tool_die(const char *path, const char *why)
{
    fprintf(stderr, "%s: %s\n", path, why);
    exit(3);
}

/* Blank p[0..n) but for the ends of lines. */
static inline void blank(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != '\n') p[i] = ' ';
}

/* Length of the comment or literal that begins at p, 0 when none does. */
static inline size_t hidden_len(const char *p)
{
    size_t n = 1;
    if (p[0] == '/' && p[1] == '/') return strcspn(p, "\n");
    if (p[0] == '/' && p[1] == '*') {
        const char *end = strstr(p + 2, "*/");
        return end ? (size_t)(end - p) + 2 : strlen(p);
    }
    if (p[0] != '"' && p[0] != '\'') return 0;
    while (p[n] && p[n] != p[0] && p[n] != '\n') n += p[n] == '\\' && p[n + 1] ? 2 : 1;
    return p[n] == p[0] ? n + 1 : n;
}

static inline void hide(char *code)
{
    for (char *p = code; *p;) {
        size_t n = hidden_len(p);
        blank(p, n);
        p += n ? n : 1;
    }
}

static inline void load(struct files *fs, const char *path)
{
    if (fs->n == TOOL_FILES) tool_die(path, "too many files");
    struct file *f = &fs->v[fs->n++];
    FILE *in = fopen(path, "rb");
    f->raw = malloc(TOOL_BYTES);
    if (!in || !f->raw) tool_die(path, "cannot be read");
    f->n = fread(f->raw, 1, TOOL_BYTES - 1, in);
    fclose(in);
    if (f->n == TOOL_BYTES - 1) tool_die(path, "larger than the tools read");
    f->raw[f->n] = 0;
    f->raw = realloc(f->raw, f->n + 1);
    f->code = f->raw ? strdup(f->raw) : NULL;
    f->path = strdup(path);
    if (!f->code || !f->path) tool_die(path, "out of memory");
    if (is_c(path)) hide(f->code);
}

static inline int by_name(const FTSENT **a, const FTSENT **b) { return strcmp((*a)->fts_name, (*b)->fts_name); }

/* Every file below dir whose name ends in one of the endings (NULL at the end), in order. No dir: no files. */
static inline void load_tree(struct files *fs, char *dir, const char *const *endings)
{
    char *roots[] = {dir, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    if (!walk) tool_die(dir, "cannot be listed");
    for (FTSENT *at; (at = fts_read(walk)) != NULL;) {
        if (at->fts_info == FTS_D && (strcmp(at->fts_name, "corpus") == 0 || strcmp(at->fts_name, "gen") == 0 ||
                                      strcmp(at->fts_name, "node_modules") == 0))
            fts_set(walk, at, FTS_SKIP);
        for (size_t i = 0; at->fts_info == FTS_F && endings[i]; i++)
            if (ends_with(at->fts_path, endings[i])) {
                load(fs, at->fts_path);
                break;
            }
    }
    fts_close(walk);
}

static inline void free_files(struct files *fs)
{
    for (size_t i = 0; i < fs->n; i++) free(fs->v[i].path), free(fs->v[i].raw), free(fs->v[i].code);
    free(fs);
}
#endif
