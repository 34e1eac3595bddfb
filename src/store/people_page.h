/* Pages of people: how people, households and the indexes over them lie in rows of the table people_page.
 *
 * A page is a sequence of column chunks (columns/chunk.h), each of the same rows, ordered by the first, the key:
 *   people       no, household, name, and sealed: what is kept of an ID that is none (only when somebody has one)
 *   households   no, division, code (as numbers when each is a number written the usual way, else as text)
 *   ID, last six digits, members, code       key, no of the person or household
 * Keys: numbers as they are; an ID by the upper 48 of its 64 hash bits, its last six digits by all 32, a household's
 * code by the upper 40 of str_hash. Whoever needs certainty compares what the hit says of itself.
 *
 * A page holds the keys k of its kind with k >> shift == page. The shift is chosen so that a full load makes pages
 * worth the seek and a handful of changes makes one small page; each kind has at most PAGE_SHIFTS of them, and looking
 * a key up is one seek for each. Many versions of one place lie side by side, so the cost of a look-up does not depend
 * on how many deliveries there are, only on how many wrote to that place. */
#ifndef STORE_PEOPLE_PAGE_H
#define STORE_PEOPLE_PAGE_H
#include "columns/chunk.h"
#include "store/people.h"
#include "store/store_int.h"

enum page_kind { PAGE_PERSON = 1, PAGE_HOUSEHOLD, PAGE_ID, PAGE_ID_TAIL, PAGE_MEMBER, PAGE_CODE, PAGE__END };
enum { PAGE_SHIFTS = 4, PAGE_COLUMNS = 3, PAGE_ROWS_MAX = CHUNK_ROWS };
#define PAGE_TEXT_MAX MIB(8) /* text bytes of one page before packing; one row can have more */

struct page_shape {
    uint8_t shifts[PAGE_SHIFTS]; /* ascending; 0 ends the list */
    uint8_t columns;
    uint32_t worth; /* keys a page should hold at least, on average */
};
const struct page_shape *page_shape(enum page_kind kind);
static inline uint64_t page_id_key(uint64_t id_hash) { return id_hash >> 16; }
static inline uint64_t page_code_key(struct str code) { return str_hash(code) >> 24; }

struct page_place {
    enum page_kind kind;
    unsigned shift;
    int64_t page, delivery;
    uint32_t part;
};

/* Append the secret chunk to a page's bytes, sealed for its place. */
enum rc page_seal(struct store *s, const struct page_place *at, struct str chunk, struct buf *bytes,
                  struct err *e) MUST_USE;
/* Append it unsealed to out. */
enum rc page_unseal(struct store *s, const struct page_place *at, struct str sealed, struct buf *out,
                    struct err *e) MUST_USE;
/* The bytes of a page in a column of the row at hand. RC_NOMEM, or RC_ENV when there are none: the statement is then
 * reset, so stop. */
enum rc page_bytes(struct db_stmt *q, int column, struct str *out, struct err *e) MUST_USE;
/* Where the sealed chunk begins in a page's bytes; bytes.n when there is none. RC_ENV: no page. */
enum rc page_open_part(struct str bytes, size_t *sealed_at, struct err *e) MUST_USE;

/* A page being read; borrows its bytes. */
struct page {
    struct page_place at;
    int64_t known_from_us;
    uint32_t rows;
    struct chunk_view col[PAGE_COLUMNS];
    unsigned open;     /* columns that are */
    struct str sealed; /* n 0: none */
};
/* trust: CHUNK_DEFAULT, for a check CHUNK_FULL. RC_ENV when the bytes are not a page of that kind and size. Close it
 * whatever the result. */
enum rc page_open(struct page *p, struct str bytes, enum chunk_trust trust, struct err *e) MUST_USE;
void page_close(struct page *p);
/* First row whose key is not below; p->rows when all are. */
uint32_t page_find(const struct page *p, uint64_t key);
static inline int64_t page_int(const struct page *p, unsigned column, uint32_t row)
{
    int64_t v = 0;
    return chunk_get_i64(&p->col[column], row, &v) ? v : 0;
}
/* The code of a household: text of the page, or written into out. */
enum { PAGE_CODE_TEXT = 32 };
struct str page_code(const struct page *p, uint32_t row, char out[PAGE_CODE_TEXT]);

/* Which deliveries count: known at k_us, and `ever`: those withdrawn or replaced by then too. */
struct page_when {
    int64_t k_us;
    bool ever;
};
typedef enum rc (*page_fn)(void *ctx, const struct page *p, struct err *e);
/* Every page that may hold the key. fn must not look pages up. */
enum rc pages_of_key(struct store *s, enum page_kind kind, uint64_t key, struct page_when when, page_fn fn, void *ctx,
                     struct err *e) MUST_USE;
/* Every page of a kind, in order of place. fn must not walk pages. */
enum rc pages_all(struct store *s, enum page_kind kind, struct page_when when, page_fn fn, void *ctx,
                  struct err *e) MUST_USE;

/* ---- writing (people_write.c) */

/* A batch of what one delivery says. inside: the caller has a transaction open and ends it; else many short ones. */
struct page_job {
    struct store *s;
    int64_t delivery;
    uint32_t part; /* the first free one */
    unsigned threads;
    bool inside;
    enum page_kind kind;
    const struct person_row *people;
    const struct household_row *households;
    const struct page_entry *entries; /* the indexes */
};
struct page_entry {
    uint64_t key;
    uint32_t no;
};
/* Write n rows of j->kind. */
enum rc pages_write(struct page_job *j, size_t n, struct err *e) MUST_USE;
#endif
