#include "app/bundle.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/io.h"
#include "base/limits.h"
#include "base/out.h"
#include "match/import.h"
#include "match/layout.h"
#include "match/source.h"
#include "match/table.h"
#include "sheet/sheet.h"
#include "sheet/zipbox.h"

enum { FOLDERS_DEEP_MAX = 8 };

struct lister {
    struct bundle *b;
    struct session *s;
    const struct bundle_options *o;
    struct stored_layout *layout; /* what is remembered of headers */
    size_t n_layouts;
};

/* ---- names */

static const char *text(struct session *s, const char *en, const char *zh) { return lang_pick(s->app->lang, en, zh); }

static bool ends(const char *name, const char *with)
{
    size_t a = strlen(name), b = strlen(with);
    return a >= b && str_eq_nocase(str_make(name + a - b, b), str_from(with));
}

/* Programs of Windows divide folders in archives by either. */
static const char *last(const char *name)
{
    for (const char *p = name; *p; p++)
        if (*p == '/' || *p == '\\') name = p + 1;
    return name;
}

/* A part "..", a first slash, a drive: a name that leads out of the archive when somebody unpacks it. */
static bool leads_out(const char *name)
{
    bool out = name[0] == '/' || name[0] == '\\' || (name[0] && name[1] == ':');
    for (const char *p = name; !out && *p; p += strcspn(p, "/\\"), p += *p != 0)
        out = strcspn(p, "/\\") == 2 && p[0] == '.' && p[1] == '.';
    return out;
}

/* What writing a list of errors leaves when the program is killed: the list under another name, and the pieces that the
 * library for workbooks makes ("tmp." and ten letters). */
static bool is_left(const char *base)
{
    bool list = ends(base, ".errors.csv.tmp") || ends(base, ".errors.xlsx.tmp");
    return list || (str_starts(str_from(base), STR("tmp.")) && strlen(base) == 14 && !strchr(base + 4, '.'));
}

static bool is_list(const char *base) { return ends(base, ".errors.csv") || ends(base, ".errors.xlsx"); }

/* What systems and programs leave beside the files, and what this program wrote. */
static const char *not_data(struct session *s, const char *name)
{
    const char *base = last(name);
    if (str_starts(str_from(name), STR("__MACOSX/")) || base[0] == '.')
        return text(s, "hidden, made by a system", "系统生成的隐藏文件");
    if (str_starts(str_from(base), STR("~$"))) return text(s, "a lock of an office program", "办公软件的锁定文件");
    if (ends(base, "thumbs.db") || ends(base, "desktop.ini")) return text(s, "made by a system", "系统生成的文件");
    if (is_left(base)) return text(s, "left by an import that was interrupted", "中断的导入留下的临时文件");
    return NULL;
}

/* Folders in the name become part of it; nothing in it can lead to another folder. */
static const char *flat_name(struct arena *a, const char *name)
{
    struct str s = str_from(name);
    char *out = arena_alloc(a, s.n + 1);
    for (size_t i = 0; out && i < s.n; i++) {
        char c = s.p[i];
        out[i] = (char)(c == '/' || c == '\\' ? '_' : c);
    }
    return out;
}

static enum rc grow(struct lister *l, struct err *e)
{
    struct bundle *b = l->b;
    if (b->n == ZIP_ENTRIES_MAX)
        return err_set(e, RC_INPUT, (struct pos){.file = b->path}, "more than %d files in one folder or archive",
                       "一个文件夹或压缩包内超过 %d 个文件", ZIP_ENTRIES_MAX);
    if (b->n < b->cap) return RC_OK;
    size_t cap = b->cap ? b->cap * 2 : 32;
    struct bundle_item *v = ARENA_ARRAY(&l->s->arena, struct bundle_item, cap);
    if (!v) return err_nomem(e);
    if (b->n) memcpy(v, b->item, b->n * sizeof *v);
    b->item = v;
    b->cap = cap;
    return RC_OK;
}

