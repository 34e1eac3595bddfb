#include "store/delivery.h"
#include <inttypes.h>
#include "store/chunks.h"
#include "store/layouts.h"
#include "store/people.h"
#include "store/store_int.h"

/* Digits of a division code that the levels below the given one take: township 3, county 6, prefecture 8,
 * province 10. */
int64_t delivery_division_last(int64_t division)
{
    static const int64_t UNITS[] = {INT64_C(10000000000), INT64_C(100000000), INT64_C(1000000), INT64_C(1000)};
    if (division == 0) return INT64_C(999999999999);
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (division % UNITS[i] == 0) return division + UNITS[i] - 1;
    return division;
}

static void bind_or_null(struct db_stmt *q, int i, int64_t v)
{
    if (v) db_bind_i64(q, i, v);
    else db_bind_null(q, i);
}

static struct str text_or_empty(struct str s) { return s.p ? s : STR(""); }

/* Parameters 1..23 are the columns that delivery_insert and delivery_publish share. */
static void bind_delivery(struct db_stmt *q, const struct delivery *d)
{
    db_bind_i64(q, 1, d->id);
    db_bind_i64(q, 2, d->kind);
    bind_or_null(q, 3, d->replaces);
    db_bind_text(q, 4, d->dataset);
    db_bind_i64(q, 5, d->division);
    db_bind_i64(q, 6, delivery_division_last(d->division));
    bind_or_null(q, 7, d->covers_from);
    bind_or_null(q, 8, d->covers_to);
    bind_or_null(q, 9, d->state_date);
    db_bind_i64(q, 10, d->received_day);
    db_bind_text(q, 11, text_or_empty(d->sender));
    db_bind_text(q, 12, text_or_empty(d->file_name));
    db_bind_i64(q, 13, d->file_bytes);
    db_bind_blob(q, 14, d->file_hash, DELIVERY_HASH_BYTES);
    db_bind_text(q, 15, text_or_empty(d->encoding));
    db_bind_text(q, 16, text_or_empty(d->mapping));
    db_bind_i64(q, 17, d->counts.rows);
    db_bind_i64(q, 18, d->counts.matched);
    db_bind_i64(q, 19, d->counts.waiting_invalid);
    db_bind_i64(q, 20, d->counts.waiting_unmatched);
    db_bind_i64(q, 21, d->counts.waiting_name);
    db_bind_i64(q, 22, d->counts.refused);
    db_bind_text(q, 23, text_or_empty(d->by_who));
}

static enum rc insert_staging(struct store *s, struct delivery *d, struct err *e)
{
    struct db_stmt *q = NULL;
    uint32_t id = 0;
    TRY(store_take_numbers(s, "delivery", 1, &id, e));
    d->id = id;
    d->state = DELIVERY_STAGING;
    TRY(db_stmt(s->db, SQL_delivery_insert, &q, e));
    bind_delivery(q, d);
    return db_run(q, e);
}

enum rc delivery_begin(struct store *s, struct delivery *d, struct err *e)
{
    TRY(store_begin_staged(s, e));
    return db_finish(s->db, insert_staging(s, d, e), e);
}

/* ---- publishing */

static enum rc counts_checked(const struct delivery *d, struct err *e)
{
    const struct delivery_counts *c = &d->counts;
    int64_t sum = c->matched + c->waiting_invalid + c->waiting_unmatched + c->waiting_name + c->refused;
    if (sum == c->rows) return RC_OK;
    return err_set(e, RC_ENV, pos_none(),
                   "delivery %d: %" PRId64 " rows, but %" PRId64 " accounted for; this "
                   "is a defect",
                   "交付 %d：共 %" PRId64 " 行，去向明确的只有 %" PRId64 " 行；这是程序缺陷", (int)d->id, c->rows, sum);
}

static enum rc end_replaced(struct store *s, const struct delivery *d, struct err *e)
{
    struct db_stmt *q = NULL;
    if (d->kind != DELIVERY_REPLACES) return RC_OK;
    TRY(db_stmt(s->db, SQL_delivery_end, &q, e));
    db_bind_i64(q, 1, d->replaces);
    db_bind_i64(q, 2, d->known_from_us);
    db_bind_i64(q, 3, DELIVERY_REPLACED);
    db_bind_null(q, 4);
    TRY(db_run(q, e));
    if (db_changes(s->db) >= 1) return RC_OK; /* more: late parts */
    return err_set(e, RC_CONFLICT, pos_none(), "delivery %d is no longer in force; look at `fangpin deliveries`",
                   "交付 %d 已不再有效；请查看 `fangpin deliveries`", (int)d->replaces);
}

static enum rc delivery_event(struct store *s, const struct delivery *d, struct str what, struct err *e)
{
    char object[32], detail[64];
    int n = snprintf(object, sizeof object, "delivery %d", (int)d->id);
    int m = snprintf(detail, sizeof detail, "replaces %d", (int)d->replaces);
    bool replaces = d->kind == DELIVERY_REPLACES;
    return event_add(s, d->by_who, what, str_make(object, (size_t)n), str_make(detail, replaces ? (size_t)m : 0), e);
}

