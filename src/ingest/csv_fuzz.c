/* Any bytes, cut into parts of any size: the reader must say what the plain reference says, with every kernel. The
 * first byte chooses the size of the parts, the second the encoding and the delimiter. */
#include "ingest/csv_ref.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) __builtin_trap();
}

static void against_reference(const struct csv_file *f, struct str text)
{
    const struct csv_kernels *all[CSV_KERNELS_MAX];
    struct buf want, got;
    struct err e = {0};
    buf_init(&want, MIB(64));
    must(csv_ref_dump(text, f->delim, &want));
    for (size_t k = csv_kernels_list(all); k-- > 0;) {
        buf_init(&got, MIB(64));
        must(csv_reader_dump(f, all[k], &got, &e) == RC_OK);
        must(str_eq(buf_str(&got), buf_str(&want)));
        buf_fini(&got);
    }
    buf_fini(&want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char DELIM[] = {0, ',', '\t', '|'};
    if (size < 2) return 0;
    struct csv_options o = {.part_bytes = data[0] ? data[0] : 0, .threads = 1};
    o.encoding = (enum text_encoding)(data[1] % TEXT_ENCODING__MAX);
    o.delim = DELIM[data[1] / 16 % 4];
    struct str text = {(const char *)data + 2, size - 2};
    struct csv_file f;
    struct err e = {0};
    if (csv_file_from_bytes(&f, "fuzz.csv", text, &o, &e)) return 0;
    struct str body = str_sub(text, f.src.bom, text.n);
    if (f.src.encoding == TEXT_UTF8) {
        must((f.first_bad_line != 0) == (text_first_bad(body) < body.n));
        against_reference(&f, body);
    } else {
        struct text_block b = {0};
        must(text_source_load(&f.src, f.src.bom, body.n, &b, &e) == RC_OK);
        must((f.first_bad_line != 0) == (b.first_bad != SIZE_MAX));
        against_reference(&f, str_make(b.p, b.n));
        text_block_fini(&b);
    }
    csv_file_close(&f);
    return 0;
}