static enum rc add_item(struct lister *l, struct bundle_item x, const char *inner, struct err *e)
{
    TRY(grow(l, e));
    x.flat = flat_name(&l->s->arena, inner);
    x.why = not_data(l->s, inner);
    x.harmless = x.why != NULL;
    x.list = !x.why && is_list(last(inner));
    x.sheets = l->o->sheets;
    l->b->item[l->b->n++] = x;
    return x.flat && x.name ? RC_OK : err_nomem(e);
}

static enum rc unreadable(const char *path, int code, struct err *e)
{
    return err_set(e, RC_ENV, (struct pos){.file = path}, "cannot be read (%s)", "无法读取（%s）", err_os(code, e));
}

/* ---- archives */

static enum rc open_box(struct lister *l, const char *path, struct bundle_box **out, struct err *e)
{
    struct bundle_box *x = *out = ARENA_NEW(&l->s->arena, struct bundle_box);
    if (!x) return err_nomem(e);
    *x = (struct bundle_box){.path = path, .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), .next = l->b->box};
    l->b->box = x;
    if (x->fd < 0) return unreadable(path, errno, e);
    return zip_box_open(&x->zip, x->fd, path, e);
}

static void tell_leading_out(struct session *s, struct bundle_item *x)
{
    x->why = text(
        s, "a dangerous name, which leads out of the archive; ask how it came about, rename the file and give it again",
        "文件名危险：会解压到压缩包以外的位置；请向报送单位问明来历，改名后重新导入");
    x->harmless = x->list = false;
}

/* before: what stands before the names of its files in flat names; empty for the archive that was given. */
static enum rc list_archive(struct lister *l, const char *path, const char *before, struct err *e)
{
    struct bundle_box *box;
    struct arena *a = &l->s->arena;
    TRY(open_box(l, path, &box, e));
    for (size_t i = 0; i < zip_box_count(box->zip); i++) {
        const struct zip_entry *x = zip_box_entry(box->zip, i);
        const char *inner = x->name.n ? str_z(a, x->name) : "-";
        if (!inner) return err_nomem(e);
        if (x->folder) continue;
        const char *below = *before ? io_join(a, before, inner) : inner;
        if (!below) return err_nomem(e);
        TRY(add_item(l, (struct bundle_item){.name = io_join(a, path, inner), .box = box, .entry = i}, below, e));
        if (leads_out(inner)) tell_leading_out(l->s, &l->b->item[l->b->n - 1]);
        if (!l->b->item[l->b->n - 1].why && not_data(l->s, inner)) l->b->item[l->b->n - 1].why = not_data(l->s, inner);
    }
    return RC_OK;
}

enum rc bundle_fd(const struct bundle_item *item, const char *dir, int *fd, struct err *e)
{
    *fd = -1;
    return item->box ? zip_box_extract(item->box->zip, item->entry, dir, fd, e) : RC_OK;
}

static enum rc is_archive(const char *path, bool *out, struct err *e)
{
    enum sheet_format f = SHEET_NONE;
    struct err why = {0};
    *out = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int code = errno;
    if (fd < 0 && access(path, R_OK)) return RC_OK; /* one that may not be read is told when its turn comes */
    if (fd < 0) return unreadable(path, code, e);
    enum rc rc = sheet_format_of(fd, path, &f, &why, e);
    *out = f == SHEET_ZIP;
    (void)close(fd);
    return rc;
}

/* ---- folders */

static enum rc list_folder(struct lister *l, const char *dir, const char *inner, unsigned depth, struct err *e);

static enum rc list_one(struct lister *l, const char *path, const char *below, unsigned depth, struct err *e)
{
    struct stat st;
    bool archive = false;
    if (lstat(path, &st)) return unreadable(path, errno, e);
    if (S_ISDIR(st.st_mode)) return list_folder(l, path, below, depth + 1, e);
    if (S_ISREG(st.st_mode) && !not_data(l->s, below)) TRY(is_archive(path, &archive, e));
    if (archive) return list_archive(l, path, below, e);
    TRY(add_item(l, (struct bundle_item){.name = path}, below, e));
    if (!S_ISREG(st.st_mode))
        l->b->item[l->b->n - 1].why = text(l->s, "a link or a device, not a file", "链接或设备，不是普通文件");
    return RC_OK;
}

