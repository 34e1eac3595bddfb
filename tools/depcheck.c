/* depcheck DIR: every #include "x/y.h" below DIR keeps to the order of the folders; *_int.h stays in its folder; only
 * store knows SQLite; headers include each other in no circle. Prints each break and exits with 1. */
#include "tool.h"

enum { NAME_LEN = 120 };

/* A folder and those it may include besides itself. */
static const struct rule {
    const char *folder, *may;
} RULES[] = {
    {"base", " "},
    {"ident", " base "},
    {"columns", " base "},
    {"book", " base ident columns "},
    {"rules", " base ident columns book "},
    {"store", " base ident columns "},
    {"ingest", " base ident columns book rules store "},
    {"sheet", " base ingest "},
    {"match", " base ident columns book rules store ingest sheet "},
    {"screen", " base ident columns book rules store ingest sheet match "},
    {"app", " base ident columns book rules store ingest sheet match screen "},
};

struct edge {
    size_t from, to, line; /* files by index, the line in from */
};

struct graph {
    struct files *fs;
    const char *root;
    struct edge *edges;
    size_t n_edges;
    char *state; /* of a file in the search for circles: 0 new, 1 on the path, 2 done */
    size_t bad;
};

static void report(struct graph *g, const char *path, size_t line, const char *what, const char *mend)
{
    printf("%s:%zu: %s; %s\n", path, line, what, mend);
    g->bad++;
}

/* "a" of "a/b.h" */
static void folder_of(const char *path, char out[NAME_LEN])
{
    size_t n = strcspn(path, "/");
    if (n >= NAME_LEN || path[n] != '/') n = 0;
    memcpy(out, path, n);
    out[n] = 0;
}

static const struct rule *rule_of(const char *folder)
{
    for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++)
        if (strcmp(RULES[i].folder, folder) == 0) return &RULES[i];
    return NULL;
}

static void check_edge(struct graph *g, const char *path, size_t line, const char *from, const char *name)
{
    char to[NAME_LEN], what[4 * NAME_LEN], word[NAME_LEN + 2];
    folder_of(name, to);
    const struct rule *r = rule_of(from);
    if (!r) report(g, path, line, "a folder without a rule", "give it its place in tools/depcheck.c");
    if (!r || !to[0] || strcmp(from, to) == 0) return;
    snprintf(word, sizeof word, " %.*s ", NAME_LEN - 4, to);
    snprintf(what, sizeof what, "%s includes %s (%s)", from, to, name);
    if (!strstr(r->may, word))
        report(g, path, line, what, "the order of folders forbids it: move what is shared to the lower one");
    else if (ends_with(name, "_int.h"))
        report(g, path, line, what, "*_int.h is private to its folder: use the public header");
}

static void add_edge(struct graph *g, size_t from, size_t line, const char *name)
{
    char path[4 * NAME_LEN];
    snprintf(path, sizeof path, "%s/%s", g->root, name);
    for (size_t i = 0; i < g->fs->n; i++)
        if (strcmp(g->fs->v[i].path, path) == 0) {
            g->edges = realloc(g->edges, (g->n_edges + 1) * sizeof *g->edges);
            if (!g->edges) tool_die(path, "out of memory");
            g->edges[g->n_edges++] = (struct edge){from, i, line};
        }
}

/* The name in an include directive; code shows that the line is no comment. Returns '"', '<' or 0. */
static char include_name(const char *raw, const char *code, char name[NAME_LEN])
{
    size_t i = strspn(code, " \t");
    if (code[i] != '#') return 0;
    i += 1 + strspn(code + i + 1, " \t");
    if (strncmp(code + i, "include", 7) != 0) return 0;
    i += 7 + strspn(raw + i + 7, " \t");
    char open = raw[i];
    if (open != '"' && open != '<') return 0;
    size_t n = strcspn(raw + i + 1, open == '<' ? ">\n" : "\"\n");
    if (n >= NAME_LEN) n = NAME_LEN - 1;
    memcpy(name, raw + i + 1, n);
    name[n] = 0;
    return open;
}

static void check_file(struct graph *g, size_t index)
{
    const struct file *f = &g->fs->v[index];
    char from[NAME_LEN], name[NAME_LEN];
    folder_of(f->path + strlen(g->root) + 1, from);
    size_t line = 1;
    for (size_t i = 0; i < f->n; line++) {
        char kind = include_name(f->raw + i, f->code + i, name);
        if (kind == '<' && strcmp(name, "sqlite3.h") == 0 && strcmp(from, "store") != 0)
            report(g, f->path, line, "sqlite3.h outside store", "go through store's headers");
        if (kind == '"') {
            check_edge(g, f->path, line, from, name);
            add_edge(g, index, line, name);
        }
        i += strcspn(f->raw + i, "\n") + 1;
    }
}

/* Depth first; the depth is at most the number of files. */
static void find_circle(struct graph *g, size_t at)
{
    g->state[at] = 1;
    for (size_t i = 0; i < g->n_edges; i++) {
        const struct edge *e = &g->edges[i];
        if (e->from != at || g->state[e->to] == 2) continue;
        if (g->state[e->to] == 0) find_circle(g, e->to);
        else
            report(g, g->fs->v[at].path, e->line, "closes a circle of includes",
                   "declare the struct instead of including its header");
    }
    g->state[at] = 2;
}

int main(int argc, char **argv)
{
    static const char *const endings[] = {".c", ".h", ".def", NULL};
    struct graph g = {.fs = calloc(1, sizeof *g.fs), .root = argc > 1 ? argv[1] : "src"};
    char *root = strdup(g.root);
    if (!g.fs || !root) return 3;
    load_tree(g.fs, root, endings);
    g.state = calloc(g.fs->n + 1, 1);
    if (!g.state) return 3;
    for (size_t i = 0; i < g.fs->n; i++) check_file(&g, i);
    for (size_t i = 0; i < g.fs->n; i++)
        if (g.state[i] == 0) find_circle(&g, i);
    printf("depcheck: %zu files, %zu includes, %zu breaks\n", g.fs->n, g.n_edges, g.bad);
    int rc = g.fs->n == 0 || g.bad > 0;
    free(g.edges);
    free(g.state);
    free(root);
    free_files(g.fs);
    return rc;
}
