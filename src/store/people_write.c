/* Bulk writing of people and households. The lists and their indexes are filled one after the other, each in its own key
 * order: appending to (or walking once through) a B-tree is many times faster than random inserts, and a transaction
 * then touches few pages, so the log stays small. */
#include <stdlib.h>
#include "base/limits.h"
#include "base/mem.h"
#include "store/people.h"
#include "store/store_int.h"

enum {
    PEOPLE_BATCH = 4096, /* rows of one transaction */
    INDEX_BATCH = 8192,
    HASH_SLICES = 1024, /* of the hash space, when rows are removed */
    NUMBER_SLICE = 8192,
};

/* An index entry: key in the order of SQLite's signed integers, sign bit flipped. */
struct entry {
    uint64_t key;
    uint32_t no;
};

#define SIGN_BIT (UINT64_C(1) << 63)

static int64_t signed_key(uint64_t flipped)
{
    return (int64_t)(flipped ^ SIGN_BIT);
}

/* Stable radix sort by key, 16 bits a pass; passes in which all entries agree are skipped. */
static void sort_entries(struct entry *v, struct entry *tmp, uint32_t *count, size_t n)
{
    struct entry *from = v, *to = tmp;
    for (unsigned shift = 0; shift < 64; shift += 16) {
        memset(count, 0, 65537 * sizeof *count);
        for (size_t i = 0; i < n; i++) count[((from[i].key >> shift) & 0xffff) + 1]++;
        if (n && count[((from[0].key >> shift) & 0xffff) + 1] == n) continue;
        for (size_t i = 1; i <= 65536; i++) count[i] += count[i - 1];
        for (size_t i = 0; i < n; i++) to[count[(from[i].key >> shift) & 0xffff]++] = from[i];
        struct entry *swap = from;
        from = to;
        to = swap;
    }
    if (from != v) memcpy(v, from, n * sizeof *v);
}

/* ---- rows in batches */

/* Write rows from..to inside an open transaction. */
typedef enum rc (*batch_fn)(struct store *s, void *ctx, size_t from, size_t to, struct err *e);

static enum rc in_batches(struct store *s, size_t n, size_t batch, batch_fn fn, void *ctx, struct err *e)
{
    for (size_t at = 0; at < n; at += batch) {
        size_t to = n - at < batch ? n : at + batch;
        TRY(store_begin_staged(s, e));
        TRY(db_finish(s->db, fn(s, ctx, at, to, e), e));
    }
    return RC_OK;
}

static enum rc mark_delivery(struct store *s, int64_t delivery, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(store_begin_staged(s, e));
    enum rc rc = db_stmt(s->db, SQL_delivery_writes_people, &q, e);
    if (!rc) {
        db_bind_i64(q, 1, delivery);
        rc = db_run(q, e);
    }
    if (!rc && db_changes(s->db) != 1)
        rc = err_set(e, RC_ENV, pos_none(), "people are written under delivery %d, which is not staging; this is a defect",
                     "人员写入的交付 %d 不在导入中；这是程序缺陷", (int)delivery);
    return db_finish(s->db, rc, e);
}

/* ---- people */

struct people_job {
    int64_t delivery;
    const struct person_row *rows;
    struct buf sealed;                /* of one batch */
    size_t ends[PEOPLE_BATCH];        /* end of each row's sealed bytes */
    size_t base;                      /* first row of the batch */
};

static enum rc seal_batch(struct store *s, struct people_job *j, size_t from, size_t to, struct err *e)
{
    buf_clear(&j->sealed);
    j->base = from;
    for (size_t i = from; i < to; i++) {
        const struct person_row *r = &j->rows[i];
        if (r->secret.n > PERSON_SECRET_MAX)
            return err_set(e, RC_INPUT, pos_none(), "a person's sealed fields have more than %d bytes",
                           "一个人的加密字段超过 %d 字节", PERSON_SECRET_MAX);
        if (r->secret.p) TRY(secret_seal(s, SEAL_PERSON, r->no, (uint64_t)j->delivery, r->secret, &j->sealed, e));
        j->ends[i - from] = j->sealed.n;
    }
    return RC_OK;
}

static enum rc insert_person(struct db_stmt *q, const struct people_job *j, size_t i, uint32_t key_id, struct err *e)
{
    const struct person_row *r = &j->rows[i];
    size_t k = i - j->base, at = k ? j->ends[k - 1] : 0;
    db_bind_i64(q, 1, r->no);
    db_bind_i64(q, 2, j->delivery);
    db_bind_i64(q, 3, r->household_no);
    if (r->has_id) {
        db_bind_i64(q, 4, (int64_t)r->id_hash);
        db_bind_i64(q, 5, (int64_t)r->id_tail_hash);
    }
    db_bind_text_static(q, 6, r->name);
    db_bind_i64(q, 7, r->secret.p ? key_id : 0);
    if (r->secret.p) db_bind_blob(q, 8, j->sealed.p + at, j->ends[k] - at);
    return db_run(q, e);
}