static enum rc list_folder(struct lister *l, const char *dir, const char *inner, unsigned depth, struct err *e)
{
    const char **names;
    size_t n;
    struct arena *a = &l->s->arena;
    if (depth > FOLDERS_DEEP_MAX)
        return err_set(e, RC_INPUT, (struct pos){.file = dir}, "folders in folders, more than %d deep",
                       "文件夹嵌套超过 %d 层", FOLDERS_DEEP_MAX);
    TRY(io_list_dir(a, dir, &names, &n, e));
    for (size_t i = 0; i < n; i++) {
        const char *path = io_join(a, dir, names[i]), *below = *inner ? io_join(a, inner, names[i]) : names[i];
        if (!path || !below) return err_nomem(e);
        TRY(list_one(l, path, below, depth, e));
    }
    return RC_OK;
}

/* ---- datasets */

static void add_rank(struct buf *b, const struct dataset_rank *r)
{
    buf_add(b, r->dataset);
    buf_addf(b, " (%u/100)", r->score);
}

static enum rc tell_doubt(struct session *s, const struct source_table *t, struct bundle_item *x, struct err *e)
{
    struct buf why;
    const struct dataset_rank *rank = t->rank;
    bool any = t->n_rank && rank[0].score;
    buf_init(&why, KIB(4));
    buf_addz(&why, any ? text(s, "its dataset is not clear: ", "不清楚属于哪个数据集：")
                       : text(s, "no dataset has such columns", "没有数据集的列与它相符"));
    if (any) add_rank(&why, &rank[0]);
    if (any && t->n_rank > 1 && rank[1].score) {
        buf_addz(&why, text(s, " or ", " 或 "));
        add_rank(&why, &rank[1]);
    }
    if (any) buf_addz(&why, text(s, "; take it in by itself with its dataset", "；请写明数据集单独导入"));
    else if (x->table)
        buf_addz(&why,
                 text(s, "; name the sheets that are to be read with --sheet", "；请用 --sheet 指明要读的工作表"));
    x->why = why.failed ? NULL : str_z(&s->arena, buf_str(&why));
    buf_fini(&why);
    return x->why ? RC_OK : err_nomem(e);
}

/* A list of errors that came back is of the dataset whose rows it corrects. */
static enum rc name_returned(struct session *s, const struct source_table *t, struct bundle_item *x, struct err *e)
{
    struct str dataset;
    bool foreign;
    TRY(import_key_dataset(s->store, t->key, &s->arena, &dataset, &foreign, e));
    x->harmless = x->list && foreign; /* beside the data since these were taken in elsewhere */
    if (dataset.n) x->dataset = str_z(&s->arena, dataset);
    else
        x->why =
            text(s,
                 "a list of errors that another data folder sent, or an import that was interrupted, or its keys were "
                 "altered",
                 "其他数据文件夹发出或中断的导入留下的错误清单，或回传键已被改动");
    return x->dataset || x->why ? RC_OK : err_nomem(e);
}

/* A header that is remembered letter for letter names its dataset, whatever its columns look like. */
static enum rc name_dataset(struct lister *l, const struct source_table *t, struct bundle_item *x, struct err *e)
{
    struct session *s = l->s;
    struct str known = layout_dataset(l->layout, l->n_layouts, t->columns, l->o->sender);
    int clear = table_rank_clear(t->rank, t->n_rank);
    if (t->key.n) return name_returned(s, t, x, e);
    if (x->list) {
        x->why = text(s, "a list of errors without keys, as a dry run writes it; what it lists comes with its own file",
                      "没有回传键的错误清单（试导入时写出）；所列的行请在原文件里更正");
        x->harmless = true;
        return RC_OK;
    }
    known = t->all.n ? STR("") : known;
    if (clear < 0 && !known.n && t->empty && x->table) {
        x->why = text(s, "remarks, no table", "只有说明文字，没有表格");
        x->harmless = true;
        return RC_OK;
    }
    if (clear < 0 && !t->all.n && !known.n) return tell_doubt(s, t, x, e);
    uint32_t roster = policy_roster(s->policy);
    struct str found = clear < 0 ? t->all : t->rank[clear].dataset, dataset = known.n ? known : found, rest = dataset,
               first = STR("");
    (void)str_cut(&rest, '+', &first);
    x->dataset = str_z(&s->arena, dataset);
    x->roster = roster != UINT32_MAX && str_eq(policy_dataset_name(s->policy, roster), first);
    return x->dataset ? RC_OK : err_nomem(e);
}