static enum rc publish_now(struct store *s, const struct delivery *d, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(end_replaced(s, d, e));
    TRY(db_stmt(s->db, SQL_delivery_publish, &q, e));
    bind_delivery(q, d);
    db_bind_i64(q, 24, d->known_from_us);
    db_bind_i64(q, 25, d->cut);
    TRY(db_run(q, e));
    if (db_changes(s->db) != 1)
        return err_set(e, RC_ENV, pos_none(), "delivery %d is not being taken in; this is a defect",
                       "交付 %d 不在导入中；这是程序缺陷", (int)d->id);
    if (d->learnt) TRY(layout_add(s, d->learnt, e));
    return delivery_event(s, d, STR("deliver"), e);
}

enum rc delivery_publish(struct store *s, struct delivery *d, struct err *e)
{
    TRY(counts_checked(d, e));
    TRY(store_begin(s, e));
    TRY(db_finish(s->db, publish_now(s, d, e), e));
    d->state = DELIVERY_PUBLISHED;
    return RC_OK;
}

enum rc delivery_abandon(struct store *s, int64_t id, struct err *e)
{
    struct db_stmt *q = NULL;
    struct owner owner = {OWNER_DELIVERY, id};
    int64_t state = 0;
    bool row = false;
    TRY(db_stmt(s->db, SQL_delivery_state, &q, e));
    db_bind_i64(q, 1, id);
    TRY(db_step(q, &row, e));
    if (row) state = db_col_i64(q, 0);
    TRY(db_end(q, e));
    if (state != DELIVERY_STAGING) return RC_OK; /* the trigger would refuse the row, and its chunks must stay */
    TRY(chunk_remove_all(s, owner, e));
    TRY(people_remove(s, id, e));
    TRY(store_begin_staged(s, e));
    enum rc rc = db_stmt(s->db, SQL_delivery_remove, &q, e);
    if (!rc) {
        db_bind_i64(q, 1, id);
        rc = db_run(q, e);
    }
    return db_finish(s->db, rc, e);
}

static enum rc withdraw_now(struct store *s, int64_t id, int64_t at_us, struct str reason, struct str who,
                            struct err *e)
{
    struct db_stmt *q = NULL;
    struct delivery d = {.id = id, .kind = DELIVERY_PLAIN, .by_who = who};
    TRY(db_stmt(s->db, SQL_delivery_end, &q, e));
    db_bind_i64(q, 1, id);
    db_bind_i64(q, 2, at_us);
    db_bind_i64(q, 3, DELIVERY_WITHDRAWN);
    db_bind_text(q, 4, reason);
    TRY(db_run(q, e));
    if (db_changes(s->db) < 1)
        return err_set(e, RC_INPUT, pos_none(), "there is no delivery %d in force; look at `fangpin deliveries`",
                       "没有有效的交付 %d；请查看 `fangpin deliveries`", (int)id);
    return delivery_event(s, &d, STR("withdraw"), e);
}

static enum rc withdraw_all(struct store *s, int64_t id, int64_t at_us, struct str reason, struct str who,
                            const struct people_late *late, size_t n, unsigned threads, struct err *e)
{
    for (size_t i = 0; i < n; i++) TRY(people_add_late(s, &late[i], threads, e));
    return withdraw_now(s, id, at_us, text_or_empty(reason), who, e);
}

enum rc delivery_withdraw_with(struct store *s, int64_t id, int64_t at_us, struct str reason, struct str who,
                               const struct people_late *late, size_t n, unsigned threads, struct err *e)
{
    TRY(store_begin(s, e));
    return db_finish(s->db, withdraw_all(s, id, at_us, reason, who, late, n, threads, e), e);
}

enum rc delivery_withdraw(struct store *s, int64_t id, int64_t at_us, struct str reason, struct str who, struct err *e)
{
    return delivery_withdraw_with(s, id, at_us, reason, who, NULL, 0, 1, e);
}

/* ---- reading */

static bool read_texts(struct db_stmt *q, struct arena *a, struct delivery *d)
{
    return store_take_text(a, q, 5, &d->dataset) && store_take_text(a, q, 13, &d->sender) &&
           store_take_text(a, q, 14, &d->file_name) && store_take_text(a, q, 17, &d->encoding) &&
           store_take_text(a, q, 18, &d->mapping) && store_take_text(a, q, 25, &d->withdrawn_reason) &&
           store_take_text(a, q, 4, &d->by_who);
}

