#include "app/outfile.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "app/session.h"
#include "base/io.h"
#include "match/import.h"

enum { FOLDERS_MAX = 256, HEADER_MAX = 64 };

/* How a file of a kind begins. A spreadsheet does not show so whose it is: of them only lists of errors are
 * overwritten, which are looked into. */
static const char *const header[OUTFILE__MAX] = {
    "household,rule,",       "\xEF\xBB\xBF行号,列名,值,原因", "what,day,division,household,rule,version,",
    "delivery,line,person,", "\xEF\xBB\xBF村,户编号,姓名,",   "\x01"};

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool same_file(const char *path, const char *other)
{
    struct stat a, b;
    return other && *other && stat(path, &a) == 0 && stat(other, &b) == 0 && same(&a, &b);
}

static bool parent_of(const char *path, char *dir)
{
    const char *slash = strrchr(path, '/');
    int n = !slash ? snprintf(dir, IO_PATH_MAX, ".") : snprintf(dir, IO_PATH_MAX, "%.*s/.", (int)(slash - path), path);
    return n > 0 && n < IO_PATH_MAX;
}

/* Is the folder, or one above it, a data folder? By numbers, not names: a link or ".." leads there too. */
static bool in_data_folder(const char *folder, const char *db)
{
    char dir[IO_PATH_MAX];
    struct stat now, up = {0}, want;
    bool known = db && stat(db, &want) == 0;
    int n = snprintf(dir, sizeof dir, "%s", folder);
    for (size_t i = 0; i < FOLDERS_MAX && n > 0 && (size_t)n + 4 < sizeof dir; i++) {
        if (stat(dir, &now) != 0) return false;
        if ((known && same(&now, &want)) || session_is_db(str_from(dir))) return true;
        if (i && same(&now, &up)) return false;
        up = now;
        memcpy(dir + n, "/..", 4);
        n += 3;
    }
    return false;
}

static enum rc refuse(const char *path, const char *en, const char *zh, struct err *e)
{
    return err_set(e, RC_USAGE, pos_none(), "%s: %s. Name another file.", "%s：%s。请换一个文件名。", path,
                   lang_pick(e ? e->lang : LANG_ZH, en, zh));
}

static enum rc unreadable(const char *path, int code, struct err *e)
{
    return err_set(
        e, RC_ENV, pos_none(),
        "%s is there already and cannot be read (%s); it stays as it is. Name another file, or move it away.",
        "%s 已存在但无法读取（%s），未作改动。请换一个文件名，或先移走该文件。", path, err_os(code, e));
}

/* Whose a file is that cannot be read nobody knows. */
static enum rc begins_with(const char *path, const char *text, bool *begins, struct err *e)
{
    char got[HEADER_MAX];
    size_t n = strlen(text), have = 0;
    ssize_t r = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return unreadable(path, errno, e);
    while (have < n && r > 0) {
        r = read(fd, got + have, n - have);
        if (r > 0) have += (size_t)r;
        else if (r < 0 && errno == EINTR) r = 1;
    }
    int code = errno;
    (void)close(fd);
    if (r < 0) return unreadable(path, code, e);
    *begins = have == n && memcmp(got, text, n) == 0;
    return RC_OK;
}

/* What is there already must be one of ours: nobody's letter is lost for a slip of the hand. */
static enum rc check_present(const char *path, enum outfile_kind kind, struct err *e)
{
    static const char *const en[OUTFILE__MAX] = {"findings file",  "error file",
                                                 "list of alerts", "list of links",
                                                 "list of checks", "spreadsheet that may be overwritten"},
                             *const zh[OUTFILE__MAX] = {"疑点清单", "错误清单", "预警清单",
                                                        "对应清单", "核查清单", "可以覆盖的表格"};
    struct stat st;
    if (lstat(path, &st) != 0) return RC_OK;
    bool ours = S_ISREG(st.st_mode) && st.st_size == 0;
    if (S_ISREG(st.st_mode) && !ours) TRY(begins_with(path, header[kind], &ours, e));
    if (!ours && S_ISREG(st.st_mode) && kind == OUTFILE_ERRORS) TRY(import_is_error_sheet(path, &ours, e));
    if (ours) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "%s is there already and is no %s written by fangpin; it stays as it is. Name another file, or move "
                   "it away.",
                   "%s 已存在，且不是 fangpin 写出的%s，未作改动。请换一个文件名，或先移走该文件。", path,
                   lang_pick(e ? e->lang : LANG_ZH, en[kind], zh[kind]));
}

/* Before the work, not after: a screen is kept before its findings are written. */
static enum rc check_folder_takes(const char *path, const char *folder, struct err *e)
{
    if (access(folder, W_OK | X_OK) == 0) return RC_OK;
    return err_set(e, RC_ENV, pos_none(),
                   "%s cannot be written (%s). Name a folder that is there and is yours to write.",
                   "%s 无法写入（%s）。请换一个已存在且可写的文件夹。", path, err_os(errno, e));
}

/* Both the name and the one it is first written under. */
static enum rc check_name(const char *path, const char *key, const char *input, struct err *e)
{
    char tmp[IO_PATH_MAX];
    int n = snprintf(tmp, sizeof tmp, "%s.tmp", path);
    if (n < 0 || (size_t)n >= sizeof tmp) return refuse(path, "the path is too long", "路径过长", e);
    if (same_file(path, key) || same_file(tmp, key))
        return refuse(path, "this is the key; without it the data are lost", "这是密钥文件，丢失后数据无法恢复", e);
    if (same_file(path, input) || same_file(tmp, input))
        return refuse(path, "this is the file being imported", "这正是要导入的文件", e);
    return RC_OK;
}

enum rc outfile_check(const struct app *app, const struct args *a, enum outfile_kind kind, const char *path,
                      const char *input, struct err *e)
{
    struct store_options o;
    char key[IO_PATH_MAX], dir[IO_PATH_MAX];
    session_store_options(&o, app, a, args_z(a, 0), STORE_READ);
    TRY(store_key_path(&o, key, e));
    TRY(check_name(path, key, input, e));
    if (!parent_of(path, dir)) return refuse(path, "the path is too long", "路径过长", e);
    if (in_data_folder(dir, args_z(a, 0)))
        return refuse(path, "this is inside a data folder, where only fangpin's own files may be",
                      "该位置在数据文件夹之内，那里只能有 fangpin 自己的文件", e);
    if (kind != OUTFILE_ERRORS) TRY(check_folder_takes(path, dir, e));
    return check_present(path, kind, e);
}

/* The folder need not be there yet: then the first that is. */
enum rc outfile_check_folder(const char *path, struct err *e)
{
    char at[IO_PATH_MAX], dir[IO_PATH_MAX];
    int n = snprintf(at, sizeof at, "%s", path);
    if (n < 0 || (size_t)n >= sizeof at) return refuse(path, "the path is too long", "路径过长", e);
    while (!io_exists(at) && parent_of(at, dir) && strcmp(dir, ".") != 0) {
        size_t len = strlen(dir);
        memcpy(at, dir, len + 1);
        at[len > 2 ? len - 2 : 1] = 0;
    }
    if (!io_exists(at)) memcpy(at, ".", 2);
    if (!in_data_folder(at, NULL)) return RC_OK;
    return refuse(path, "this is inside a data folder, where only fangpin's own files may be",
                  "该位置在数据文件夹之内，那里只能有 fangpin 自己的文件", e);
}
