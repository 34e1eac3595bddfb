#include "app/bundle.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/io.h"
#include "base/limits.h"
#include "base/out.h"
#include "match/source.h"
#include "match/table.h"
#include "sheet/sheet.h"
#include "sheet/zipbox.h"

enum { FOLDERS_DEEP_MAX = 8 };

struct lister {
    struct bundle *b;
    struct session *s;
    size_t cap;
};

/* ---- names */

static const char *text(struct session *s, const char *en, const char *zh) { return lang_pick(s->app->lang, en, zh); }

static bool ends(const char *name, const char *with)
{
    size_t a = strlen(name), b = strlen(with);
    return a >= b && str_eq_nocase(str_make(name + a - b, b), str_from(with));
}

static const char *last(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

/* What systems and programs leave beside the files, and what this program wrote. */
static const char *not_data(struct session *s, const char *name)
{
    const char *base = last(name);
    if (str_starts(str_from(name), STR("__MACOSX/")) || base[0] == '.')
        return text(s, "hidden, made by a system", "系统生成的隐藏文件");
    if (str_starts(str_from(base), STR("~$"))) return text(s, "a lock of an office program", "办公软件的锁定文件");
    if (ends(base, "thumbs.db") || ends(base, "desktop.ini")) return text(s, "made by a system", "系统生成的文件");
    if (ends(base, ".errors.csv") || ends(base, ".errors.xlsx"))
        return text(s, "a list of errors that fangpin wrote", "fangpin 写出的错误清单");
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

static enum rc add_item(struct lister *l, const char *name, const char *inner, size_t entry, struct err *e)
{
    struct bundle *b = l->b;
    if (b->n == ZIP_ENTRIES_MAX)
        return err_set(e, RC_INPUT, (struct pos){.file = b->path}, "more than %d files in one folder or archive",
                       "一个文件夹或压缩包内超过 %d 个文件", ZIP_ENTRIES_MAX);
    if (b->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 32;
        struct bundle_item *v = ARENA_ARRAY(&l->s->arena, struct bundle_item, cap);
        if (!v) return err_nomem(e);
        if (b->n) memcpy(v, b->item, b->n * sizeof *v);
        b->item = v;
        l->cap = cap;
    }
    struct bundle_item *x = &b->item[b->n++];
    *x = (struct bundle_item){.name = name, .flat = flat_name(&l->s->arena, inner), .entry = entry};
    x->why = not_data(l->s, inner);
    x->harmless = x->why != NULL;
    return x->flat && name ? RC_OK : err_nomem(e);
}

/* ---- folders */

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
        struct stat st;
        if (!path || !below) return err_nomem(e);
        if (lstat(path, &st)) return err_set(e, RC_ENV, (struct pos){.file = path}, "cannot be read", "无法读取");
        if (S_ISDIR(st.st_mode)) TRY(list_folder(l, path, below, depth + 1, e));
        else TRY(add_item(l, path, below, 0, e));
        if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) continue;
        l->b->item[l->b->n - 1].why = text(l->s, "a link or a device, not a file", "链接或设备，不是普通文件");
    }
    return RC_OK;
}

/* ---- archives */

static enum rc list_archive(struct lister *l, struct err *e)
{
    struct bundle *b = l->b;
    for (size_t i = 0; i < zip_box_count(b->zip); i++) {
        const struct zip_entry *x = zip_box_entry(b->zip, i);
        const char *inner = x->name.n ? str_z(&l->s->arena, x->name) : "-";
        if (!inner) return err_nomem(e);
        if (x->folder) continue;
        TRY(add_item(l, io_join(&l->s->arena, b->path, inner), inner, i, e));
    }
    return RC_OK;
}

enum rc bundle_fd(struct bundle *b, const struct bundle_item *item, const char *dir, int *fd, struct err *e)
{
    *fd = -1;
    return b->zip ? zip_box_extract(b->zip, item->entry, dir, fd, e) : RC_OK;
}

/* ---- datasets */

static void add_rank(struct buf *b, const struct dataset_rank *r)
{
    buf_add(b, r->dataset);
    buf_addf(b, " (%u/100)", r->score);
}

