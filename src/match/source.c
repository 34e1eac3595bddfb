#include "match/source.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/utf8.h"
#include "ident/citizen_id.h"
#include "match/import_int.h"
#include "match/layout.h"
#include "match/sheet_copies.h"
#include "match/sheet_heads.h"
#include "match/source_int.h"
#include "sheet/recast.h"
#include "sheet/sheet.h"

enum {
    HASH_PIECE = 256 * 1024,
    PART_BYTES = 4 * 1024 * 1024,
    SHEET_PART_BYTES = 512 * 1024, /* of a workbook's text: a thread has two such parts in memory */
    KNOWN_LEAST = 2,
    REMARK_CELLS = 2,       /* a row of more is a table's */
    TEXT_LOOK = 1024 * 1024 /* bytes of a text by which its dataset is found */
};
#define LOOK_ARENA_MAX MIB(256)

/* What the first rows of a sheet say. */
struct look {
    struct str text;
    uint32_t rows, head_end; /* rows seen; row of the last one of its header */
    size_t known;            /* columns of the header with a known name */
    struct sheet_head head;
    struct sheet_rows body; /* those of the first rows that are below it */
    bool hidden, chart, wanted;
    struct dataset_rank *rank; /* without a plan */
    size_t n_rank;
    uint32_t widest; /* cells of the row that has most */
    size_t table;    /* that it is in, from 1; 0: none yet */
    bool people;     /* a cell of its first rows is the ID of a person */
    struct str key;  /* of a list of errors that came back; empty: it is none */
    struct money_said said;
};

struct choice {
    struct sheet_book *book;
    const struct source_options *o;
    const struct plan *pl;
    struct look *look;
    size_t n;
    struct arena *a;
};

/* ---- the file */

static enum rc open_fd(const struct source_options *o, int *fd, struct err *e)
{
    struct stat st;
    struct pos at = {.file = o->name};
    *fd = o->fd >= 0 ? fcntl(o->fd, F_DUPFD_CLOEXEC, 0) : open(o->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0 || fstat(*fd, &st)) {
        const char *w = err_os(errno, e);
        return err_set(e, RC_ENV, at, "cannot read the file: %s", "无法读取文件：%s", w);
    }
    if (S_ISREG(st.st_mode)) return RC_OK;
    return err_set(e, RC_INPUT, at, "not a regular file", "不是普通文件");
}

/* The bytes from..to of the file, or as far as it goes, in blocks of `part` bytes. plain may be NULL. */
static enum rc hash_all(struct file_hash *h, struct file_hash *plain, int fd, uint64_t from, uint64_t to, size_t part,
                        const char *name, struct err *e)
{
    char *piece = mem_alloc(HASH_PIECE);
    uint64_t at = from;
    ssize_t n = 1;
    if (!piece) return err_nomem(e);
    while (n > 0 && at < to) {
        uint64_t want = part - (at - from) % part;
        if (want > HASH_PIECE) want = HASH_PIECE;
        if (want > to - at) want = to - at;
        n = pread(fd, piece, (size_t)want, (off_t)at);
        struct str got = str_make(piece, n > 0 ? (size_t)n : 0);
        file_hash_bytes(h, (size_t)((at - from) / part), got);
        if (plain) file_hash_bytes(plain, (size_t)((at - from) / part), got);
        at += got.n;
    }
    mem_free(piece);
    return n < 0 ? err_set(e, RC_ENV, (struct pos){.file = name}, "reading failed", "读取失败") : RC_OK;
}

/* As the first reading shows it: blocks of so many characters, where two bytes are one. */
static enum rc hash_text(struct source *s, const struct source_options *o, struct err *e)
{
    const struct text_source *t = &s->file.src;
    unsigned unit = t->encoding == TEXT_UTF16LE || t->encoding == TEXT_UTF16BE ? 2 : 1;
    uint64_t shown = (t->size - t->bom) / unit * unit;
    size_t part = o->part_bytes ? o->part_bytes : PART_BYTES;
    TRY(file_hash_new(&s->plain, t->fd, part, NULL, e));
    return hash_all(s->plain, NULL, t->fd, t->bom, t->bom + shown, part * unit, o->name, e);
}

enum rc source_plain_hash(struct source *s, const struct source_options *o, uint8_t out[DELIVERY_HASH_BYTES],
                          struct err *e)
{
    int64_t bytes;
    if (!s->is_sheets) TRY(hash_text(s, o, e));
    enum rc rc = file_hash_end(s->plain, out, &bytes, e);
    file_hash_free(s->plain);
    s->plain = NULL;
    return rc;
}