static void read_numbers(struct db_stmt *q, struct delivery *d)
{
    d->id = db_col_i64(q, 0);
    d->state = (enum delivery_state)db_col_i64(q, 1);
    d->kind = (enum delivery_kind)db_col_i64(q, 2);
    d->replaces = db_col_i64(q, 3);
    d->division = db_col_i64(q, 6);
    d->covers_from = (date_day)db_col_i64(q, 7);
    d->covers_to = (date_day)db_col_i64(q, 8);
    d->state_date = (date_day)db_col_i64(q, 9);
    d->received_day = (date_day)db_col_i64(q, 10);
    d->known_from_us = db_col_i64(q, 11);
    d->known_to_us = db_col_i64(q, 12);
    d->file_bytes = db_col_i64(q, 15);
    d->cut = db_col_i64(q, 26) != 0;
    store_take_bytes(q, 16, d->file_hash, DELIVERY_HASH_BYTES);
    d->counts = (struct delivery_counts){
        .rows = db_col_i64(q, 19),
        .matched = db_col_i64(q, 20),
        .waiting_invalid = db_col_i64(q, 21),
        .waiting_unmatched = db_col_i64(q, 22),
        .waiting_name = db_col_i64(q, 23),
        .refused = db_col_i64(q, 24),
    };
}

enum rc delivery_get(struct store *s, struct arena *a, int64_t id, struct delivery *out, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    *out = (struct delivery){0};
    TRY(db_stmt(s->db, SQL_delivery_get, &q, e));
    db_bind_i64(q, 1, id);
    TRY(db_step(q, &row, e));
    if (!row)
        return err_set(e, RC_INPUT, pos_none(), "there is no delivery %d; look at `fangpin deliveries`",
                       "没有交付 %d；请查看 `fangpin deliveries`", (int)id);
    read_numbers(q, out);
    bool ok = read_texts(q, a, out);
    return db_leave(q, ok ? RC_OK : err_nomem(e), e);
}

/* Run a prepared query whose column 0 is an id, and fetch each. */
static enum rc list_by_ids(struct store *s, struct arena *a, struct db_stmt *q, struct delivery_list *out,
                           struct err *e)
{
    size_t cap = 0;
    bool row = true;
    enum rc rc = RC_OK;
    *out = (struct delivery_list){0};
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct delivery *grown = store_grow(a, out->v, &cap, out->n, sizeof *out->v);
        if (grown) out->v = grown;
        rc = grown ? delivery_get(s, a, db_col_i64(q, 0), &grown[out->n++], e) : err_nomem(e);
    }
    return db_leave(q, rc, e);
}

enum rc delivery_known_at(struct store *s, struct arena *a, struct str dataset, int64_t k_us, struct delivery_list *out,
                          struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_delivery_known_at, &q, e));
    db_bind_text(q, 1, text_or_empty(dataset));
    db_bind_i64(q, 2, k_us);
    return list_by_ids(s, a, q, out, e);
}

enum rc delivery_last_of(struct store *s, struct arena *a, const struct delivery_like *like, int64_t most,
                         struct delivery_list *out, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_delivery_last_of, &q, e));
    db_bind_text(q, 1, like->dataset);
    db_bind_text(q, 2, text_or_empty(like->sender));
    db_bind_i64(q, 3, like->but);
    db_bind_i64(q, 4, like->matched);
    db_bind_i64(q, 5, most);
    return list_by_ids(s, a, q, out, e);
}

enum rc delivery_all(struct store *s, struct arena *a, struct delivery_list *out, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_delivery_all, &q, e));
    return list_by_ids(s, a, q, out, e);
}

enum rc delivery_overlaps(struct store *s, struct arena *a, const struct delivery *probe, struct delivery_list *out,
                          struct err *e)
{
    struct db_stmt *q = NULL;
    bool whole = probe->covers_from == 0;
    TRY(db_stmt(s->db, SQL_delivery_overlaps, &q, e));
    db_bind_text(q, 1, probe->dataset);
    db_bind_i64(q, 2, probe->division);
    db_bind_i64(q, 3, delivery_division_last(probe->division));
    db_bind_i64(q, 4, whole ? INT32_MIN : probe->covers_from);
    db_bind_i64(q, 5, whole ? INT32_MAX : probe->covers_to);
    db_bind_i64(q, 6, probe->id);
    return list_by_ids(s, a, q, out, e);
}

enum rc delivery_by_hash(struct store *s, struct arena *a, struct str dataset, const uint8_t hash[DELIVERY_HASH_BYTES],
                         struct delivery_list *out, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_delivery_by_hash, &q, e));
    db_bind_text(q, 1, dataset);
    db_bind_blob(q, 2, hash, DELIVERY_HASH_BYTES);
    return list_by_ids(s, a, q, out, e);
}

const struct delivery *delivery_mended(const struct delivery_list *l, const struct delivery *d)
{
    for (size_t i = 0; d->kind == DELIVERY_ADDS && d->replaces && i < l->n; i++)
        if (l->v[i].id == d->replaces)
            return memcmp(l->v[i].file_hash, d->file_hash, DELIVERY_HASH_BYTES) != 0 ? &l->v[i] : NULL;
    return NULL;
}

enum rc delivery_by_length(struct store *s, struct arena *a, struct str dataset, int64_t bytes,
                           const uint8_t hash[DELIVERY_HASH_BYTES], struct delivery_list *out, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_delivery_by_length, &q, e));
    db_bind_text(q, 1, dataset);
    db_bind_i64(q, 2, bytes);
    db_bind_blob(q, 3, hash, DELIVERY_HASH_BYTES);
    return list_by_ids(s, a, q, out, e);
}