static enum rc insert_people(struct store *s, void *ctx, size_t from, size_t to, struct err *e)
{
    struct people_job *j = ctx;
    struct db_stmt *q = NULL;
    uint32_t key_id = secret_key_id(s);
    TRY(db_stmt(s->db, SQL_person_insert, &q, e));
    for (size_t i = from; i < to; i++) TRY(insert_person(q, j, i, key_id, e));
    return RC_OK;
}

static enum rc write_people(struct store *s, struct people_job *j, size_t n, struct err *e)
{
    for (size_t at = 0; at < n; at += PEOPLE_BATCH) {
        size_t to = n - at < PEOPLE_BATCH ? n : at + PEOPLE_BATCH;
        TRY(seal_batch(s, j, at, to, e)); /* before the lock is taken */
        TRY(store_begin_staged(s, e));
        TRY(db_finish(s->db, insert_people(s, j, at, to, e), e));
    }
    return RC_OK;
}

/* ---- indexes of people */

struct index_job {
    int64_t delivery;
    enum sql_id insert;
    struct entry *v, *tmp;
    uint32_t *count;
    size_t n;
};

static enum rc insert_entries(struct store *s, void *ctx, size_t from, size_t to, struct err *e)
{
    const struct index_job *j = ctx;
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, j->insert, &q, e));
    for (size_t i = from; i < to; i++) {
        db_bind_i64(q, 1, signed_key(j->v[i].key));
        db_bind_i64(q, 2, j->v[i].no);
        db_bind_i64(q, 3, j->delivery);
        TRY(db_run(q, e));
    }
    return RC_OK;
}

static enum rc write_index(struct store *s, struct index_job *j, enum sql_id insert, struct err *e)
{
    j->insert = insert;
    sort_entries(j->v, j->tmp, j->count, j->n);
    return in_batches(s, j->n, INDEX_BATCH, insert_entries, j, e);
}

static void add_entry(struct index_job *j, uint64_t key, uint32_t no)
{
    j->v[j->n++] = (struct entry){key ^ SIGN_BIT, no};
}

static enum rc write_indexes(struct store *s, struct index_job *j, const struct person_row *rows, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].has_id) add_entry(j, rows[i].id_hash, rows[i].no);
    TRY(write_index(s, j, SQL_person_id_insert, e));
    j->n = 0;
    for (size_t i = 0; i < n; i++)
        if (rows[i].has_id) add_entry(j, rows[i].id_tail_hash, rows[i].no);
    TRY(write_index(s, j, SQL_person_id_tail_insert, e));
    j->n = 0;
    for (size_t i = 0; i < n; i++) add_entry(j, rows[i].household_no, rows[i].no);
    return write_index(s, j, SQL_person_household_insert, e);
}

static enum rc index_people(struct store *s, int64_t delivery, const struct person_row *rows, size_t n, struct err *e)
{
    struct index_job j = {.delivery = delivery};
    j.v = mem_alloc_array(n, sizeof *j.v);
    j.tmp = mem_alloc_array(n, sizeof *j.tmp);
    j.count = mem_alloc_array(65537, sizeof *j.count);
    enum rc rc = j.v && j.tmp && j.count ? write_indexes(s, &j, rows, n, e) : err_nomem(e);
    mem_free(j.v);
    mem_free(j.tmp);
    mem_free(j.count);
    return rc;
}

enum rc people_add(struct store *s, int64_t delivery, const struct person_row *rows, size_t n, struct err *e)
{
    if (n == 0) return RC_OK;
    TRY(mark_delivery(s, delivery, e));
    struct people_job *j = mem_zalloc_array(1, sizeof *j);
    if (!j) return err_nomem(e);
    j->delivery = delivery;
    j->rows = rows;
    buf_init(&j->sealed, PEOPLE_BATCH * (PERSON_SECRET_MAX + KIB(1)));
    enum rc rc = write_people(s, j, n, e);
    buf_fini(&j->sealed);
    mem_free(j);
    return rc ? rc : index_people(s, delivery, rows, n, e);
}

/* ---- households */

struct household_job {
    int64_t delivery;
    const struct household_row *rows;
    const struct household_row **by_code; /* the fresh ones, by code */
    size_t fresh;
};