/* ---- which sheets */

static uint32_t widest_row(const struct csv_file *f)
{
    uint32_t most = 0;
    for (size_t r = 0; r < f->n_head; r++) {
        uint32_t filled = 0;
        for (uint32_t c = 0; c < f->head[r].cells; c++) filled += f->head[r].cell[c].n > 0;
        if (filled > most) most = filled;
    }
    return most;
}

static bool has_people(const struct csv_file *f)
{
    struct id_rule rule = id_rule_make(date_make(2100, 1, 1));
    struct citizen_id id;
    for (size_t r = 0; r < f->n_head; r++)
        for (uint32_t c = 0; c < f->head[r].cells; c++)
            if (citizen_id_parse(str_trim(f->head[r].cell[c]), &rule, &id) == ID_OK) return true;
    return false;
}

/* The names stand in the file. */
static enum rc keep_names(struct choice *c, const struct head_found *h, struct look *l, struct err *e)
{
    struct str *name = ARENA_ARRAY(c->a, struct str, h->columns + 1);
    for (uint32_t i = 0; name && i < h->columns; i++) name[i] = h->name[i].n ? str_dup(c->a, h->name[i]) : STR("");
    if (arena_failed(c->a)) return err_nomem(e);
    return sheet_head_read(&l->head, c->pl, name, h->columns, c->a, e);
}

static enum rc look_for(struct choice *c, const struct csv_file *f, struct str title, struct look *l, struct err *e)
{
    struct head_found h = {0};
    if (c->pl) {
        TRY(table_find_head(f, c->pl, c->a, &h, e));
        l->known = h.rows ? h.known : 0;
    } else {
        TRY(table_rank(c->o->policy, f, title, c->a, &l->rank, &l->n_rank, &h, e));
        l->known = l->n_rank ? l->rank[0].matched : 0;
    }
    l->said = h.said;
    l->widest = widest_row(f);
    l->people = has_people(f);
    TRY(keep_names(c, &h, l, e));
    l->head_end = h.rows ? f->head[h.first + h.rows - 1].line : 0;
    return sheet_rows_read(&l->body, f, h.first + (h.rows ? h.rows : 1), c->a, e);
}

/* Its first key, when it is a list of errors; p NULL when out of memory. */
static struct str key_of(const struct csv_file *f, struct arena *a)
{
    uint32_t at = UINT32_MAX;
    for (size_t r = 0; r < f->n_head; r++) {
        const struct csv_head_row *row = &f->head[r];
        if (at < row->cells && str_trim(row->cell[at]).n) return str_dup(a, str_trim(row->cell[at]));
        for (uint32_t c = 0; c < row->cells; c++)
            if (str_eq(str_trim(row->cell[c]), STR(ERROR_KEY_NAME))) at = c;
    }
    return STR("");
}

static enum rc look_head(struct choice *c, struct str title, struct look *l, struct err *e)
{
    struct csv_file f;
    struct csv_options o = {.delim = ',', .encoding = TEXT_UTF8, .threads = 1, .sparse = true};
    struct err why = {0};
    enum rc rc = csv_file_from_bytes(&f, c->o->name, l->text, &o, &why);
    if (rc == RC_NOMEM) return err_nomem(e);
    if (rc) return RC_OK; /* no row that could be a header */
    rc = look_for(c, &f, title, l, e);
    l->key = key_of(&f, c->a);
    csv_file_close(&f);
    return rc || l->key.p ? rc : err_nomem(e);
}

static enum rc look_at_sheets(struct choice *c, struct err *e)
{
    c->n = sheet_book_count(c->book);
    c->look = ARENA_ARRAY(c->a, struct look, c->n + 1);
    if (!c->look) return err_nomem(e);
    for (size_t i = 0; i < c->n; i++) {
        struct sheet_info info = sheet_book_info(c->book, i);
        struct str text;
        c->look[i].hidden = info.hidden;
        c->look[i].chart = info.chart;
        if (info.chart) continue;
        TRY(sheet_book_peek(c->book, i, c->a, &text, &c->look[i].rows, e));
        c->look[i].text = text;
        if (c->look[i].rows) TRY(look_head(c, info.name, &c->look[i], e));
    }
    return RC_OK;
}

