#include <zip.h>
#include "base/buf.h"
#include "base/limits.h"
#include "sheet/sheet_testing.h"

enum { PARTS_MAX = 16 };
#define MAIN_NS "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

struct maker {
    zip_t *z;
    struct buf part[PARTS_MAX]; /* must live until the archive is closed */
    size_t n;
    const char *password;
};

static void add(struct test *t, struct maker *k, const char *name, const char *a, const char *b, const char *c)
{
    struct buf *p = &k->part[k->n++];
    buf_init(p, MIB(32));
    buf_addz(p, a);
    buf_addz(p, b ? b : "");
    buf_addz(p, c);
    zip_source_t *s = zip_source_buffer(k->z, p->p, p->n, 0);
    zip_int64_t at = zip_file_add(k->z, name, s, ZIP_FL_ENC_UTF_8);
    CHECK(t, at >= 0);
    if (k->password) CHECK(t, zip_file_set_encryption(k->z, (zip_uint64_t)at, ZIP_EM_AES_128, k->password) == 0);
}

static void add_book(struct test *t, struct maker *k, const struct xlsx_made *m)
{
    struct buf b;
    buf_init(&b, KIB(64));
    buf_addf(&b, HEAD "<workbook " MAIN_NS " xmlns:r=\"" OFFICE "\">%s<sheets>", m->book ? m->book : "");
    buf_addz(&b, "<sheet name=\"甲\" sheetId=\"1\" r:id=\"rId1\"/>");
    if (m->second) buf_addz(&b, "<sheet name=\"乙\" sheetId=\"2\" r:id=\"rId2\"/>");
    add(t, k, "xl/workbook.xml", buf_z(&b), NULL, "</sheets></workbook>");
    buf_fini(&b);
}

static void add_relations(struct test *t, struct maker *k, const struct xlsx_made *m)
{
    struct buf b;
    buf_init(&b, KIB(64));
    static const char ONE[] = "<Relationship Id=\"%s\" Type=\"" OFFICE "/%s\" Target=\"%s\"/>";
    buf_addf(&b, ONE, "rId1", "worksheet", "worksheets/sheet1.xml");
    if (m->second) buf_addf(&b, ONE, "rId2", "worksheet", "/xl/worksheets/sheet2.xml");
    if (m->strings) buf_addf(&b, ONE, "rId3", "sharedStrings", "./sharedStrings.xml");
    if (m->styles) buf_addf(&b, ONE, "rId4", "styles", "../xl/styles.xml");
    add(t, k, "xl/_rels/workbook.xml.rels", HEAD "<Relationships>", buf_z(&b), "</Relationships>");
    buf_fini(&b);
}

void xlsx_make(struct test *t, const struct xlsx_made *m, char *path)
{
    int why = 0;
    struct maker k = {.password = m->password};
    char first[1024];
    (void)snprintf(path, 512, "%s/made.xlsx", t->tmp_dir);
    k.z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &why);
    CHECK(t, k.z != NULL);
    if (!k.z) return;
    add(t, &k, "[Content_Types].xml", HEAD "<Types/>", NULL, "");
    add(t, &k, "_rels/.rels", HEAD "<Relationships>",
        "<Relationship Id=\"a\" Type=\"" OFFICE "/officeDocument\" Target=\"xl/workbook.xml\"/>", "</Relationships>");
    add_book(t, &k, m);
    add_relations(t, &k, m);
    (void)snprintf(first, sizeof first, HEAD "%s<worksheet " MAIN_NS ">", m->prolog ? m->prolog : "");
    add(t, &k, "xl/worksheets/sheet1.xml", first, m->sheet, "</worksheet>");
    if (m->second) add(t, &k, "xl/worksheets/sheet2.xml", HEAD "<worksheet " MAIN_NS ">", m->second, "</worksheet>");
    if (m->strings) add(t, &k, "xl/sharedStrings.xml", HEAD "<sst " MAIN_NS ">", m->strings, "</sst>");
    if (m->styles) add(t, &k, "xl/styles.xml", HEAD "<styleSheet " MAIN_NS ">", m->styles, "</styleSheet>");
    if (m->more) add(t, &k, m->more, "x", NULL, "");
    CHECK(t, zip_close(k.z) == 0);
    for (size_t i = 0; i < k.n; i++) buf_fini(&k.part[i]);
}

/* Dates, percentages and zeros are read by the format of their cells. */
void xlsx_make_test(struct test *t);

void xlsx_make_test(struct test *t)
{
    if (!TEST(t, "sheet: the maker of workbooks for tests makes a zip")) return;
    char path[512];
    xlsx_make(t, &(struct xlsx_made){.sheet = ""}, path);
    zip_t *z = zip_open(path, ZIP_RDONLY, NULL);
    CHECK(t, z && zip_get_num_entries(z, 0) == 5);
    if (z) zip_discard(z);
}