/* Two tables of one workbook for one dataset: which are parts of one delivery, nobody but the sender knows. */
static enum rc check_twice(struct session *s, struct bundle_item *x, struct bundle_item *y, struct err *e)
{
    struct buf why;
    if (!x->dataset || !y->dataset || strcmp(x->dataset, y->dataset) != 0) return RC_OK;
    buf_init(&why, KIB(16));
    buf_addz(&why, text(s, "sheets with different headers are of one dataset, ", "表头不同的工作表属于同一数据集 "));
    buf_addf(&why, "%s: %s; %s. ", x->dataset, x->table, y->table);
    buf_addz(&why, text(s, "Take them in one by one: --sheet NAME, the others with --adds",
                        "请逐个导入：--sheet 名称，其余的另加 --adds"));
    x->why = y->why = why.failed ? NULL : str_z(&s->arena, buf_str(&why));
    buf_fini(&why);
    return x->why ? RC_OK : err_nomem(e);
}

/* Beside data that go in, a table that holds nobody and is like no dataset is a summary of them. */
static enum rc tell_beside(struct session *s, const struct source_table *t, struct bundle_item *x, struct err *e)
{
    struct buf why;
    buf_init(&why, KIB(1));
    buf_addf(&why, "%u", (unsigned)t->rows);
    buf_addz(&why,
             text(s,
                  " rows were not taken in: no dataset has such columns, and they hold no people; a summary beside the "
                  "data? If they are data, take them in with their dataset and --sheet",
                  " 行未导入：没有数据集的列与它相符，也没有人员，应为数据旁的汇总表。如是数据，请写明数据集并用 "
                  "--sheet 单独导入"));
    x->beside = true;
    x->rows = t->rows;
    x->why = why.failed ? NULL : str_z(&s->arena, buf_str(&why));
    buf_fini(&why);
    return x->why ? RC_OK : err_nomem(e);
}

/* What else is in a file that several datasets read, and could not be taken. */
static enum rc tell_left(struct lister *l, size_t at, struct str left, struct err *e)
{
    struct buf why;
    struct session *s = l->s;
    TRY(grow(l, e));
    struct bundle_item *x = &l->b->item[l->b->n++];
    *x = l->b->item[at];
    x->dataset = NULL;
    x->roster = false;
    buf_init(&why, KIB(16));
    buf_addz(&why, text(s, "of these datasets it has most columns too, and they were not taken in: ",
                        "文件还有下列数据集的大部分列，但未导入："));
    buf_add(&why, left);
    buf_addz(&why, text(s, ". Take it in for them by name, with --map for what is called otherwise",
                        "。请写明数据集另行导入；列名不同的用 --map 指明"));
    x->why = why.failed ? NULL : str_z(&s->arena, buf_str(&why));
    buf_fini(&why);
    return x->why ? RC_OK : err_nomem(e);
}

