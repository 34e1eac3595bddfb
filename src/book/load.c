/* From folders and files to the tree: units first, over all files, because the lexer asks for them; then the fences. */
#include <sodium/crypto_generichash_blake2b.h>
#include "base/io.h"
#include "base/utf8.h"
#include "book/markdown.h"
#include "book/parse_int.h"

enum { LOAD_DEPTH_MAX = 4, HASH_BYTES = 32 };

/* A book about to be parsed; texts are in the arena. */
struct source {
    struct str dir;
    struct book_file *files;
    size_t n;
};

struct sources {
    struct source *v;
    size_t n;
};

void books_init(struct books *bs, struct arena *arena) { *bs = (struct books){.arena = arena}; }

bool books_add_decl(struct books *bs, struct decl *d)
{
    struct decl **v = list_room(bs->arena, bs->decls, bs->n_decls, sizeof *v);
    if (!v) return false;
    bs->decls = v;
    v[bs->n_decls++] = d;
    return true;
}

/* ---- units */

static bool units_of_fence(struct str text, struct intern *units)
{
    struct lexer lx = lex_begin(text, (struct pos){NULL, 1, 1}, NULL);
    struct token t[3] = {{.kind = TK_END}};
    do {
        t[0] = t[1];
        t[1] = t[2];
        t[2] = lex_next(&lx);
        if (t[0].kind == TK_IDENT && str_eq(t[0].text, STR("unit")) && t[1].kind == TK_IDENT &&
            t[2].kind == TK_STRING && intern_add(units, t[1].text) == UINT32_MAX)
            return false;
    } while (t[2].kind != TK_END);
    return true;
}

static bool units_of_source(const struct source *s, struct arena *arena, struct intern *units)
{
    struct diags silent;
    diags_init(&silent, arena, LANG_EN);
    for (size_t i = 0; i < s->n; i++) {
        struct markdown md = markdown_begin(s->files[i].text, s->files[i].name.p, arena);
        struct fence fence;
        while (markdown_next(&md, &silent, &fence))
            if (!units_of_fence(fence.text, units)) return false;
    }
    return true;
}

static bool units_of_books(const struct books *bs, struct intern *units)
{
    for (size_t i = 0; i < bs->n_decls; i++)
        if (bs->decls[i]->kind == D_UNIT && intern_add(units, bs->decls[i]->name.text) == UINT32_MAX) return false;
    return true;
}

/* ---- one book */

static struct parser parser_make(struct books *bs, struct diags *d, const struct fence *f, const struct intern *units)
{
    return (struct parser){.bs = bs, .arena = bs->arena, .diags = d, .lx = lex_begin(f->text, f->at, units)};
}

/* Citations are unique: a heading path belongs to one place. */
struct section {
    struct pos at; /* heading */
    bool reported;
};

static bool cite_once(struct intern *paths, struct section **v, const struct fence *f, struct arena *a, struct diags *d)
{
    size_t known = paths->n;
    uint32_t id = intern_add(paths, f->heading);
    if (id == UINT32_MAX) return false;
    if (id >= known) {
        struct section *bigger = list_room(a, *v, id, sizeof **v);
        if (!bigger) return false;
        *v = bigger;
        bigger[id] = (struct section){.at = f->heading_at};
        return true;
    }
    struct section *s = &(*v)[id];
    bool same = s->at.line == f->heading_at.line && str_eq(str_from(s->at.file), str_from(f->heading_at.file));
    if (!same && !s->reported) {
        struct str path = p_shown(f->heading);
        diag_add(d, DIAG_ERROR, f->heading_at,
                 "the heading \"%.*s\" stands over declarations here and at %s:%u, so a citation would not say which. "
                 "Rename one.",
                 "标题“%.*s”在这里和 %s:%u 下都有声明，引用时无法区分。请改其中一个。", STR_ARG(path), s->at.file,
                 s->at.line);
        s->reported = true;
    }
    return true;
}

struct citations {
    struct intern paths;
    struct section *sections;
};

static bool parse_file(struct books *bs, uint32_t book, const struct book_file *file, const struct intern *units,
                       struct citations *c, struct diags *d)
{
    size_t bad = utf8_first_bad(file->text);
    struct markdown md = markdown_begin(file->text, file->name.p, bs->arena);
    if (bad < file->text.n) {
        uint32_t line = 1;
        for (size_t i = 0; i < bad; i++) line += file->text.p[i] == '\n';
        diag_add(d, DIAG_ERROR, (struct pos){file->name.p, line, 1}, "this line is not UTF-8. Save the file as UTF-8.",
                 "这一行不是 UTF-8 编码。请把文件另存为 UTF-8。");
        return true;
    }
    struct fence fence;
    while (markdown_next(&md, d, &fence)) {
        size_t before = bs->n_decls;
        struct parser p = parser_make(bs, d, &fence, units);
        parse_fence(&p, book, fence.heading);
        if (bs->n_decls > before && !cite_once(&c->paths, &c->sections, &fence, bs->arena, d)) return false;
        if (arena_failed(bs->arena)) return false;
    }
    return true;
}

