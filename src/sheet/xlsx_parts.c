/* The small parts of an XLSX file: relations between parts, number formats. */
#include "base/limits.h"
#include "base/mem.h"
#include "sheet/xlsx_int.h"

enum { RELATIONS_MAX = 100000, FORMATS_MAX = 65536 };

bool xlsx_number(const char *z, uint32_t max, uint32_t *out)
{
    int64_t v;
    if (!z || !str_to_i64(str_from(z), 0, max, &v)) return false;
    *out = (uint32_t)v;
    return true;
}

/* ---- relations */

struct relations_run {
    struct xml_run x;
    struct sheet_book *b;
    struct xlsx_relations *out;
    struct str folder; /* of the part they begin at, with its slash */
};

/* "xl/" + "worksheets/sheet1.xml"; "/xl/a.xml" stands alone; "../a.xml" goes up. */
static struct str target_name(struct arena *a, struct str folder, struct str target)
{
    if (target.n && target.p[0] == '/') return str_dup(a, str_sub(target, 1, target.n));
    while (str_starts(target, STR("../"))) {
        target = str_sub(target, 3, target.n);
        if (folder.n) folder.n--;
        while (folder.n && folder.p[folder.n - 1] != '/') folder.n--;
    }
    if (str_starts(target, STR("./"))) target = str_sub(target, 2, target.n);
    char *p = arena_alloc(a, folder.n + target.n + 1);
    if (!p) return (struct str){0};
    if (folder.n) memcpy(p, folder.p, folder.n);
    if (target.n) memcpy(p + folder.n, target.p, target.n);
    return str_make(p, folder.n + target.n);
}

static struct str last_word(const char *address)
{
    const char *slash = address ? strrchr(address, '/') : NULL;
    return str_from(slash ? slash + 1 : address);
}

static void relation_start(void *ctx, const char *name, const char **a)
{
    struct relations_run *r = ctx;
    struct arena *arena = &r->b->arena;
    const char *id = xml_attribute(a, "Id"), *target = xml_attribute(a, "Target");
    const char *mode = xml_attribute(a, "TargetMode");
    if (strcmp(name, "Relationship") != 0 || !id || !target || (mode && strcmp(mode, "External") == 0)) return;
    struct xlsx_relation one = {.id = str_dup(arena, str_from(id)),
                                .kind = str_dup(arena, last_word(xml_attribute(a, "Type"))),
                                .target = target_name(arena, r->folder, str_from(target))};
    bool ok = !arena_failed(arena) && vec_push(r->out, RELATIONS_MAX, one);
    if (!ok) xml_fail(&r->x, err_nomem(r->x.err));
}

static void nothing(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
}

/* The relations of "xl/workbook.xml" are in "xl/_rels/workbook.xml.rels". No such part: no relations. */
enum rc xlsx_relations_read(struct sheet_book *b, struct str part, struct xlsx_relations *out, struct err *e)
{
    static const struct xml_calls CALLS = {relation_start, nothing, NULL};
    struct str folder = part;
    char name[1024];
    *out = (struct xlsx_relations){0};
    while (folder.n && folder.p[folder.n - 1] != '/') folder.n--;
    int n = snprintf(name, sizeof name, "%.*s_rels/%.*s.rels", STR_ARG(folder), (int)(part.n - folder.n),
                     part.p + folder.n);
    if (n < 0 || (size_t)n >= sizeof name) return sheet_broken(b, "_rels", e);
    size_t entry = zip_box_find(b->xlsx->zip, str_from(name));
    struct relations_run r = {.b = b, .out = out, .folder = folder};
    r.x = (struct xml_run){.calls = &CALLS, .ctx = &r, .file = b->name, .part = "_rels"};
    if (entry == SIZE_MAX) return RC_OK;
    enum rc rc = xml_read_entry(&r.x, b->xlsx->zip, entry, false, e);
    if (rc) mem_free(out->v), *out = (struct xlsx_relations){0};
    return rc;
}

struct str xlsx_relation_of(const struct xlsx_relations *r, struct str kind)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->v[i].kind, kind)) return r->v[i].target;
    return STR("");
}

struct str xlsx_relation_id(const struct xlsx_relations *r, struct str id, struct str *kind)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->v[i].id, id)) return *kind = r->v[i].kind, r->v[i].target;
    return STR("");
}

/* ---- styles */

struct format {
    uint32_t id;
    struct sheet_style style;
};

struct styles_run {
    struct xml_run x;
    struct sheet_book *b;
    VEC(struct format) format;
    VEC(struct sheet_style) style;
    bool in_cells;    /* inside cellXfs: what cells refer to, not cellStyleXfs */
    bool in_fonts;    /* inside fonts, not dxfs */
    VEC(bool) struck; /* of each font */
};

static struct sheet_style style_of(const struct styles_run *r, uint32_t id)
{
    for (size_t i = 0; i < r->format.n; i++)
        if (r->format.v[i].id == id) return r->format.v[i].style;
    return sheet_style_builtin(id);
}

static bool is_struck(const struct styles_run *r, const char **a)
{
    uint32_t font = 0;
    return xlsx_number(xml_attribute(a, "fontId"), UINT32_MAX, &font) && font < r->struck.n && r->struck.v[font];
}

/* <strike/>, <strike val="0"/> */
static bool is_true(const char *value) { return !value || (value[0] != '0' && value[0] != 'f'); }

static void style_start(void *ctx, const char *name, const char **a)
{
    struct styles_run *r = ctx;
    uint32_t id = 0;
    bool ok = true;
    if (strcmp(name, "cellXfs") == 0) {
        r->in_cells = true;
    } else if (strcmp(name, "numFmt") == 0) {
        const char *code = xml_attribute(a, "formatCode");
        if (!code || !xlsx_number(xml_attribute(a, "numFmtId"), UINT32_MAX, &id)) return;
        ok = vec_push(&r->format, FORMATS_MAX, (struct format){id, sheet_style_code(str_from(code))});
    } else if (r->in_cells && strcmp(name, "xf") == 0) {
        if (!xlsx_number(xml_attribute(a, "numFmtId"), UINT32_MAX, &id)) id = 0;
        struct sheet_style style = style_of(r, id);
        style.struck = is_struck(r, a);
        ok = vec_push(&r->style, SHEET_STYLES_MAX, style);
    } else if (strcmp(name, "fonts") == 0) {
        r->in_fonts = true;
    } else if (r->in_fonts && strcmp(name, "font") == 0) {
        ok = vec_push(&r->struck, SHEET_STYLES_MAX, false);
    } else if (r->in_fonts && r->struck.n && strcmp(name, "strike") == 0) {
        r->struck.v[r->struck.n - 1] = is_true(xml_attribute(a, "val"));
    }
    if (!ok) xml_fail(&r->x, err_nomem(r->x.err));
}

static void style_end(void *ctx, const char *name)
{
    struct styles_run *r = ctx;
    if (strcmp(name, "cellXfs") == 0) r->in_cells = false;
    if (strcmp(name, "fonts") == 0) r->in_fonts = false;
}

enum rc xlsx_styles_read(struct sheet_book *b, size_t entry, struct err *e)
{
    static const struct xml_calls CALLS = {style_start, style_end, NULL};
    struct styles_run r = {.b = b};
    r.x = (struct xml_run){.calls = &CALLS, .ctx = &r, .file = b->name, .part = "styles.xml"};
    enum rc rc = xml_read_entry(&r.x, b->xlsx->zip, entry, false, e);
    vec_fini(&r.format);
    vec_fini(&r.struck);
    b->xlsx->style = r.style.v;
    b->xlsx->n_styles = r.style.n;
    return rc;
}