/* The tables of an item take its place; they all have what it has. */
static enum rc split(struct lister *l, size_t at, const struct source_table *t, size_t n, struct err *e)
{
    struct bundle *b = l->b;
    struct session *s = l->s;
    size_t first = b->n, fitting = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        TRY(grow(l, e));
        b->item[b->n++] = b->item[at];
    }
    for (size_t i = 0; i < n; i++) {
        struct bundle_item *x = &b->item[i ? first + i - 1 : at];
        x->sheets = t[i].sheets;
        if (n > 1 && !(x->table = str_z(&s->arena, t[i].names))) return err_nomem(e);
        TRY(name_dataset(l, &t[i], x, e));
        for (size_t k = 0; k < i; k++) TRY(check_twice(s, &b->item[k ? first + k - 1 : at], x, e));
        fitting += x->dataset != NULL;
        bool all = x->dataset && t[i].all.n && str_eq(str_from(x->dataset), t[i].all);
        if (all && t[i].left.n) TRY(tell_left(l, i ? first + i - 1 : at, t[i].left, e));
    }
    for (size_t i = 0; i < n && fitting && !l->o->sheets.n; i++)
        if (t[i].beside) TRY(tell_beside(s, &t[i], &b->item[i ? first + i - 1 : at], e));
    return RC_OK;
}

/* Only what is wrong with the machine ends the whole; a file that is broken or that one may not read is told as such.
 */
static enum rc look_at(struct lister *l, size_t at, struct err *e)
{
    struct session *s = l->s;
    struct bundle_item *x = &l->b->item[at];
    struct source_table *t;
    size_t n;
    struct err one = {.lang = s->app->lang};
    struct source_options o = {.name = x->name,
                               .temp_dir = store_dir(s->store),
                               .sheets = l->o->sheets,
                               .skip_hidden = l->o->skip_hidden,
                               .policy = s->policy};
    enum rc rc = bundle_fd(x, o.temp_dir, &o.fd, &one);
    if (!rc) rc = source_tables(&o, &s->arena, &t, &n, &one);
    if (o.fd >= 0) (void)close(o.fd);
    bool closed = !x->box && access(x->name, R_OK) != 0;
    if (rc == RC_NOMEM || (rc == RC_ENV && !closed)) return *e = one, rc;
    if (!rc) return split(l, at, t, n, e);
    x->why = str_z(&s->arena, str_from(one.msg));
    return x->why ? RC_OK : err_nomem(e);
}

static int in_order(const void *p, const void *q)
{
    const struct bundle_item *a = p, *b = q;
    if (a->roster != b->roster) return a->roster ? -1 : 1;
    int by_name = strcmp(a->name, b->name);
    return by_name || !a->table || !b->table ? by_name : strcmp(a->sheets.p, b->sheets.p);
}

/* ---- all */

enum rc bundle_is(const char *path, bool *out, struct err *e)
{
    struct stat st;
    *out = io_is_dir(path);
    if (*out || stat(path, &st) || !S_ISREG(st.st_mode)) return RC_OK;
    return is_archive(path, out, e);
}

enum rc bundle_open(struct bundle *b, struct session *s, const char *path, const struct bundle_options *o,
                    struct err *e)
{
    bool many = false;
    struct lister l = {.b = b, .s = s, .o = o};
    *b = (struct bundle){.path = path};
    TRY(bundle_is(path, &many, e));
    TRY(layout_list(s->store, &s->arena, STR(""), false, &l.layout, &l.n_layouts, e));
    if (io_is_dir(path)) TRY(list_folder(&l, path, "", 1, e));
    else if (many) TRY(list_archive(&l, path, "", e));
    else TRY(add_item(&l, (struct bundle_item){.name = path}, last(path), e));
    if (!many) b->item[0].why = NULL;
    for (size_t i = 0, n = b->n; i < n; i++) {
        if (b->item[i].why) continue;
        if (o->dataset && !b->item[i].list) b->item[i].dataset = o->dataset;
        else TRY(look_at(&l, i, e));
    }
    if (b->n) qsort(b->item, b->n, sizeof *b->item, in_order);
    return RC_OK;
}

void bundle_close(struct bundle *b)
{
    for (struct bundle_box *x = b->box; x; x = x->next) {
        zip_box_close(x->zip);
        if (x->fd >= 0) (void)close(x->fd);
    }
    *b = (struct bundle){0};
}