static struct str text_hash(const struct source *s, struct arena *a)
{
    unsigned char hash[HASH_BYTES];
    crypto_generichash_blake2b_state state;
    static const char digits[] = "0123456789abcdef";
    if (crypto_generichash_blake2b_init(&state, NULL, 0, sizeof hash)) return STR("");
    for (size_t i = 0; i < s->n; i++) {
        struct str name = s->files[i].name;
        while (str_find(name, STR("/"), 0) != SIZE_MAX) name = str_sub(name, str_find(name, STR("/"), 0) + 1, name.n);
        uint64_t sizes[2] = {name.n, s->files[i].text.n};
        unsigned char head[16];
        for (size_t b = 0; b < sizeof head; b++) head[b] = (unsigned char)(sizes[b / 8] >> (8 * (b % 8)));
        (void)crypto_generichash_blake2b_update(&state, head, sizeof head);
        (void)crypto_generichash_blake2b_update(&state, (const unsigned char *)name.p, name.n);
        (void)crypto_generichash_blake2b_update(&state, (const unsigned char *)s->files[i].text.p, s->files[i].text.n);
    }
    (void)crypto_generichash_blake2b_final(&state, hash, sizeof hash);
    char *hex = arena_alloc(a, 2 * sizeof hash);
    if (!hex) return STR("");
    for (size_t i = 0; i < sizeof hash; i++) {
        hex[2 * i] = digits[hash[i] >> 4];
        hex[2 * i + 1] = digits[hash[i] & 15];
    }
    return (struct str){hex, 2 * sizeof hash};
}

/* Exactly one `book` a folder; its name goes into the citations. */
static void find_head(struct books *bs, struct book *b, size_t first, const struct source *s, struct diags *d)
{
    b->name = b->label = s->dir;
    for (size_t i = first; i < bs->n_decls; i++) {
        struct decl *x = bs->decls[i];
        if (x->kind != D_BOOK) continue;
        if (b->head)
            diag_add(d, DIAG_ERROR, x->at,
                     "a second \"book\" in one folder; the first is at %s:%u. Keep one, or move the other to a folder "
                     "of its own.",
                     "同一文件夹里有第二个 book；第一个在 %s:%u。请只留一个，或把另一个移到自己的文件夹。",
                     b->head->at.file, b->head->at.line);
        else b->head = x;
    }
    if (b->head) {
        b->name = b->head->name.text;
        b->label = b->head->label;
    } else if (d->errors == 0) {
        const char *file = s->n ? s->files[0].name.p : NULL;
        diag_add(
            d, DIAG_ERROR, (struct pos){file, file ? 1 : 0, 1},
            "the book in this folder does not say what it is. Add: book NAME \"label\" { jurisdiction 00 issued "
            "2026-01-01 }.",
            "这个文件夹里的政策册没有说明自己。请加上：book 名称 \"标签\" { jurisdiction 00 issued 2026-01-01 }。");
    }
    for (size_t i = first; i < bs->n_decls; i++) bs->decls[i]->cite.book = b->name;
}

static enum rc parse_source(struct books *bs, const struct source *s, const struct intern *units, struct diags *d,
                            struct err *e)
{
    struct book *books = list_room(bs->arena, bs->v, bs->n, sizeof *books);
    if (!books) return err_nomem(e);
    bs->v = books;
    struct book *b = &books[bs->n];
    *b = (struct book){.dir = s->dir, .files = s->files, .n_files = s->n, .text_hash = text_hash(s, bs->arena)};
    uint32_t index = (uint32_t)bs->n++;
    size_t bytes = 0, first = bs->n_decls;
    for (size_t i = 0; i < s->n; i++) bytes += s->files[i].text.n;
    struct citations c = {.sections = NULL};
    intern_init(&c.paths, bs->arena);
    bool ok = true;
    if (bytes > BOOK_BYTES_MAX)
        diag_add(d, DIAG_ERROR, (struct pos){s->files[0].name.p, 1, 1},
                 "the book has %zu bytes, at most %zu are read. Split it in two books.",
                 "政策册有 %zu 字节，最多读取 %zu 字节。请分成两册。", bytes, BOOK_BYTES_MAX);
    else
        for (size_t i = 0; i < s->n && ok; i++) ok = parse_file(bs, index, &s->files[i], units, &c, d);
    intern_fini(&c.paths);
    if (!ok || arena_failed(bs->arena)) return err_nomem(e);
    find_head(bs, b, first, s, d);
    return arena_failed(bs->arena) ? err_nomem(e) : RC_OK;
}

static enum rc parse_sources(struct books *bs, const struct sources *all, struct diags *d, struct err *e)
{
    struct intern units;
    intern_init(&units, bs->arena);
    bool ok = units_of_books(bs, &units);
    for (size_t i = 0; i < all->n && ok; i++) ok = units_of_source(&all->v[i], bs->arena, &units);
    enum rc rc = ok ? RC_OK : err_nomem(e);
    for (size_t i = 0; i < all->n && rc == RC_OK; i++) rc = parse_source(bs, &all->v[i], &units, d, e);
    intern_fini(&units);
    return rc;
}