static enum rc tell_doubt(struct session *s, const struct dataset_rank *rank, size_t n, struct bundle_item *x,
                          struct err *e)
{
    struct buf why;
    bool any = n && rank[0].score;
    buf_init(&why, KIB(4));
    buf_addz(&why, any ? text(s, "its dataset is not clear: ", "不清楚属于哪个数据集：")
                       : text(s, "no dataset has such columns", "没有数据集的列与它相符"));
    if (any) add_rank(&why, &rank[0]);
    if (any && n > 1 && rank[1].score) {
        buf_addz(&why, text(s, " or ", " 或 "));
        add_rank(&why, &rank[1]);
    }
    if (any) buf_addz(&why, text(s, "; take it in by itself with its dataset", "；请写明数据集单独导入"));
    x->why = why.failed ? NULL : str_z(&s->arena, buf_str(&why));
    buf_fini(&why);
    return x->why ? RC_OK : err_nomem(e);
}

static enum rc name_dataset(struct session *s, const struct source *f, struct bundle_item *x, struct err *e)
{
    struct dataset_rank *rank;
    struct head_found h;
    size_t n;
    TRY(table_rank(s->policy, &f->file, str_from(last(x->name)), &s->arena, &rank, &n, &h, e));
    int clear = table_rank_clear(rank, n);
    if (clear >= 0) {
        uint32_t roster = policy_roster(s->policy);
        x->dataset = str_z(&s->arena, rank[clear].dataset);
        x->roster = roster != UINT32_MAX && str_eq(policy_dataset_name(s->policy, roster), rank[clear].dataset);
        return x->dataset ? RC_OK : err_nomem(e);
    }
    return tell_doubt(s, rank, n, x, e);
}

/* Only what is wrong with the machine ends the whole; a file that cannot be read is told as such. */
static enum rc look_at(struct bundle *b, struct session *s, struct bundle_item *x, struct err *e)
{
    struct source f;
    struct err one = {.lang = s->app->lang};
    struct source_options o = {
        .name = x->name, .temp_dir = store_dir(s->store), .head_only = true, .sheets = STR(""), .policy = s->policy};
    enum rc rc = bundle_fd(b, x, o.temp_dir, &o.fd, &one);
    bool unpacked = rc == RC_OK;
    if (unpacked) rc = source_open(&f, &o, NULL, &one);
    if (o.fd >= 0) (void)close(o.fd);
    if (rc == RC_NOMEM || (rc == RC_ENV && !unpacked)) return *e = one, rc;
    if (rc) {
        x->why = str_z(&s->arena, str_from(one.msg));
        return x->why ? RC_OK : err_nomem(e);
    }
    rc = name_dataset(s, &f, x, e);
    source_close(&f);
    return rc;
}

static int in_order(const void *p, const void *q)
{
    const struct bundle_item *a = p, *b = q;
    if (a->roster != b->roster) return a->roster ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* ---- all */

static enum rc open_archive(struct bundle *b, struct err *e)
{
    b->fd = open(b->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (b->fd < 0) return err_set(e, RC_ENV, (struct pos){.file = b->path}, "cannot be read", "无法读取");
    return zip_box_open(&b->zip, b->fd, b->path, e);
}

enum rc bundle_is(const char *path, bool *out, struct err *e)
{
    enum sheet_format f = SHEET_NONE;
    struct err why = {0};
    struct stat st;
    *out = io_is_dir(path);
    if (*out || stat(path, &st) || !S_ISREG(st.st_mode)) return RC_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return RC_OK; /* told when it is taken in */
    enum rc rc = sheet_format_of(fd, path, &f, &why, e);
    *out = f == SHEET_ZIP;
    (void)close(fd);
    return rc;
}

enum rc bundle_open(struct bundle *b, struct session *s, const char *path, const char *dataset, struct err *e)
{
    bool many = false;
    struct lister l = {.b = b, .s = s};
    *b = (struct bundle){.path = path, .fd = -1};
    TRY(bundle_is(path, &many, e));
    if (io_is_dir(path)) {
        TRY(list_folder(&l, path, "", 1, e));
    } else if (many) {
        TRY(open_archive(b, e));
        TRY(list_archive(&l, e));
    } else {
        TRY(add_item(&l, path, last(path), 0, e));
        b->item[0].why = NULL;
    }
    for (size_t i = 0; i < b->n; i++) {
        if (b->item[i].why) continue;
        if (dataset) b->item[i].dataset = dataset;
        else TRY(look_at(b, s, &b->item[i], e));
    }
    if (b->n) qsort(b->item, b->n, sizeof *b->item, in_order);
    return RC_OK;
}

void bundle_close(struct bundle *b)
{
    zip_box_close(b->zip);
    if (b->fd >= 0) (void)close(b->fd);
    *b = (struct bundle){.fd = -1};
}
