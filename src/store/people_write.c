/* Bulk writing of people and households. The lists and their indexes are filled one after the other, each in its
 * own key order: appending to (or walking once through) a B-tree is many times faster than random inserts, and a
 * transaction then touches few pages, so the log stays small. */
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

static enum rc in_batches(struct store *s, enum sql_id id, struct db_rows rows, size_t n, size_t batch, struct err *e)
{
    for (size_t at = 0; at < n; at += batch) {
        rows.from = at;
        rows.to = n - at < batch ? n : at + batch;
        TRY(store_begin_staged(s, e));
        TRY(db_finish(s->db, db_run_rows(s->db, id, &rows, e), e));
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
        rc = err_set(e, RC_ENV, pos_none(), "people are written under delivery %d, which is not staging; this "
                                            "is a defect",
                     "人员写入的交付 %d 不在导入中；这是程序缺陷", (int)delivery);
    return db_finish(s->db, rc, e);
}

/* ---- people */

struct people_job {
    int64_t delivery;
    uint32_t key_id;
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

static void person_column(const void *ctx, size_t row, int i, struct db_call *call)
{
    const struct people_job *j = ctx;
    const struct person_row *r = &j->rows[row];
    size_t k = row - j->base, at = k ? j->ends[k - 1] : 0;
    switch (i) {
    case 0: db_result_i64(call, r->no); break;
    case 1: db_result_i64(call, j->delivery); break;
    case 2: db_result_i64(call, r->household_no); break;
    case 3: db_result_text_static(call, r->name); break;
    case 4: db_result_i64(call, r->secret.p ? j->key_id : 0); break;
    default:
        if (r->secret.p) db_result_blob_static(call, str_make(j->sealed.p + at, j->ends[k] - at));
        break;
    }
}

static enum rc write_people(struct store *s, struct people_job *j, size_t n, struct err *e)
{
    for (size_t at = 0; at < n; at += PEOPLE_BATCH) {
        size_t to = n - at < PEOPLE_BATCH ? n : at + PEOPLE_BATCH;
        TRY(seal_batch(s, j, at, to, e)); /* before the lock is taken */
        struct db_rows rows = {at, to, person_column, j};
        TRY(store_begin_staged(s, e));
        TRY(db_finish(s->db, db_run_rows(s->db, SQL_person_insert, &rows, e), e));
    }
    return RC_OK;
}

/* ---- indexes of people */

struct index_job {
    int64_t delivery;
    struct entry *v, *tmp;
    uint32_t *count;
    size_t n;
};

static void entry_column(const void *ctx, size_t row, int i, struct db_call *call)
{
    const struct index_job *j = ctx;
    if (i == 0) db_result_i64(call, signed_key(j->v[row].key));
    else db_result_i64(call, i == 1 ? j->v[row].no : j->delivery);
}

static enum rc write_index(struct store *s, struct index_job *j, enum sql_id insert, struct err *e)
{
    struct db_rows rows = {.column = entry_column, .ctx = j};
    sort_entries(j->v, j->tmp, j->count, j->n);
    return in_batches(s, insert, rows, j->n, INDEX_BATCH, e);
}

static void add_entry(struct index_job *j, uint64_t key, uint32_t no)
{
    j->v[j->n++] = (struct entry){key ^ SIGN_BIT, no};
}

static enum rc write_indexes(struct store *s, struct index_job *j, const struct person_row *rows, size_t n,
                             struct err *e)
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
    j->key_id = secret_key_id(s);
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

static void household_column(const void *ctx, size_t row, int i, struct db_call *call)
{
    const struct household_job *j = ctx;
    const struct household_row *h = &j->rows[row];
    if (i == 3) db_result_text_static(call, h->code);
    else db_result_i64(call, i == 0 ? h->no : i == 1 ? j->delivery : h->division);
}

static void code_column(const void *ctx, size_t row, int i, struct db_call *call)
{
    const struct household_job *j = ctx;
    if (i == 0) db_result_text_static(call, j->by_code[row]->code);
    else db_result_i64(call, i == 1 ? j->by_code[row]->no : j->delivery);
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
    struct db_rows by_no = {.column = household_column, .ctx = &j}, by_text = {.column = code_column, .ctx = &j};
    if (n == 0) return RC_OK;
    TRY(mark_delivery(s, delivery, e));
    TRY(in_batches(s, SQL_household_insert, by_no, n, PEOPLE_BATCH, e));
    j.by_code = mem_alloc_array(n, sizeof *j.by_code);
    if (!j.by_code) return err_nomem(e);
    for (size_t i = 0; i < n; i++)
        if (rows[i].fresh) j.by_code[j.fresh++] = &rows[i];
    if (!codes_sorted(&j)) qsort(j.by_code, j.fresh, sizeof *j.by_code, by_code);
    enum rc rc = in_batches(s, SQL_household_code_insert, by_text, j.fresh, PEOPLE_BATCH, e);
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

static enum rc remove_by_tail(struct store *s, int64_t delivery, struct err *e)
{
    int64_t width = (INT64_C(1) << 32) / HASH_SLICES;
    for (int64_t at = 0; at < INT64_C(1) << 32; at += width)
        TRY(remove_range(s, SQL_person_id_tail_remove_range, delivery, at, at + width - 1, e));
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
    TRY(remove_by_tail(s, delivery, e));
    TRY(remove_by_number(s, SQL_person_household_remove_range, "household", delivery, e));
    TRY(remove_by_number(s, SQL_person_remove_range, "person", delivery, e));
    TRY(remove_by_number(s, SQL_household_code_remove_range, "household", delivery, e));
    return remove_by_number(s, SQL_household_remove_range, "household", delivery, e);
}