/* "A、B": the sheets that hold anything. */
static const char *names_of(const struct choice *c, char *to, size_t cap)
{
    size_t n = 0;
    to[0] = 0;
    for (size_t i = 0; i < c->n && n < cap; i++) {
        struct sheet_info info = sheet_book_info(c->book, i);
        if (!c->look[i].rows) continue;
        int k = snprintf(to + n, cap - n, "%s%.*s", n ? "、" : "", STR_ARG(info.name));
        n += k > 0 ? (size_t)k : 0;
    }
    return to;
}

static enum rc ask(const struct choice *c, const char *en, const char *zh, struct err *e)
{
    char names[400];
    const char *why = e && e->lang == LANG_EN ? en : zh;
    return err_set(e, RC_INPUT, (struct pos){.file = c->o->name},
                   "%s. Say which with --sheet NAME (or --sheet \"#2\"); those that hold anything: %s",
                   "%s。请用 --sheet 名称（或 --sheet \"#2\"）指明；有内容的工作表：%s", why,
                   names_of(c, names, sizeof names));
}

static size_t sheet_named(const struct choice *c, struct str name)
{
    int64_t number;
    name = str_trim(name);
    for (size_t i = 0; i < c->n; i++)
        if (str_eq(str_trim(sheet_book_info(c->book, i).name), name)) return i;
    if (name.n > 1 && name.p[0] == '#' && str_to_i64(str_sub(name, 1, name.n), 1, (int64_t)c->n, &number))
        return (size_t)number - 1;
    return SIZE_MAX;
}

/* Letter for letter, or the same columns otherwise. */
static bool one_table(const struct choice *c, const struct look *x, const struct look *y)
{
    if (!x->head_end || !y->head_end) return false;
    return sheet_heads_same(&x->head, &y->head) || sheet_heads_alike(c->pl, &x->head, &y->head);
}

static enum rc choose_named(struct choice *c, struct err *e)
{
    struct str rest = c->o->sheets, name;
    const struct look *first = NULL;
    while (str_cut(&rest, ',', &name)) {
        size_t i = sheet_named(c, name);
        if (i == SIZE_MAX || !c->look[i].rows)
            return ask(c, "the workbook has no such sheet, or it is empty", "工作簿里没有这个工作表，或它是空的", e);
        if (first && !one_table(c, first, &c->look[i]))
            return ask(c, "the sheets named have different columns; take them in one by one, the others with --adds",
                       "所指的工作表的列不同；请分别导入，其余的另加 --adds", e);
        if (!first) first = &c->look[i];
        c->look[i].wanted = true;
    }
    return RC_OK;
}

/* ---- sheets that are another one again */

enum { REPEATED_LEAST = 2 };

static enum rc ask_spare(const struct choice *c, size_t i, struct err *e)
{
    char en[400], zh[400];
    struct str name = utf8_clip(sheet_book_info(c->book, i).name, 120);
    (void)snprintf(en, sizeof en, "the sheet %.*s by its name is a backup or was set aside, and it has rows of its own",
                   STR_ARG(name));
    (void)snprintf(zh, sizeof zh, "工作表“%.*s”从名称看是备份或已作废的，里面有数据行", STR_ARG(name));
    return ask(c, en, zh, e);
}

static enum rc ask_repeated(const struct choice *c, size_t i, size_t of, uint32_t same, struct err *e)
{
    char en[600], zh[600];
    struct str name = utf8_clip(sheet_book_info(c->book, i).name, 120),
               other = utf8_clip(sheet_book_info(c->book, of).name, 120);
    (void)snprintf(en, sizeof en,
                   "%" PRIu32 " of the first %" PRIu32
                   " rows of the sheet %.*s stand in %.*s too: read together they would count twice",
                   same, c->look[i].body.n, STR_ARG(name), STR_ARG(other));
    (void)snprintf(zh, sizeof zh,
                   "工作表“%.*s”的前 %" PRIu32 " 行中有 %" PRIu32 " 行在“%.*s”里也有：一起读入会重复计算",
                   STR_ARG(name), c->look[i].body.n, same, STR_ARG(other));
    return ask(c, en, zh, e);
}

/* Of those that are to be read as one table (of a number, else those wanted). */
static bool is_of(const struct look *l, size_t table) { return l->wanted && (!table || l->table == table); }

static enum rc check_repeated(const struct choice *c, size_t table, size_t i, struct err *e)
{
    const struct look *y = &c->look[i];
    for (size_t k = 0; k < c->n; k++) {
        const struct look *x = &c->look[k];
        if (k == i || !is_of(x, table)) continue;
        uint32_t same = sheet_rows_repeated(&x->head, &x->body, &y->head, &y->body);
        bool named = sheet_name_is_copy(sheet_book_info(c->book, i).name, sheet_book_info(c->book, k).name);
        if (same >= REPEATED_LEAST && 10 * same >= (named ? 2 : 8) * y->body.n) return ask_repeated(c, i, k, same, e);
    }
    return RC_OK;
}