static enum rc insert_households(struct store *s, void *ctx, size_t from, size_t to, struct err *e)
{
    const struct household_job *j = ctx;
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_household_insert, &q, e));
    for (size_t i = from; i < to; i++) {
        db_bind_i64(q, 1, j->rows[i].no);
        db_bind_i64(q, 2, j->delivery);
        db_bind_i64(q, 3, j->rows[i].division);
        db_bind_text_static(q, 4, j->rows[i].code);
        TRY(db_run(q, e));
    }
    return RC_OK;
}

static enum rc insert_codes(struct store *s, void *ctx, size_t from, size_t to, struct err *e)
{
    const struct household_job *j = ctx;
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_household_code_insert, &q, e));
    for (size_t i = from; i < to; i++) {
        db_bind_text_static(q, 1, j->by_code[i]->code);
        db_bind_i64(q, 2, j->by_code[i]->no);
        db_bind_i64(q, 3, j->delivery);
        TRY(db_run(q, e));
    }
    return RC_OK;
}

static int by_code(const void *a, const void *b)
{
    const struct household_row *const *x = a, *const *y = b;
    return str_cmp((*x)->code, (*y)->code);
}

static bool codes_sorted(const struct household_job *j)
{
    for (size_t i = 1; i < j->fresh; i++)
        if (str_cmp(j->by_code[i - 1]->code, j->by_code[i]->code) > 0) return false;
    return true;
}

enum rc households_add(struct store *s, int64_t delivery, const struct household_row *rows, size_t n, struct err *e)
{
    struct household_job j = {.delivery = delivery, .rows = rows};
    if (n == 0) return RC_OK;
    TRY(mark_delivery(s, delivery, e));
    TRY(in_batches(s, n, PEOPLE_BATCH, insert_households, &j, e));
    j.by_code = mem_alloc_array(n, sizeof *j.by_code);
    if (!j.by_code) return err_nomem(e);
    for (size_t i = 0; i < n; i++)
        if (rows[i].fresh) j.by_code[j.fresh++] = &rows[i];
    if (!codes_sorted(&j)) qsort(j.by_code, j.fresh, sizeof *j.by_code, by_code);
    enum rc rc = in_batches(s, j.fresh, PEOPLE_BATCH, insert_codes, &j, e);
    mem_free(j.by_code);
    return rc;
}

/* ---- removing what a staging delivery wrote */

static enum rc remove_range(struct store *s, enum sql_id id, int64_t delivery, int64_t from, int64_t to, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(store_begin_staged(s, e));
    enum rc rc = db_stmt(s->db, id, &q, e);
    if (!rc) {
        db_bind_i64(q, 1, delivery);
        db_bind_i64(q, 2, from);
        db_bind_i64(q, 3, to);
        rc = db_run(q, e);
    }
    return db_finish(s->db, rc, e);
}

static enum rc remove_by_hash(struct store *s, enum sql_id id, int64_t delivery, struct err *e)
{
    uint64_t width = UINT64_MAX / HASH_SLICES + 1;
    for (uint64_t i = 0; i < HASH_SLICES; i++)
        TRY(remove_range(s, id, delivery, signed_key(i * width), signed_key(i * width + (width - 1)), e));
    return RC_OK;
}

static enum rc remove_by_number(struct store *s, enum sql_id id, const char *series, int64_t delivery, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    TRY(db_stmt(s->db, SQL_counter_last, &q, e));
    db_bind_text(q, 1, str_from(series));
    TRY(db_step(q, &row, e));
    int64_t last = row ? db_col_i64(q, 0) : 0;
    TRY(db_end(q, e));
    for (int64_t at = 0; at <= last; at += NUMBER_SLICE)
        TRY(remove_range(s, id, delivery, at, at + NUMBER_SLICE - 1, e));
    return RC_OK;
}

enum rc people_remove(struct store *s, int64_t delivery, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    TRY(db_stmt(s->db, SQL_people_written_by, &q, e));
    db_bind_i64(q, 1, delivery);
    TRY(db_step(q, &row, e));
    bool any = row && db_col_i64(q, 0) != 0;
    TRY(db_end(q, e));
    if (!any) return RC_OK;
    TRY(remove_by_hash(s, SQL_person_id_remove_range, delivery, e));
    TRY(remove_by_hash(s, SQL_person_id_tail_remove_range, delivery, e));
    TRY(remove_by_number(s, SQL_person_household_remove_range, "household", delivery, e));
    TRY(remove_by_number(s, SQL_person_remove_range, "person", delivery, e));
    TRY(remove_by_number(s, SQL_household_code_remove_range, "household", delivery, e));
    return remove_by_number(s, SQL_household_remove_range, "household", delivery, e);
}
