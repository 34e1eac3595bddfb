/* A text file in whatever encoding: what it is in, how sure that is, and its bytes as UTF-8 in blocks.
 * Nothing is repaired: a malformed sequence stays malformed in the UTF-8 (TEXT_BAD_BYTE where it was converted). */
#ifndef INGEST_TEXT_SOURCE_H
#define INGEST_TEXT_SOURCE_H
#include "base/buf.h"
#include "ingest/gb18030.h"

enum text_encoding { TEXT_AUTO, TEXT_UTF8, TEXT_UTF16LE, TEXT_UTF16BE, TEXT_GB18030, TEXT_ENCODING__MAX };
enum text_confidence { TEXT_GUESSED, TEXT_LIKELY, TEXT_SURE, TEXT_CONFIDENCE__MAX };

enum {
    TEXT_PAD = 64,           /* zero bytes after a loaded block, so that kernels may read whole vectors */
    TEXT_SAMPLE = 64 * 1024, /* bytes looked at to guess the encoding and the delimiter */
    TEXT_BLOCK_MAX = 64 * 1024 * 1024
};

struct text_source {
    const char *name; /* for messages; borrowed, must outlive the source */
    int fd;           /* -1: `mem` holds the bytes */
    struct str mem;
    uint64_t size;
    enum text_encoding encoding;
    enum text_confidence confidence;
    unsigned bom; /* bytes of the byte order mark */
    struct gb18030 *gb;
};

/* A piece of the source as UTF-8, with TEXT_PAD zero bytes behind it. The memory is kept from load to load. */
struct text_block {
    char *p;
    size_t n, cap;
    char *raw;
    size_t raw_cap;
    size_t first_bad; /* offset in the raw piece of the first malformed sequence found by conversion, else SIZE_MAX */
};

/* RC_ENV when the file cannot be read, RC_INPUT when it is a folder, a spreadsheet or empty. */
enum rc text_source_open(struct text_source *s, const char *path, struct err *e) MUST_USE;
/* An open file, closed with the source; name is for messages. RC_INPUT as above. */
enum rc text_source_from_fd(struct text_source *s, const char *name, int fd, struct err *e) MUST_USE;
/* Bytes in memory, borrowed. RC_INPUT as above. */
enum rc text_source_from_bytes(struct text_source *s, const char *name, struct str bytes, struct err *e) MUST_USE;
void text_source_close(struct text_source *s);
/* Exactly n raw bytes from off; RC_ENV when the file has become shorter. */
enum rc text_source_read(const struct text_source *s, uint64_t off, void *to, size_t n, struct err *e) MUST_USE;
/* Fix the encoding; TEXT_GB18030 loads its table. */
enum rc text_source_set(struct text_source *s, enum text_encoding enc, enum text_confidence c, struct err *e) MUST_USE;
/* Raw bytes off..off+n (n <= TEXT_BLOCK_MAX, whole characters unless cut in the file) as UTF-8. */
enum rc text_source_load(const struct text_source *s, uint64_t off, size_t n, struct text_block *b,
                         struct err *e) MUST_USE;
void text_block_fini(struct text_block *b);

/* From a byte order mark or the pattern of NUL bytes: an UTF-16 encoding or UTF-8 with mark, else TEXT_AUTO. */
enum text_encoding text_sniff(struct str sample, unsigned *bom);

struct text_count {
    uint64_t two, more, bad; /* two-byte and longer characters, malformed bytes, when read as UTF-8 */
    uint64_t gb, gb_bad;     /* when read as GB18030 */
};
/* Add the counts of a piece that starts and ends anywhere; g NULL: as UTF-8 only. */
void text_count_add(struct text_count *c, const struct gb18030 *g, struct str piece);
/* UTF-8 or GB18030 for bytes that are not all well-formed UTF-8. */
enum text_encoding text_choose(const struct text_count *c, enum text_confidence *sure);

/* Offset of the first byte of s that is not well-formed UTF-8, or s.n; as utf8_first_bad but at the speed of memory. */
size_t text_first_bad(struct str s);
/* s appended with malformed bytes as U+FFFD and control characters as blanks: for showing and for error files. */
void text_show(struct buf *b, struct str s);
/* "UTF-8", "GB18030", … */
const char *text_encoding_name(enum text_encoding e);
#endif
