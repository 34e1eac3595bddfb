/* An XLSX workbook: what kind of package it is, its sheets and where they are. */
#include "base/limits.h"
#include "base/mem.h"
#include "sheet/xlsx_int.h"

struct book_run {
    struct xml_run x;
    struct sheet_book *b;
    const struct xlsx_relations *relations;
};

/* ---- the workbook part */

static bool is_true(const char *z) { return z && (strcmp(z, "1") == 0 || strcmp(z, "true") == 0); }

static void add_sheet(struct book_run *r, const char **a)
{
    struct sheet_book *b = r->b;
    const char *name = xml_attribute(a, "name"), *state = xml_attribute(a, "state"), *id = NULL;
    struct str kind = STR("");
    for (const char **k = a; k[0]; k += 2) /* r:id, beside which there may be no other id */
        if (strcmp(k[0], "id") != 0 && strcmp(k[0] + strlen(k[0]) - 2, "id") == 0) id = k[1];
    struct str target = id ? xlsx_relation_id(r->relations, str_from(id), &kind) : STR("");
    bool sheet = str_eq(kind, STR("worksheet"));
    size_t entry = zip_box_find(b->xlsx->zip, target);
    if (b->n == SHEETS_MAX || !name || !id || (sheet && entry == SIZE_MAX)) {
        xml_fail(&r->x, sheet_broken(b, "workbook.xml", r->x.err));
        return;
    }
    b->xlsx->entry[b->n] = entry;
    b->sheet[b->n++] = (struct sheet_info){
        .name = str_dup(&b->arena, str_from(name)), .hidden = state && strcmp(state, "visible") != 0, .chart = !sheet};
    if (arena_failed(&b->arena)) xml_fail(&r->x, err_nomem(r->x.err));
}

static void book_start(void *ctx, const char *name, const char **a)
{
    struct book_run *r = ctx;
    if (strcmp(name, "sheet") == 0) add_sheet(r, a);
    else if (strcmp(name, "workbookPr") == 0 && is_true(xml_attribute(a, "date1904"))) r->b->xlsx->day_shift = 1462;
}

static void nothing(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
}

static enum rc read_book(struct sheet_book *b, struct str part, size_t entry, const struct xlsx_relations *relations,
                         struct err *e)
{
    static const struct xml_calls CALLS = {book_start, nothing, NULL};
    struct book_run r = {.b = b, .relations = relations};
    r.x = (struct xml_run){.calls = &CALLS, .ctx = &r, .file = b->name, .part = "workbook.xml"};
    (void)part;
    b->sheet = ARENA_ARRAY(&b->arena, struct sheet_info, SHEETS_MAX);
    b->xlsx->entry = ARENA_ARRAY(&b->arena, size_t, SHEETS_MAX);
    if (!b->sheet || !b->xlsx->entry) return err_nomem(e);
    TRY(xml_read_entry(&r.x, b->xlsx->zip, entry, false, e));
    return b->n ? RC_OK : sheet_broken(b, "workbook.xml", e);
}

/* ---- what else is in the package */

static enum rc refuse_macros(const struct sheet_book *b, struct err *e)
{
    struct pos at = {.file = b->name};
    const struct zip_box *z = b->xlsx->zip;
    for (size_t i = 0; i < zip_box_count(z); i++) {
        struct str name = zip_box_entry(z, i)->name;
        bool macro = str_ends(name, STR("vbaProject.bin")) || str_starts(name, STR("xl/macrosheets/"));
        if (macro)
            return err_set(e, RC_INPUT, at,
                           "the workbook holds macros (programs), which may harm: refused. Save it as an ordinary "
                           ".xlsx workbook without macros",
                           "工作簿含有宏（程序），可能有害：已拒绝。请另存为不含宏的普通 .xlsx 工作簿");
    }
    return RC_OK;
}

static enum rc read_parts(struct sheet_book *b, struct str part, const struct xlsx_relations *relations, struct err *e)
{
    struct xlsx *x = b->xlsx;
    size_t book = zip_box_find(x->zip, part);
    struct str styles = xlsx_relation_of(relations, STR("styles"));
    struct str strings = xlsx_relation_of(relations, STR("sharedStrings"));
    if (book == SIZE_MAX) return sheet_broken(b, "workbook.xml", e);
    x->strings_entry = strings.n ? zip_box_find(x->zip, strings) : SIZE_MAX;
    if (strings.n && x->strings_entry == SIZE_MAX) return sheet_broken(b, "sharedStrings.xml", e);
    size_t entry = styles.n ? zip_box_find(x->zip, styles) : SIZE_MAX;
    TRY(read_book(b, part, book, relations, e));
    return entry == SIZE_MAX ? RC_OK : xlsx_styles_read(b, entry, e);
}

static enum rc find_book(struct sheet_book *b, struct str *part, struct err *e)
{
    struct xlsx_relations top;
    TRY(xlsx_relations_read(b, STR(""), &top, e));
    *part = xlsx_relation_of(&top, STR("officeDocument"));
    mem_free(top.v);
    if (!part->n) *part = STR("xl/workbook.xml");
    return RC_OK;
}

enum rc xlsx_open(struct sheet_book *b, struct err *e)
{
    struct xlsx_relations relations = {0};
    struct str part;
    struct xlsx *x = b->xlsx = mem_zalloc_array(1, sizeof *x);
    if (!x) return err_nomem(e);
    TRY(zip_box_open(&x->zip, b->fd, b->name, e));
    TRY(refuse_macros(b, e));
    TRY(find_book(b, &part, e));
    enum rc rc = xlsx_relations_read(b, part, &relations, e);
    if (!rc) rc = read_parts(b, part, &relations, e);
    mem_free(relations.v);
    return rc;
}

void xlsx_close(struct xlsx *x)
{
    if (!x) return;
    zip_box_close(x->zip);
    xlsx_strings_fini(&x->strings);
    mem_free(x->style);
    mem_free(x);
}