/* A backup among the sheets of a table is no part of it, unless all of them are called so. */
static enum rc check_copies(const struct choice *c, size_t table, struct err *e)
{
    size_t n = 0, spare = 0, first = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (!is_of(&c->look[i], table) || !c->look[i].body.n) continue;
        n++;
        if (!sheet_name_is_spare(sheet_book_info(c->book, i).name)) continue;
        if (!spare++) first = i;
    }
    for (size_t i = c->n; n > 1 && i-- > 0;)
        if (is_of(&c->look[i], table)) TRY(check_repeated(c, table, i, e));
    return spare && spare < n ? ask_spare(c, first, e) : RC_OK;
}

/* A table spread over several sheets (by villages, or because it is long) has one header in all of them. */
static enum rc choose_fitting(struct choice *c, struct err *e)
{
    const struct look *best = NULL;
    size_t filled = 0;
    bool visible = false;
    for (size_t i = 0; i < c->n; i++) visible |= c->look[i].rows && !c->look[i].hidden;
    for (size_t i = 0; i < c->n; i++) {
        const struct look *l = &c->look[i];
        if (!l->rows || (visible && l->hidden)) continue;
        filled++;
        if (!best || l->known > best->known) best = l;
    }
    if (!best) return err_set(e, RC_INPUT, (struct pos){.file = c->o->name}, "the workbook is empty", "工作簿是空的");
    if (filled > 1 && best->known < KNOWN_LEAST)
        return ask(c, "the workbook has several sheets, and none of them has a header of this dataset",
                   "工作簿有多个工作表，都不像该数据集的表头", e);
    for (size_t i = 0; i < c->n; i++) {
        struct look *l = &c->look[i];
        if (!l->rows || (visible && l->hidden)) continue;
        l->wanted = l == best || one_table(c, best, l);
        if (!l->wanted && 10 * l->known >= 8 * best->known && best->known >= KNOWN_LEAST)
            return ask(c, "several sheets have headers of this dataset, and they differ",
                       "有多个工作表像该数据集的表头，但互不相同", e);
    }
    return check_copies(c, 0, e);
}

static enum rc list_left(const struct choice *c, struct sheet_places *p, struct err *e)
{
    p->left = ARENA_ARRAY(&p->arena, struct sheet_left, c->n + 1);
    if (!p->left) return err_nomem(e);
    for (size_t i = 0; i < c->n; i++) {
        struct sheet_info info = sheet_book_info(c->book, i);
        if (c->look[i].wanted) continue;
        p->left[p->n_left++] = (struct sheet_left){.name = info.name.n ? str_dup(&p->arena, info.name) : STR(""),
                                                   .rows = c->look[i].rows,
                                                   .hidden = info.hidden,
                                                   .not_named = c->o->sheets.n > 0,
                                                   .chart = info.chart};
    }
    return arena_failed(&p->arena) ? err_nomem(e) : RC_OK;
}

/* What column of the sheet each column of the text is. */
static enum rc keep_origin(const struct sheet_columns *c, uint32_t width, struct sheet_places *p, struct sheet_place *s,
                           struct err *e)
{
    uint32_t *origin = ARENA_ARRAY(&p->arena, uint32_t, width + 1);
    if (!origin) return err_nomem(e);
    for (uint32_t i = 0; i < c->n; i++)
        if (c->to[i] <= width) origin[c->to[i] - 1] = i + 1;
    for (uint32_t i = 0; i < c->n; i++) s->moved |= c->to[i] != i + 1;
    s->origin = origin;
    s->n_origin = width;
    return RC_OK;
}

/* The columns of all n sheets in the order of the first. */
static enum rc one_order(struct choice *c, size_t n, struct sheet_places *p, int *fd, struct err *e)
{
    const struct sheet_head **head = ARENA_ARRAY(c->a, const struct sheet_head *, n + 1);
    struct sheet_arranged to;
    const struct look *first = NULL;
    int again;
    if (!head) return err_nomem(e);
    n = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (!c->look[i].wanted) continue;
        if (!first) first = &c->look[i];
        head[n++] = &c->look[i].head;
    }
    TRY(sheet_heads_arrange(head, n, c->a, &to, e));
    if (!to.any) return RC_OK;
    uint32_t width = head[0]->columns + to.n_added;
    for (size_t i = 0; i < n; i++) TRY(keep_origin(&to.columns[i], width, p, &p->sheet[i], e));
    struct sheet_recast r = {.temp_dir = c->o->temp_dir,
                             .columns = to.columns,
                             .added = to.added,
                             .n_added = to.n_added,
                             .added_line = first->head_end,
                             .added_from = head[0]->columns + 1};
    TRY(sheet_recast(*fd, p, &r, &again, e));
    (void)close(*fd);
    *fd = again;
    return RC_OK;
}

