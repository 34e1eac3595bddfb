/* The shared strings of an XLSX file: texts of rich text runs put together, phonetic readings (rPh) left out. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "sheet/xlsx_int.h"

struct strings_run {
    struct xml_run x;
    struct xlsx_strings *out;
    struct buf text; /* being read */
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
    if (strcmp(name, "si") == 0) buf_clear(&r->text);
    else if (strcmp(name, "rPh") == 0) r->phonetic++;
    else if (strcmp(name, "t") == 0) r->in_text = r->phonetic == 0;
}

static void string_text(void *ctx, const char *p, int n)
{
    struct strings_run *r = ctx;
    if (r->in_text) buf_add_bytes(&r->text, p, (size_t)n);
}

/* ---- kept */

/* What stands before a text: its length in a byte; LONG and its length in four; OVER and nothing: it was longer than a
 * cell may be; NEXT: it is in the next block. */
enum { MARK_LONG = 253, MARK_OVER = 254, MARK_NEXT = 255, MARK_BYTES_MAX = 5 };
_Static_assert(SHEET_CELL_MAX + MARK_BYTES_MAX + 1 < STRINGS_BLOCK, "a text has room in a block");

static bool next_block(struct xlsx_strings *s)
{
    char *p = mem_alloc(STRINGS_BLOCK);
    if (!p) return false;
    if (s->block.n) s->block.v[s->block.n - 1][s->used] = (char)MARK_NEXT;
    s->used = 0;
    if (vec_push(&s->block, SHEET_STRINGS_BYTES_MAX / STRINGS_BLOCK, p)) return true;
    mem_free(p);
    return false;
}

static bool keep(struct xlsx_strings *s, const struct buf *b)
{
    size_t n = b->failed ? 0 : b->n;
    bool room = s->block.n && s->used + MARK_BYTES_MAX + n < STRINGS_BLOCK;
    if (b->no_memory || s->n >= SHEET_STRINGS_MAX || (!room && !next_block(s))) return false;
    uint64_t place = (s->block.n - 1) * STRINGS_BLOCK + s->used;
    if (s->n % STRINGS_STEP == 0 && !vec_push(&s->place, SHEET_STRINGS_MAX, place)) return false;
    unsigned char *p = (unsigned char *)s->block.v[s->block.n - 1] + s->used;
    size_t head = n < MARK_LONG && !b->failed ? 1 : MARK_BYTES_MAX;
    p[0] = (unsigned char)(b->failed ? MARK_OVER : head == 1 ? n : MARK_LONG);
    for (size_t i = 1; i < head; i++) p[i] = (unsigned char)(n >> 8 * (i - 1));
    if (n) memcpy(p + head, b->p, n);
    s->used += head + n;
    s->n++;
    return true;
}

bool xlsx_string(const struct xlsx_strings *s, uint32_t i, struct str *out)
{
    uint64_t place = s->place.v[i / STRINGS_STEP];
    size_t block = (size_t)(place / STRINGS_BLOCK), at = (size_t)(place % STRINGS_BLOCK);
    for (uint32_t left = i % STRINGS_STEP;; left--) {
        const unsigned char *p = (const unsigned char *)s->block.v[block] + at;
        if (p[0] == MARK_NEXT) p = (const unsigned char *)s->block.v[++block], at = 0;
        size_t n = p[0], head = 1;
        if (p[0] >= MARK_LONG) {
            head = MARK_BYTES_MAX;
            n = p[1] | (size_t)p[2] << 8 | (size_t)p[3] << 16 | (size_t)p[4] << 24;
        }
        if (!left) return *out = str_make((const char *)p + head, n), p[0] != MARK_OVER;
        at += head + n;
    }
}

void xlsx_strings_fini(struct xlsx_strings *s)
{
    for (size_t i = 0; i < s->block.n; i++) mem_free(s->block.v[i]);
    vec_fini(&s->block);
    vec_fini(&s->place);
    *s = (struct xlsx_strings){.n = 0};
}

/* ---- read */

static void string_end(void *ctx, const char *name)
{
    struct strings_run *r = ctx;
    if (strcmp(name, "t") == 0) r->in_text = false;
    else if (strcmp(name, "rPh") == 0 && r->phonetic) r->phonetic--;
    if (strcmp(name, "si") != 0) return;
    xlsx_undo_escapes(&r->text, 0);
    if (!keep(r->out, &r->text)) xml_fail(&r->x, err_nomem(r->x.err));
    else if (r->out->n >= r->most) r->x.stop = true;
}

enum rc xlsx_strings_read(struct sheet_book *b, size_t n, struct err *e)
{
    static const struct xml_calls CALLS = {string_start, string_end, string_text};
    struct xlsx *x = b->xlsx;
    struct strings_run r = {.out = &x->strings, .most = n};
    r.x = (struct xml_run){.calls = &CALLS, .ctx = &r, .file = b->name, .part = "sharedStrings.xml"};
    if (x->strings_read || x->strings.n >= n || x->strings_entry == SIZE_MAX) return RC_OK;
    xlsx_strings_fini(&x->strings);
    buf_init(&r.text, SHEET_CELL_MAX);
    enum rc rc = xml_read_entry(&r.x, x->zip, x->strings_entry, b->threads > 1 && n == SIZE_MAX, e);
    buf_fini(&r.text);
    x->strings_read = !rc && !r.x.stop;
    return rc;
}
