/* What is sent back: every row that was not matched, with the reason and its original cells. It holds personal data in
 * the clear, so only its owner may read it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include "base/limits.h"
#include "base/num.h"
#include "base/par.h"
#include "ingest/cell.h"
#include "match/import_int.h"

static enum rc cannot(const struct error_file *x, struct err *e)
{
    int why = errno;
    return err_set(e, RC_ENV, pos_none(), "%s: cannot be written (%s)", "%s：无法写入（%s）", x->path, err_os(why, e));
}

#define ERROR_FILE_HEAD "\xEF\xBB\xBF行号,列名,值,原因"

static bool tmp_path(const struct error_file *x, char out[ERROR_TMP_MAX])
{
    int n = snprintf(out, ERROR_TMP_MAX, "%s.tmp", x->path);
    return n > 0 && n < ERROR_TMP_MAX;
}

void error_file_clean(const struct error_file *x)
{
    char tmp[ERROR_TMP_MAX], head[sizeof ERROR_FILE_HEAD - 1];
    struct stat st;
    if (!tmp_path(x, tmp)) return;
    int fd = open(tmp, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return;
    bool ours = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    ours = ours && (st.st_size == 0 || (pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head &&
                                        memcmp(head, ERROR_FILE_HEAD, sizeof head) == 0));
    (void)close(fd);
    if (ours) (void)unlink(tmp);
}

/* The renaming at the end would replace a device or a pipe for everybody. */
static bool is_other_than_file(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static enum rc open_file(struct error_file *x, struct err *e)
{
    if (is_other_than_file(x->path)) return errno = EEXIST, cannot(x, e);
    if (!tmp_path(x, x->tmp)) return errno = ENAMETOOLONG, cannot(x, e);
    int fd = open(x->tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return cannot(x, e);
    x->f = fdopen(fd, "w");
    if (!x->f) {
        enum rc rc = cannot(x, e);
        (void)close(fd);
        return rc;
    }
    buf_init(&x->line, MIB(64));
    buf_init(&x->scratch, KIB(4));
    buf_init(&x->reason, KIB(16));
    x->reason_of = 0;
    if (x->delivery) error_key_begin(&x->key, x->secret, x->delivery);
    buf_addz(&x->line, ERROR_FILE_HEAD);
    for (size_t c = 0; c < x->n_header; c++) {
        buf_addc(&x->line, ',');
        buf_add_csv(&x->line, x->header[c]);
    }
    if (x->delivery) buf_addz(&x->line, "," ERROR_KEY_NAME);
    buf_addz(&x->line, "\r\n");
    return RC_OK;
}

static enum rc spill(struct error_file *x, struct err *e)
{
    if (x->line.failed) return err_nomem(e);
    if (x->line.n && fwrite(x->line.p, 1, x->line.n, x->f) != x->line.n) return cannot(x, e);
    /* It goes to the disk meanwhile; what fails there is told by the sync. */
    if (x->line.n) (void)sync_file_range(fileno(x->f), 0, 0, SYNC_FILE_RANGE_WRITE);
    buf_clear(&x->line);
    return RC_OK;
}

void error_file_place(const struct error_file *x, uint32_t line, struct buf *out)
{
    struct str sheet;
    uint32_t row;
    bool named = sheet_places_find(x->sheets, line, &sheet, &row);
    if (named) buf_addf(out, "%.*s!", STR_ARG(sheet));
    buf_add_i64(out, named ? row : line);
}

static char *put_bytes(char *to, struct str s)
{
    if (s.n) memcpy(to, s.p, s.n);
    return to + s.n;
}

/* The merged area in which a row's cell lies; NULL: none. */
static const struct merged_area *area_of(const struct error_file *x, const struct bad_row *b, uint32_t line)
{
    return x->merged && b->column ? merged_covering(x->merged, line, b->column) : NULL;
}

void error_file_reason(const struct error_file *x, const struct bad_row *b, uint32_t line, struct buf *out)
{
    const struct merged_area *a = area_of(x, b, line);
    char letters[SHEET_LETTERS_MAX];
    bool en = x->lang == LANG_EN;
    bad_reason(b, x->lang, out);
    if (!a) return;
    sheet_letters(a->letters, letters);
    buf_addz(out, en ? "; the cell lies in the merged area " : "；该单元格属于合并区域 ");
    buf_addf(out, "%s%" PRIu32 ":%s%" PRIu32, letters, a->row, letters, a->last_row);
    buf_addz(out, en ? ", whose value counts in its first row only" : "，其值只算在第一行");
}

static char *put_field(char *to, struct str s)
{
    to = csv_put(to, s);
    *to++ = ',';
    return to;
}

/* One row's reason is mostly that of the row before. */
static struct str reason_field(struct error_file *x, const struct bad_row *b, uint32_t line)
{
    bool merged = area_of(x, b, line) != NULL; /* then it says more than that */
    uint64_t of = merged ? 0 : ((uint64_t)b->why + 1) << 32 | b->detail;
    if (of && of == x->reason_of) return buf_str(&x->reason);
    buf_clear(&x->scratch);
    buf_clear(&x->reason);
    error_file_reason(x, b, line, &x->scratch);
    buf_add_csv(&x->reason, buf_str(&x->scratch));
    bool failed = x->scratch.failed || x->reason.failed;
    x->line.failed |= failed; /* else the file would be told as whole without it */
    x->reason_of = failed ? 0 : of;
    return buf_str(&x->reason);
}

static struct str place_of(struct error_file *x, uint32_t line, struct str digits)
{
    if (!x->sheets.n) return digits;
    buf_clear(&x->scratch);
    error_file_place(x, line, &x->scratch);
    x->line.failed |= x->scratch.failed;
    return buf_str(&x->scratch);
}

/* Room is asked for once, so that nothing is looked up or grown for each of its cells. */
static void add_row(struct error_file *x, const struct bad_list *l, const struct bad_row *b)
{
    const char *text = l->text.p ? l->text.p : "";
    uint32_t line = x->line_of ? x->line_of[b->line - 1] : b->line;
    struct str value = str_make(text + b->value, b->value_n), row = str_make(text + b->text, b->text_n);
    struct str column = b->column ? x->header[b->column - 1] : STR("");
    char number[32];
    struct str digits = str_make(number, dec_format(line, 0, false, number));
    struct str why = reason_field(x, b, line), place = place_of(x, line, digits);
    size_t cells = csv_room(place.n) + csv_room(column.n) + csv_room(value.n) + csv_room(row.n);
    size_t most = cells + why.n + ERROR_KEY_MAX + 16;
    if (!buf_reserve(&x->line, most)) return;
    char *to = x->line.p + x->line.n;
    to = put_field(to, place);
    to = put_field(to, column);
    to = put_field(to, value);
    to = put_bytes(to, why);
    *to++ = ',';
    to = error_row_put(to, row); /* a CSV row already */
    if (x->delivery) {
        *to++ = ',';
        to = error_key_put(&x->key, line, digits, to);
    }
    *to++ = '\r';
    *to++ = '\n';
    x->line.n = (size_t)(to - x->line.p);
}

enum rc error_file_add(struct error_file *x, const struct bad_list *l, struct err *e)
{
    if (l->v.n == 0) return RC_OK;
    x->synced = false;
    if (error_sheet_wanted(x->path)) return error_sheet_add(x, l, e);
    if (!x->f) TRY(open_file(x, e));
    for (size_t i = 0; i < l->v.n; i++) {
        add_row(x, l, &l->v.v[i]);
        if (x->line.n > MIB(1)) TRY(spill(x, e));
    }
    x->any = true;
    return RC_OK;
}

static void sync_aside(void *ctx)
{
    struct error_file *x = ctx;
    x->sync_errno = fsync(fileno(x->f)) ? errno : 0;
}

enum rc error_file_begin_sync(struct error_file *x, struct err *e)
{
    if (!x->f || x->synced || x->syncer) return RC_OK;
    TRY(spill(x, e));
    if (fflush(x->f)) return cannot(x, e);
    x->syncer = par_aside_start(x->pool, sync_aside, x);
    return RC_OK;
}

/* The end of what error_file_begin_sync began, or all of it. */
static enum rc finish_sync(struct error_file *x, struct err *e)
{
    TRY(error_file_begin_sync(x, e));
    if (x->synced) return RC_OK;
    if (!x->syncer) sync_aside(x);
    par_aside_end(x->syncer);
    x->syncer = NULL;
    errno = x->sync_errno;
    if (errno) return cannot(x, e);
    x->synced = true;
    return RC_OK;
}

enum rc error_file_end(struct error_file *x, struct err *e)
{
    if (x->sheet) return error_sheet_end(x, e);
    if (!x->f) return RC_OK;
    TRY(finish_sync(x, e));
    bool closed = fclose(x->f) == 0;
    x->f = NULL;
    if (!closed || rename(x->tmp, x->path)) return cannot(x, e);
    return RC_OK;
}

void error_file_drop(struct error_file *x)
{
    par_aside_end(x->syncer);
    x->syncer = NULL;
    if (x->f) {
        (void)fclose(x->f);
        (void)unlink(x->tmp);
        x->f = NULL;
    }
    buf_fini(&x->line);
    buf_fini(&x->scratch);
    buf_fini(&x->reason);
    error_sheet_drop(x);
}