static enum rc read_chosen(struct choice *c, struct sheet_places *p, int *fd, struct err *e)
{
    struct sheet_wanted *want = ARENA_ARRAY(c->a, struct sheet_wanted, c->n + 1);
    size_t n = 0;
    if (!want) return err_nomem(e);
    for (size_t i = 0; i < c->n; i++) {
        if (!c->look[i].wanted) continue;
        want[n] = (struct sheet_wanted){.sheet = i, .begin = n && c->look[i].head_end ? c->look[i].head_end + 1 : 0};
        n++;
    }
    TRY(sheet_book_text(c->book, want, n, fd, p, e));
    enum rc rc = one_order(c, n, p, fd, e);
    if (!rc) rc = list_left(c, p, e);
    if (!rc) return RC_OK;
    (void)close(*fd);
    sheet_places_fini(p);
    return rc;
}

static void say_units(const struct choice *c, struct money_said *said)
{
    for (size_t i = 0; i < c->n; i++) {
        if (!c->look[i].wanted) continue;
        money_said_join(said, &c->look[i].said);
        money_said_text(said, MONEY_SHEET, sheet_book_info(c->book, i).name);
    }
}

/* What besides the bytes makes it another delivery. */
static void note_in_hashes(struct source *s, struct str what)
{
    file_hash_bytes(s->hash, 0, what);
    if (s->plain) file_hash_bytes(s->plain, 0, what);
}

/* Other sheets of the same file are another delivery. */
static void note_part(const struct choice *c, struct source *s)
{
    bool part = false;
    for (size_t i = 0; i < c->n; i++) part |= c->look[i].rows && !c->look[i].hidden && !c->look[i].wanted;
    for (size_t i = 0; part && i < c->n; i++) {
        if (!c->look[i].wanted) continue;
        struct str name = sheet_book_info(c->book, i).name;
        note_in_hashes(s, STR("/"));
        note_in_hashes(s, name);
    }
}

static enum rc choose_and_read(struct choice *c, struct source *s, int *text, struct err *e)
{
    TRY(look_at_sheets(c, e));
    TRY(c->o->sheets.n ? choose_named(c, e) : choose_fitting(c, e));
    note_part(c, s);
    say_units(c, &s->said);
    return read_chosen(c, &s->places, text, e);
}

static struct csv_options text_options(const struct source_options *o)
{
    return (struct csv_options){.delim = ',',
                                .encoding = TEXT_UTF8,
                                .threads = o->threads,
                                .pool = o->pool,
                                .part_bytes = o->part_bytes && o->part_bytes < SHEET_PART_BYTES ? o->part_bytes
                                                                                                : SHEET_PART_BYTES,
                                .sparse = true};
}

static bool has_merged(const struct sheet_places *p)
{
    bool any = false;
    for (size_t i = 0; i < p->n; i++) any |= p->sheet[i].n_merged > 0;
    return any;
}

static enum rc open_sheets(struct source *s, int fd, const struct source_options *o, const struct plan *pl,
                           struct err *e)
{
    struct csv_options csv = text_options(o);
    struct arena arena;
    struct choice c = {.o = o, .pl = pl, .a = &arena};
    int text = -1;
    TRY(file_hash_new(&s->plain, fd, o->part_bytes, NULL, e));
    TRY(hash_all(s->hash, s->plain, fd, 0, UINT64_MAX, o->part_bytes, o->name, e));
    TRY(sheet_book_open(&c.book, fd, o->name, o->temp_dir, o->threads, e));
    arena_init(&arena, LOOK_ARENA_MAX);
    if (o->skip_hidden) sheet_book_skip_hidden(c.book);
    enum rc rc = choose_and_read(&c, s, &text, e);
    /* Without its hidden rows it is another delivery. */
    if (!rc && o->skip_hidden && s->places.hidden_rows) note_in_hashes(s, STR("/hidden"));
    if (!rc && o->note.n && has_merged(&s->places)) note_in_hashes(s, o->note);
    arena_fini(&arena);
    sheet_book_close(c.book);
    if (rc) return rc;
    s->is_sheets = true;
    return csv_file_from_fd(&s->file, o->name, text, &csv, e);
}

