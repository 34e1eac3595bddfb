/* One CSV file: fields, rows, and the encoding and line ends its department uses. */
#include <errno.h>
#include <iconv.h>
#include <stdarg.h>
#include <stdio.h>

#include "app/gen_int.h"
#include "base/io.h"

enum {
    ROWS_BUFFER_MAX = GEN_FLUSH_BYTES + 2 * GEN_ROW_MAX,
    TWICE_PER_10000 = 30,
    DAY_UNKNOWN_PER_10000 = 5,
    FIELD_FORMAT_MAX = 256,
};

/* ---- bytes */

static enum rc converter_open(struct gen_file *f, struct err *e)
{
    const char *to = f->coding == CODING_GB18030 ? "GB18030" : f->coding == CODING_UTF16 ? "UTF-16LE" : NULL;
    if (!to) return RC_OK;
    iconv_t c = iconv_open(to, "UTF-8");
    if (c == (iconv_t)-1)
        return err_set(e, RC_ENV, pos_none(),
                       "this system cannot write %s: install the converters of the C library (gconv)",
                       "本系统不能写出 %s 编码：请安装 C 库的字符集转换模块（gconv）", to);
    f->converter = c;
    return RC_OK;
}

/* rows in the file's encoding into bytes; false when a character has no place in it. */
static bool convert(struct gen_file *f)
{
    buf_clear(&f->bytes);
    if (!buf_reserve(&f->bytes, f->rows.n * 2 + 4)) return false;
    char *in = f->rows.p, *out = f->bytes.p;
    size_t in_left = f->rows.n, out_left = f->bytes.cap;
    if (iconv((iconv_t)f->converter, &in, &in_left, &out, &out_left) == (size_t)-1) return false;
    f->bytes.n = (size_t)(out - f->bytes.p);
    return true;
}

static enum rc flush(struct gen_file *f, struct err *e)
{
    if (f->rows.failed) return err_nomem(e);
    if (f->rows.n == 0) return RC_OK;
    if (f->converter && !convert(f)) return err_nomem(e);
    const struct buf *b = f->converter ? &f->bytes : &f->rows;
    bool written = fwrite(b->p, 1, b->n, f->f) == b->n;
    buf_clear(&f->rows);
    if (written) return RC_OK;
    return err_set(e, RC_ENV, pos_none(), "cannot write a demo file: %s; free some disk space and try again",
                   "无法写出演示文件：%s；请腾出磁盘空间后重试", err_os(errno, e));
}

/* ---- fields */

static void field_begin(struct gen_file *f)
{
    if (!f->first_field) buf_addc(&f->rows, ',');
    f->first_field = false;
}

void put_blank(struct gen_file *f) { field_begin(f); }

void put_str(struct gen_file *f, struct str s)
{
    field_begin(f);
    bool quote = false;
    for (size_t i = 0; i < s.n; i++) quote |= s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
    if (!quote) {
        buf_add(&f->rows, s);
        return;
    }
    buf_addc(&f->rows, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') buf_addc(&f->rows, '"');
        buf_addc(&f->rows, s.p[i]);
    }
    buf_addc(&f->rows, '"');
}

void put_z(struct gen_file *f, const char *z) { put_str(f, str_from(z)); }

void put_int(struct gen_file *f, int64_t v)
{
    field_begin(f);
    buf_add_i64(&f->rows, v);
}

void put_fen(struct gen_file *f, int64_t fen)
{
    char t[32];
    field_begin(f);
    if (fen == 0) buf_add_bytes(&f->rows, "0.00", 4);
    else buf_add_bytes(&f->rows, t, dec_format(fen, 2, false, t));
}

