#include "app/say.h"
#include <inttypes.h>
#include "base/utf8.h"
#include "ident/division_code.h"

enum { TABLE_CELLS_MAX = 1 << 22, TABLE_GAP = 2 };

char *say_number(int64_t v, char *out)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%" PRIu64, v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v);
    char *p = out;
    if (v < 0) *p++ = '-';
    for (int i = 0; i < n; i++) {
        *p++ = digits[i];
        if (i + 1 < n && (n - 1 - i) % 3 == 0) *p++ = ',';
    }
    *p = 0;
    return out;
}

const char *say_date(date_day d, char out[DATE_TEXT_MAX])
{
    if (!d) return "";
    return date_format(d, out);
}

const char *say_time(int64_t us, char *out)
{
    if (!us) return "";
    clock_format(us, out);
    out[10] = ' ';
    out[16] = 0;
    return out;
}

/* ---------------------------------------------------------------- tables */

static struct str copied(struct table *t, struct str s)
{
    struct str c = str_dup(t->arena, s);
    if (s.n && !c.p) t->failed = true;
    return c;
}

void table_init(struct table *t, struct arena *a, const char *heads)
{
    *t = (struct table){.arena = a};
    struct str rest = str_from(heads), head;
    while (t->columns < TABLE_COLUMNS_MAX && str_cut(&rest, '|', &head)) {
        size_t c = t->columns++;
        if (str_starts(head, STR(">"))) {
            t->right[c] = true;
            head = str_sub(head, 1, head.n);
        }
        table_cell(t, head);
    }
}

void table_cell(struct table *t, struct str s)
{
    if (t->n == t->cap) {
        size_t more = t->cap ? t->cap * 2 : 64;
        struct str *v = more <= TABLE_CELLS_MAX ? ARENA_ARRAY(t->arena, struct str, more) : NULL;
        if (!v) {
            t->failed = true;
            return;
        }
        if (t->n) memcpy(v, t->cells, t->n * sizeof *v);
        t->cells = v;
        t->cap = more;
    }
    t->cells[t->n++] = copied(t, s);
}

void table_text(struct table *t, const struct buf *b)
{
    t->failed |= b->failed;
    table_cell(t, buf_str(b));
}

void table_z(struct table *t, const char *z) { table_cell(t, str_from(z)); }

void table_number(struct table *t, int64_t v)
{
    char text[32];
    table_z(t, say_number(v, text));
}

void table_date(struct table *t, date_day d)
{
    char text[DATE_TEXT_MAX];
    table_z(t, say_date(d, text));
}

static struct str clipped(struct str s, size_t width)
{
    while (width && utf8_width(s) > width) s = utf8_clip(s, s.n - 1);
    return s;
}

static void add_row(const struct table *t, size_t at, const size_t *width, struct buf *b)
{
    for (size_t c = 0; c < t->columns && at + c < t->n; c++) {
        struct str s = clipped(t->cells[at + c], t->clip[c]);
        size_t w = utf8_width(s), pad = width[c] > w ? width[c] - w : 0;
        bool last = c + 1 == t->columns;
        for (size_t i = 0; t->right[c] && i < pad; i++) buf_addc(b, ' ');
        buf_add(b, s);
        for (size_t i = 0; !last && i < (t->right[c] ? TABLE_GAP : pad + TABLE_GAP); i++) buf_addc(b, ' ');
    }
    buf_addc(b, '\n');
}

enum rc table_print(struct table *t, struct out *out, struct err *e)
{
    size_t width[TABLE_COLUMNS_MAX] = {0};
    if (t->failed) return err_nomem(e);
    for (size_t i = 0; i < t->n; i++) {
        size_t w = utf8_width(clipped(t->cells[i], t->clip[i % t->columns]));
        if (w > width[i % t->columns]) width[i % t->columns] = w;
    }
    struct buf b;
    buf_init(&b, SAY_MAX);
    for (size_t at = 0; at < t->n; at += t->columns) add_row(t, at, width, &b);
    enum rc rc = b.failed ? err_nomem(e) : RC_OK;
    if (!rc) out_str(out, buf_str(&b));
    buf_fini(&b);
    return rc;
}

/* ---------------------------------------------------------------- JSON */

void json_init(struct json *j)
{
    *j = (struct json){0};
    buf_init(&j->b, SAY_MAX);
}

static void json_name(struct json *j, const char *name)
{
    if (j->comma) buf_addc(&j->b, ',');
    j->comma = true;
    if (!name) return;
    buf_add_json(&j->b, str_from(name));
    buf_addc(&j->b, ':');
}

void json_open(struct json *j, const char *name, char bracket)
{
    json_name(j, name);
    buf_addc(&j->b, bracket);
    j->comma = false;
}

void json_close(struct json *j, char bracket)
{
    buf_addc(&j->b, bracket);
    j->comma = true;
}

void json_text(struct json *j, const char *name, struct str v)
{
    json_name(j, name);
    buf_add_json(&j->b, v);
}

void json_buf(struct json *j, const char *name, const struct buf *v)
{
    j->b.failed |= v->failed;
    json_text(j, name, buf_str(v));
}

void json_raw(struct json *j, const char *name, struct str v)
{
    json_name(j, name);
    buf_add(&j->b, v);
}

void json_number(struct json *j, const char *name, int64_t v)
{
    json_name(j, name);
    buf_add_i64(&j->b, v);
}

void json_bool(struct json *j, const char *name, bool v)
{
    json_name(j, name);
    buf_addz(&j->b, v ? "true" : "false");
}

void json_date(struct json *j, const char *name, date_day d)
{
    char text[DATE_TEXT_MAX];
    json_name(j, name);
    if (!d) buf_addz(&j->b, "null");
    else buf_add_json(&j->b, str_from(date_format(d, text)));
}

void json_division(struct json *j, const char *name, int64_t code)
{
    char text[DIVISION_TEXT_MAX];
    json_text(j, name, str_from(division_format(code, text)));
}

enum rc json_print(struct json *j, struct out *out, struct err *e)
{
    buf_addc(&j->b, '\n');
    enum rc rc = j->b.failed ? err_nomem(e) : RC_OK;
    if (!rc) out_str(out, buf_str(&j->b));
    buf_fini(&j->b);
    return rc;
}