enum rc source_recast(struct source *s, const struct source_options *o, const struct sheet_recast *r, struct err *e)
{
    struct csv_options csv = text_options(o);
    int text;
    TRY(sheet_recast(s->file.src.fd, &s->places, r, &text, e));
    s->before = s->file;
    enum rc rc = csv_file_from_fd(&s->file, o->name, text, &csv, e);
    s->recast = !rc;
    if (rc) s->file = s->before;
    return rc;
}

/* ---- */

static enum rc open_text(struct source *s, int fd, const struct source_options *o, struct err *e)
{
    struct csv_options csv = {.threads = o->threads,
                              .pool = o->pool,
                              .part_bytes = o->part_bytes,
                              .on_bytes = file_hash_bytes,
                              .ctx = s->hash};
    return csv_file_from_fd(&s->file, o->name, fd, &csv, e);
}

static enum rc refuse(const struct source_options *o, enum sheet_format f, const struct err *why, struct err *e)
{
    if (f == SHEET_REFUSED) {
        if (e) *e = *why;
        return RC_INPUT;
    }
    if (o->fd >= 0)
        return err_set(e, RC_INPUT, (struct pos){.file = o->name},
                       "an archive in an archive is not opened; unpack it and give its files",
                       "压缩包里的压缩包不再打开；请先解压，再导入其中的文件");
    return err_set(e, RC_INPUT, (struct pos){.file = o->name},
                   "this is an archive of files; give it without a dataset, or unpack it",
                   "这是压缩包；请不写数据集直接导入整个压缩包，或先解压");
}

static enum rc open_as(struct source *s, int fd, const struct source_options *o, const struct plan *pl, struct err *e)
{
    enum sheet_format f;
    struct err why = {.lang = e ? e->lang : LANG_ZH};
    enum rc rc = file_hash_new(&s->hash, fd, o->part_bytes, o->hash_key, e);
    if (!rc) rc = sheet_format_of(fd, o->name, &f, &why, e);
    if (!rc && f == SHEET_NONE) return open_text(s, fd, o, e);
    if (!rc && (f == SHEET_REFUSED || f == SHEET_ZIP || o->text_only)) rc = refuse(o, f, &why, e);
    if (!rc) (void)snprintf(s->kind, sizeof s->kind, "%s", f == SHEET_XLS ? "XLS" : "XLSX");
    if (!rc) rc = open_sheets(s, fd, o, pl, e);
    (void)close(fd);
    return rc;
}

enum rc source_open(struct source *s, const struct source_options *given, const struct plan *pl, struct err *e)
{
    int fd = -1;
    struct source_options usual = *given, *o = &usual;
    if (!o->part_bytes) o->part_bytes = PART_BYTES;
    if (!o->threads) o->threads = par_threads();
    *s = (struct source){.file.src.fd = -1};
    enum rc rc = open_fd(o, &fd, e);
    if (rc && fd >= 0) (void)close(fd);
    if (!rc) rc = open_as(s, fd, o, pl, e);
    s->open = !rc;
    if (!rc) {
        if (!s->is_sheets) (void)snprintf(s->kind, sizeof s->kind, "%s", text_encoding_name(s->file.src.encoding));
        return RC_OK;
    }
    source_close(s);
    return rc;
}

void source_close(struct source *s)
{
    if (s->open) csv_file_close(&s->file);
    if (s->recast) csv_file_close(&s->before);
    if (s->is_sheets) sheet_places_fini(&s->places);
    file_hash_free(s->hash);
    file_hash_free(s->plain);
    *s = (struct source){.file.src.fd = -1};
}

bool source_is_workbook(int fd, const char *name)
{
    char head[4] = "";
    struct source_options o = {.name = name, .fd = fd};
    ssize_t n = open_fd(&o, &fd, NULL) == RC_OK ? pread(fd, head, sizeof head, 0) : -1;
    if (fd >= 0) (void)close(fd);
    if (n < 0) return str_ends(str_from(name), STR(".xlsx")) || str_ends(str_from(name), STR(".xls"));
    return n == (ssize_t)sizeof head &&
           (memcmp(head, "PK\x03\x04", 4) == 0 || memcmp(head, "\xD0\xCF\x11\xE0", 4) == 0);
}

/* ---- what a file is made of */

