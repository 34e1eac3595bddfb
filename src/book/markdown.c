/* Only what a book needs of CommonMark: ATX headings and fences. */
#include "book/markdown.h"

static struct str file_title(const char *file)
{
    struct str s = str_from(file);
    size_t from = s.n;
    while (from > 0 && s.p[from - 1] != '/') from--;
    s = str_sub(s, from, s.n);
    return str_ends(s, STR(".md")) ? str_sub(s, 0, s.n - 3) : s;
}

struct markdown markdown_begin(struct str text, const char *file, struct arena *arena)
{
    struct markdown md = {.rest = text, .at = {.file = file, .line = 1, .col = 1}, .arena = arena};
    if (str_starts(text, STR("\xEF\xBB\xBF"))) md.rest = str_sub(text, 3, text.n);
    md.top = file_title(file);
    md.heading_at = md.at;
    return md;
}

static struct str next_line(struct markdown *md)
{
    size_t n = 0;
    while (n < md->rest.n && md->rest.p[n] != '\n') n++;
    struct str line = {md->rest.p, n};
    size_t skip = n < md->rest.n ? n + 1 : n;
    md->rest = (struct str){md->rest.p + skip, md->rest.n - skip};
    md->at.line++;
    return line;
}

/* At most three blanks may stand before a heading or a fence. */
static struct str unindent(struct str line)
{
    size_t i = 0;
    while (i < 3 && i < line.n && line.p[i] == ' ') i++;
    return str_sub(line, i, line.n);
}

static size_t run(struct str s, char c)
{
    size_t n = 0;
    while (n < s.n && s.p[n] == c) n++;
    return n;
}

static bool heading(struct markdown *md, struct str line)
{
    struct str s = unindent(line);
    size_t level = run(s, '#');
    if (level == 0 || level > HEADING_LEVELS) return false;
    if (level < s.n && s.p[level] != ' ' && s.p[level] != '\t' && s.p[level] != '\r') return false;
    s = str_trim(str_sub(s, level, s.n));
    size_t n = s.n;
    while (n > 0 && s.p[n - 1] == '#') n--;
    if (n == 0 || s.p[n - 1] == ' ') s = str_trim(str_sub(s, 0, n));
    md->levels[level - 1] = s;
    for (size_t i = level; i < HEADING_LEVELS; i++) md->levels[i] = STR("");
    md->section++;
    md->heading_at = (struct pos){md->at.file, md->at.line - 1, 1};
    return true;
}

static struct str heading_path(struct markdown *md)
{
    static const char between[] = " / ";
    size_t n = 0;
    for (size_t i = 0; i < HEADING_LEVELS; i++) n += md->levels[i].n ? md->levels[i].n + 3 : 0;
    if (n == 0) return md->top;
    char *p = arena_alloc(md->arena, n);
    if (!p) return md->top;
    n = 0;
    for (size_t i = 0; i < HEADING_LEVELS; i++) {
        struct str s = md->levels[i];
        if (s.n == 0) continue;
        if (n > 0) memcpy(p + n, between, 3), n += 3;
        memcpy(p + n, s.p, s.n);
        n += s.n;
    }
    return (struct str){p, n};
}

static bool policy_info(struct str info)
{
    info = str_trim(info);
    size_t n = 0;
    while (n < info.n && info.p[n] != ' ' && info.p[n] != '\t' && info.p[n] != '{') n++;
    return str_eq_nocase(str_sub(info, 0, n), STR("policy"));
}

/* A fence that begins with the line: its character and length, and whether it is ours. */
static size_t opens(struct str line, char *mark, bool *policy)
{
    struct str s = unindent(line);
    *mark = s.n && s.p[0] == '~' ? '~' : '`';
    size_t n = run(s, *mark);
    struct str info = str_sub(s, n, s.n);
    if (n < 3 || (*mark == '`' && str_find(info, STR("`"), 0) != SIZE_MAX)) return 0;
    *policy = policy_info(info);
    return n;
}

static bool closes(struct str line, char mark, size_t n)
{
    struct str s = unindent(line);
    size_t have = run(s, mark);
    return have >= n && str_trim(str_sub(s, have, s.n)).n == 0;
}

/* "- ```policy", or indented: Markdown reads no fence at the margin, and neither would we. */
static void report_hidden(const struct markdown *md, struct str line, struct diags *d)
{
    size_t at = str_find(line, STR("```"), 0);
    if (at == SIZE_MAX || !policy_info(str_sub(line, at + 3, line.n))) return;
    for (size_t i = 0; i < at; i++)
        if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '>' && line.p[i] != '-' && line.p[i] != '*') return;
    diag_add(d, DIAG_ERROR, (struct pos){md->at.file, md->at.line - 1, 1},
             "this policy block is indented or part of a list and would not be read. Begin its line with ```policy.",
             "这个 policy 代码块有缩进或在列表里，不会被读取。请让这一行以 ```policy 开头。");
}

/* A policy block behind a fence that was never closed would be taken for a part of that one. */
static void report_swallowed(const struct markdown *md, struct str line, char mark, size_t n, struct diags *d)
{
    char inner;
    bool policy = false;
    if (opens(line, &inner, &policy) < n || inner != mark || !policy) return;
    diag_add(d, DIAG_ERROR, (struct pos){md->at.file, md->at.line - 1, 1},
             "this policy block begins inside another code block and would not be read. Close that one before it.",
             "这个 policy 代码块写在另一个没有结束的代码块里，不会被读取。请先结束前一个代码块。");
}

static bool read_fence(struct markdown *md, char mark, size_t n, struct diags *d, struct fence *out)
{
    out->at = md->at;
    out->text = (struct str){md->rest.p, 0};
    while (md->rest.n > 0) {
        struct str line = next_line(md);
        if (closes(line, mark, n)) return true;
        report_swallowed(md, line, mark, n, d);
        out->text.n = (size_t)(md->rest.p - out->text.p);
    }
    return false;
}

bool markdown_next(struct markdown *md, struct diags *d, struct fence *out)
{
    while (md->rest.n > 0) {
        struct str line = next_line(md);
        char mark;
        bool policy = false;
        size_t n = opens(line, &mark, &policy);
        if (n == 0) {
            if (!heading(md, line)) report_hidden(md, line, d);
            continue;
        }
        struct pos at = {md->at.file, md->at.line - 1, 1};
        bool closed = read_fence(md, mark, n, d, out);
        if (!policy) continue;
        if (!closed)
            diag_add(d, DIAG_ERROR, at,
                     "the policy block that begins here is not closed. Write ``` behind its last line.",
                     "从这里开始的 policy 代码块没有结束。请在最后一行之后写 ```。");
        out->heading = heading_path(md);
        out->section = md->section;
        out->heading_at = md->heading_at;
        return true;
    }
    return false;
}
