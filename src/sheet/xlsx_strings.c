/* The shared strings of an XLSX file: texts of rich text runs put together, phonetic readings (rPh) left out. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "sheet/xlsx_int.h"

struct strings_run {
    struct xml_run x;
    struct xlsx_strings *out;
    size_t from; /* of the text being read */
    unsigned phonetic;
    bool in_text;
    size_t most; /* enough after so many */
};

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/* "_x000D_": characters that XML cannot hold. Surrogates are left as they stand. */
static bool escape_at(struct str s, size_t i, uint32_t *c)
{
    if (s.n - i < 7 || s.p[i + 1] != 'x' || s.p[i + 6] != '_') return false;
    *c = 0;
    for (size_t k = i + 2; k < i + 6; k++) {
        if (hex(s.p[k]) < 0) return false;
        *c = *c << 4 | (uint32_t)hex(s.p[k]);
    }
    return *c - 0xD800 >= 0x800;
}

void xlsx_undo_escapes(struct buf *b, size_t from)
{
    size_t n = from;
    uint32_t c;
    if (b->n - from < 7 || str_find(str_make(b->p + from, b->n - from), STR("_x"), 0) == SIZE_MAX) return;
    for (size_t i = from; i < b->n;) {
        if (b->p[i] == '_' && escape_at(buf_str(b), i, &c)) {
            n += utf8_encode(c, b->p + n); /* at most three bytes for seven */
            i += 7;
        } else {
            b->p[n++] = b->p[i++];
        }
    }
    b->n = n;
}

static void string_start(void *ctx, const char *name, const char **a)
{
    struct strings_run *r = ctx;
    (void)a;
    if (strcmp(name, "si") == 0) r->from = r->out->text.n;
    else if (strcmp(name, "rPh") == 0) r->phonetic++;
    else if (strcmp(name, "t") == 0) r->in_text = r->phonetic == 0;
}

static void string_text(void *ctx, const char *p, int n)
{
    struct strings_run *r = ctx;
    if (r->in_text) buf_add_bytes(&r->out->text, p, (size_t)n);
}

static bool keep_end(struct xlsx_strings *s)
{
    if (s->text.failed || s->text.n > UINT32_MAX) return false;
    if (s->n == s->cap && !vec_grow(&s->end, &s->cap, s->n, sizeof *s->end, SHEET_STRINGS_MAX)) return false;
    s->end[s->n++] = (uint32_t)s->text.n;
    return true;
}

static void string_end(void *ctx, const char *name)
{
    struct strings_run *r = ctx;
    if (strcmp(name, "t") == 0) r->in_text = false;
    else if (strcmp(name, "rPh") == 0 && r->phonetic) r->phonetic--;
    if (strcmp(name, "si") != 0) return;
    xlsx_undo_escapes(&r->out->text, r->from);
    if (!keep_end(r->out)) xml_fail(&r->x, err_nomem(r->x.err));
    else if (r->out->n >= r->most) r->x.stop = true;
}

enum rc xlsx_strings_read(struct sheet_book *b, size_t n, struct err *e)
{
    static const struct xml_calls CALLS = {string_start, string_end, string_text};
    struct xlsx *x = b->xlsx;
    struct strings_run r = {.out = &x->strings, .most = n};
    r.x = (struct xml_run){.calls = &CALLS, .ctx = &r, .file = b->name, .part = "sharedStrings.xml"};
    if (x->strings_read || x->strings.n >= n || x->strings_entry == SIZE_MAX) return RC_OK;
    x->strings.n = 0;
    buf_clear(&x->strings.text);
    enum rc rc = xml_read_entry(&r.x, x->zip, x->strings_entry, b->threads > 1 && n == SIZE_MAX, e);
    x->strings_read = !rc && !r.x.stop;
    return rc;
}