static struct str base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_from(slash ? slash + 1 : path);
}

static enum rc keep_rank(const struct source_options *o, struct arena *a, struct source_table *t,
                         const struct dataset_rank *v, size_t n, struct err *e)
{
    t->n_rank = n < SOURCE_RANKS ? n : SOURCE_RANKS;
    if (n) memcpy(t->rank, v, t->n_rank * sizeof *v);
    for (size_t i = 0; i < n; i++) t->near |= table_rank_near(&v[i]);
    return table_rank_all(o->policy, v, n, a, &t->all, &t->left, e);
}

/* The sheets like sheet `first`, which no table before it has: table `number`, from 1. */
static enum rc add_table(struct choice *c, size_t first, size_t number, struct arena *a, struct source_table *t,
                         struct err *e)
{
    struct buf sheets, names;
    const struct look *l = &c->look[first];
    *t = (struct source_table){.empty = !l->known && l->widest <= REMARK_CELLS};
    buf_init(&sheets, MIB(1));
    buf_init(&names, MIB(1));
    for (size_t i = first; i < c->n; i++) {
        struct look *x = &c->look[i];
        if (!x->wanted || x->table || (i != first && !one_table(c, l, x))) continue;
        x->table = number;
        t->near |= x->people;
        buf_addf(&sheets, "%s#%zu", sheets.n ? "," : "", i + 1);
        buf_addf(&names, "%s%.*s", names.n ? "、" : "", STR_ARG(sheet_book_info(c->book, i).name));
    }
    t->key = l->key.n ? str_dup(a, l->key) : STR("");
    t->columns = layout_header_text(a, l->head.name, l->head.columns);
    t->sheets = source_kept(&sheets, a);
    t->names = source_kept(&names, a);
    TRY(keep_rank(c->o, a, t, l->rank, l->n_rank, e));
    return t->sheets.p && t->names.p && t->key.p && t->columns.p ? RC_OK : err_nomem(e);
}

/* Those that are named, else those that are seen. */
static enum rc want_sheets(struct choice *c, struct err *e)
{
    bool visible = false;
    if (c->o->sheets.n) {
        struct str rest = c->o->sheets, name;
        while (str_cut(&rest, ',', &name)) {
            size_t i = sheet_named(c, name);
            if (i == SIZE_MAX || !c->look[i].rows)
                return ask(c, "the workbook has no such sheet, or it is empty", "工作簿里没有这个工作表，或它是空的",
                           e);
            c->look[i].wanted = true;
        }
        return RC_OK;
    }
    for (size_t i = 0; i < c->n; i++) visible |= c->look[i].rows && !c->look[i].hidden;
    for (size_t i = 0; i < c->n; i++) c->look[i].wanted = c->look[i].rows && !(visible && c->look[i].hidden);
    return RC_OK;
}

/* The name of a file of one table speaks for it, beside that of the sheet. */
static enum rc rank_alone(struct choice *c, struct arena *a, struct source_table *t, struct err *e)
{
    struct buf title;
    size_t i = 0;
    while (i < c->n && !c->look[i].wanted) i++;
    if (i == c->n) return RC_OK;
    struct look *l = &c->look[i];
    buf_init(&title, MIB(1));
    buf_add(&title, base_name(c->o->name));
    buf_addc(&title, ' ');
    buf_add(&title, sheet_book_info(c->book, i).name);
    enum rc rc = title.failed ? err_nomem(e) : look_head(c, buf_str(&title), l, e);
    buf_fini(&title);
    return rc ? rc : keep_rank(c->o, a, t, l->rank, l->n_rank, e);
}

/* Of no dataset, and nobody could have meant it so. */
static bool is_beside(const struct source_table *t)
{
    return !t->near && !t->empty && !t->all.n && table_rank_clear(t->rank, t->n_rank) < 0;
}

static enum rc count_rows(struct choice *c, size_t number, struct source_table *t, struct err *e)
{
    uint32_t rows;
    for (size_t i = 0; i < c->n; i++) {
        if (c->look[i].table != number) continue;
        TRY(sheet_book_rows(c->book, i, &rows, e));
        t->rows += rows;
    }
    t->beside = true;
    return RC_OK;
}