static bool keep_file(struct arena *a, const struct book_file *from, struct book_file *to)
{
    const char *name = str_z(a, from->name);
    to->name = str_from(name);
    to->text = from->text.n ? str_dup(a, from->text) : STR("");
    return name && to->text.p;
}

enum rc book_parse(struct books *bs, struct str dir, const struct book_file *files, size_t n, struct diags *d,
                   struct err *e)
{
    struct source s = {.dir = dir.n ? str_dup(bs->arena, dir) : STR(""), .n = n};
    if (n > 0 && !(s.files = ARENA_ARRAY(bs->arena, struct book_file, n))) return err_nomem(e);
    for (size_t i = 0; i < n; i++)
        if (!keep_file(bs->arena, &files[i], &s.files[i])) return err_nomem(e);
    return parse_sources(bs, &(struct sources){&s, 1}, d, e);
}

enum rc books_copy(const struct books *from, struct books *to, struct diags *d, struct err *e)
{
    struct sources all = {.v = ARENA_ARRAY(to->arena, struct source, from->n + 1), .n = from->n};
    if (!all.v) return err_nomem(e);
    for (size_t i = 0; i < from->n; i++) {
        const struct book *b = &from->v[i];
        all.v[i] = (struct source){.dir = b->dir, .n = b->n_files};
        if (b->n_files && !(all.v[i].files = ARENA_ARRAY(to->arena, struct book_file, b->n_files))) return err_nomem(e);
        for (size_t k = 0; k < b->n_files; k++)
            if (!keep_file(to->arena, &b->files[k], &all.v[i].files[k])) return err_nomem(e);
    }
    return parse_sources(to, &all, d, e);
}

struct expr *expr_parse(struct books *bs, struct str text, const char *file, struct diags *d)
{
    struct intern units;
    intern_init(&units, bs->arena);
    struct fence f = {.text = str_dup(bs->arena, text), .at = {file, 1, 1}};
    struct parser p = parser_make(bs, d, &f, &units);
    struct expr *e = NULL;
    if (units_of_books(bs, &units) && f.text.p) {
        p.cur = (struct token){.kind = TK_COMMA};
        p_advance(&p);
        e = p_expr(&p);
        if (e && p.cur.kind != TK_END) e = p_unexpected(&p, "the end of the expression", "表达式的结尾") ? e : NULL;
    }
    intern_fini(&units);
    return e;
}

/* ---- folders */

static bool is_book_file(const char *name)
{
    struct str s = str_from(name);
    return str_ends(s, STR(".md")) && s.p[0] != '.' && !str_eq_nocase(str_sub(s, 0, 6), STR("readme"));
}

static enum rc read_book(struct arena *a, const char *dir, const char **names, size_t n, struct source *out,
                         struct err *e)
{
    struct buf b;
    enum rc rc = RC_OK;
    size_t total = 0;
    out->dir = str_dup(a, str_from(dir));
    out->files = ARENA_ARRAY(a, struct book_file, n);
    if (!out->files || !out->dir.p) return err_nomem(e);
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        if (!is_book_file(names[i])) continue;
        const char *path = io_join(a, dir, names[i]);
        buf_init(&b, BOOK_BYTES_MAX - total);
        rc = path ? io_read_file(path, &b, e) : err_nomem(e);
        total += b.n;
        struct book_file file = {str_from(path), buf_str(&b)};
        if (rc == RC_OK && !keep_file(a, &file, &out->files[out->n++])) rc = err_nomem(e);
        buf_fini(&b);
    }
    return rc;
}

static enum rc find_books(struct arena *a, const char *dir, unsigned depth, struct sources *all, struct err *e)
{
    const char **names;
    size_t n, files = 0;
    TRY(io_list_dir(a, dir, &names, &n, e));
    for (size_t i = 0; i < n; i++) files += is_book_file(names[i]);
    if (files > 0) {
        all->v = list_room(a, all->v, all->n, sizeof *all->v);
        if (!all->v) return err_nomem(e);
        all->v[all->n] = (struct source){0};
        return read_book(a, dir, names, n, &all->v[all->n++], e);
    }
    for (size_t i = 0; i < n && depth < LOAD_DEPTH_MAX; i++) {
        const char *path = io_join(a, dir, names[i]);
        if (!path) return err_nomem(e);
        if (names[i][0] != '.' && io_is_dir(path)) TRY(find_books(a, path, depth + 1, all, e));
    }
    return RC_OK;
}

enum rc books_load(struct books *bs, const char *const *dirs, size_t n, struct diags *d, struct err *e)
{
    struct sources all = {0};
    for (size_t i = 0; i < n; i++) {
        size_t before = all.n;
        TRY(find_books(bs->arena, dirs[i], 0, &all, e));
        if (all.n == before)
            return err_set(
                e, RC_INPUT, pos_none(),
                "there is no policy book in \"%s\": no folder there has a .md file (README aside). Check the path.",
                "“%s”里没有政策册：其中没有任何文件夹含 .md 文件（README 除外）。请检查路径。", dirs[i]);
    }
    return parse_sources(bs, &all, d, e);
}