void put_fmt(struct gen_file *f, const char *fmt, ...)
{
    char t[FIELD_FORMAT_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(t, sizeof t, fmt, args);
    va_end(args);
    put_z(f, t);
}

static void digits(char *at, int32_t v, size_t n)
{
    for (size_t i = n; i-- > 0; v /= 10) at[i] = (char)('0' + v % 10);
}

void put_serial(struct gen_file *f, const char *prefix, int32_t month)
{
    char t[20];
    digits(t, f->g->o->county, 6);
    digits(t + 6, month / 12, 4);
    digits(t + 10, month % 12 + 1, 2);
    digits(t + 12, (int32_t)((f->rows_n + 1) % 100000000), 8);
    field_begin(f);
    buf_addz(&f->rows, prefix);
    buf_add_bytes(&f->rows, t, sizeof t);
}

void put_day(struct gen_file *f, date_day d)
{
    struct ymd x = date_split(d);
    char t[] = "0000-00-00";
    digits(t, x.year, 4);
    digits(t + 5, x.month, 2);
    digits(t + 8, x.day, 2);
    field_begin(f);
    buf_add_bytes(&f->rows, t, sizeof t - 1);
}

static void put_compact(struct gen_file *f, struct ymd x)
{
    char t[8];
    digits(t, x.year, 4);
    digits(t + 4, x.month, 2);
    digits(t + 6, x.day, 2);
    field_begin(f);
    buf_add_bytes(&f->rows, t, sizeof t);
}

void put_date(struct gen_file *f, struct rng *r, date_day d)
{
    static const uint16_t FORMS[] = {70, 12, 8, 5, 5};
    struct ymd x = date_split(d);
    if (f->dates == DATES_ISO) put_day(f, d);
    else if (f->dates == DATES_COMPACT) put_compact(f, x);
    else if (f->dates == DATES_SLASH) put_fmt(f, "%d/%d/%d", x.year, x.month, x.day);
    else if (gen_chance(r, DAY_UNKNOWN_PER_10000))
        put_fmt(f, gen_chance(r, 5000) ? "%d-%02d" : "%d年", x.year, x.month);
    else switch (gen_weighted(r, FORMS, sizeof FORMS / sizeof *FORMS)) {
        case 1: put_fmt(f, "%d/%d/%d", x.year, x.month, x.day); break;
        case 2: put_fmt(f, "%d年%d月%d日", x.year, x.month, x.day); break;
        case 3: put_fmt(f, "%d.%d.%d", x.year, x.month, x.day); break;
        case 4: put_compact(f, x); break;
        default: put_day(f, d); break;
        }
}

static void line_end(struct gen_file *f)
{
    if (f->crlf) buf_addc(&f->rows, '\r');
    buf_addc(&f->rows, '\n');
    f->first_field = true;
}

void row_end(struct gen_file *f, struct rng *r)
{
    line_end(f);
    f->rows_n++;
    size_t n = f->rows.n - f->row_at;
    if (r && gen_chance(r, TWICE_PER_10000) && buf_reserve(&f->rows, n)) {
        buf_add_bytes(&f->rows, f->rows.p + f->row_at, n);
        f->rows_n++;
    }
    f->row_at = f->rows.n;
    if (f->rows.n > GEN_FLUSH_BYTES && !f->failed && flush(f, &f->err)) f->failed = true;
    if (f->rows.n > GEN_FLUSH_BYTES) buf_clear(&f->rows);
    f->row_at = f->rows.n;
}

/* ---- files */

static enum rc write_content(struct gen_file *f, const struct gen_dataset *d, int32_t month, struct err *e)
{
    TRY(converter_open(f, e));
    if (f->coding == CODING_UTF16 || f->coding == CODING_UTF8_BOM) buf_addz(&f->rows, "\xef\xbb\xbf");
    buf_addz(&f->rows, d->header);
    line_end(f);
    f->row_at = f->rows.n;
    d->write(f, month);
    if (f->failed) {
        if (e) *e = f->err;
        return f->err.rc;
    }
    return flush(f, e);
}

enum rc gen_file_write(const struct gen *g, const struct gen_dataset *d, int32_t month, uint64_t *rows, struct err *e)
{
    char path[GEN_PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%04d-%02d", g->o->dir, month / 12, month % 12 + 1);
    if (n < 0 || (size_t)n + 64 > sizeof path)
        return err_set(e, RC_USAGE, pos_none(), "the folder's name is too long", "文件夹名过长");
    TRY(io_make_dir(path, e));
    snprintf(path + n, sizeof path - (size_t)n, "/%s.csv", d->name);
    struct gen_file f = {.g = g, .coding = d->coding, .crlf = d->crlf, .dates = d->dates, .first_field = true};
    f.err.lang = e ? e->lang : LANG_ZH;
    f.f = fopen(path, "wb");
    if (!f.f) return err_set(e, RC_ENV, pos_none(), "cannot create %s: %s", "无法创建 %s：%s", path, err_os(errno, e));
    buf_init(&f.rows, ROWS_BUFFER_MAX);
    buf_init(&f.bytes, 4 * (size_t)ROWS_BUFFER_MAX);
    enum rc rc = write_content(&f, d, month, e);
    if (f.converter) iconv_close((iconv_t)f.converter);
    if (fclose(f.f) != 0 && rc == RC_OK)
        rc = err_set(e, RC_ENV, pos_none(), "cannot write %s: %s", "无法写出 %s：%s", path, err_os(errno, e));
    buf_fini(&f.rows);
    buf_fini(&f.bytes);
    *rows = f.rows_n;
    return rc;
}