static enum rc list_tables(struct choice *c, struct arena *a, struct source_table **v, size_t *n, struct err *e)
{
    TRY(look_at_sheets(c, e));
    TRY(want_sheets(c, e));
    *v = ARENA_ARRAY(a, struct source_table, c->n + 1);
    if (!*v) return err_nomem(e);
    for (size_t i = 0; i < c->n; i++)
        if (c->look[i].wanted && !c->look[i].table) {
            TRY(add_table(c, i, *n + 1, a, &(*v)[*n], e));
            if (!c->o->sheets.n && c->look[i].known >= KNOWN_LEAST) TRY(check_copies(c, *n + 1, e));
            ++*n;
        }
    for (size_t k = 0; k < *n; k++)
        if (is_beside(&(*v)[k])) TRY(count_rows(c, k + 1, &(*v)[k], e));
    if (!*n) return err_set(e, RC_INPUT, (struct pos){.file = c->o->name}, "the workbook is empty", "工作簿是空的");
    return *n == 1 ? rank_alone(c, a, &(*v)[0], e) : RC_OK;
}

static enum rc tables_of_book(const struct source_options *o, int fd, struct arena *a, struct source_table **v,
                              size_t *n, struct err *e)
{
    struct arena arena;
    struct choice c = {.o = o, .a = &arena};
    TRY(sheet_book_open(&c.book, fd, o->name, o->temp_dir, o->threads, e));
    arena_init(&arena, LOOK_ARENA_MAX);
    if (o->skip_hidden) sheet_book_skip_hidden(c.book);
    enum rc rc = list_tables(&c, a, v, n, e);
    arena_fini(&arena);
    sheet_book_close(c.book);
    return rc;
}

/* The first bytes of a long text, whole lines of them. */
static enum rc read_first_bytes(const struct source_options *o, int fd, struct buf *b, struct err *e)
{
    if (!buf_reserve(b, TEXT_LOOK)) return err_nomem(e);
    ssize_t n = pread(fd, b->p, TEXT_LOOK, 0);
    if (n < 0) return err_set(e, RC_ENV, (struct pos){.file = o->name}, "reading failed", "读取失败");
    b->n = (size_t)n;
    const char *end = b->n == TEXT_LOOK ? memrchr(b->p, '\n', b->n) : NULL;
    if (end) b->n = (size_t)(end - b->p) + 1;
    return RC_OK;
}

static enum rc rank_text(const struct source_options *o, struct str bytes, struct arena *a, struct source_table *t,
                         struct err *e)
{
    struct csv_file f;
    struct csv_options csv = {.threads = 1};
    struct head_found h;
    struct dataset_rank *rank;
    struct arena arena;
    size_t n;
    TRY(csv_file_from_bytes(&f, o->name, bytes, &csv, e));
    arena_init(&arena, LOOK_ARENA_MAX);
    enum rc rc = table_rank(o->policy, &f, base_name(o->name), &arena, &rank, &n, &h, e);
    if (!rc) rc = keep_rank(o, a, t, rank, n, e);
    t->key = key_of(&f, a);
    t->columns = rc ? STR("") : layout_header_text(a, h.name, h.rows ? h.columns : 0);
    arena_fini(&arena);
    csv_file_close(&f);
    return rc || (t->key.p && t->columns.p) ? rc : err_nomem(e);
}

static enum rc table_of_text(const struct source_options *o, int fd, struct arena *a, struct source_table **v,
                             size_t *n, struct err *e)
{
    struct buf b;
    struct source_table *t = *v = ARENA_NEW(a, struct source_table);
    if (!t) return err_nomem(e);
    *t = (struct source_table){.sheets = STR(""), .names = STR("")};
    *n = 1;
    buf_init(&b, TEXT_LOOK + 1);
    enum rc rc = read_first_bytes(o, fd, &b, e);
    if (!rc) rc = rank_text(o, buf_str(&b), a, t, e);
    buf_fini(&b);
    return rc;
}

enum rc source_tables(const struct source_options *given, struct arena *a, struct source_table **v, size_t *n,
                      struct err *e)
{
    int fd = -1;
    enum sheet_format f;
    struct source_options usual = *given, *o = &usual;
    struct err why = {.lang = e ? e->lang : LANG_ZH};
    if (!o->threads) o->threads = par_threads();
    *n = 0;
    enum rc rc = open_fd(o, &fd, e);
    if (!rc) rc = sheet_format_of(fd, o->name, &f, &why, e);
    if (!rc && (f == SHEET_REFUSED || f == SHEET_ZIP)) rc = refuse(o, f, &why, e);
    if (!rc) rc = f == SHEET_NONE ? table_of_text(o, fd, a, v, n, e) : tables_of_book(o, fd, a, v, n, e);
    if (fd >= 0) (void)close(fd);
    return rc;
}
