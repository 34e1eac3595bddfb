/* Sums of rows: what every answer hangs on is what this program wrote, or it is told. */
#include "store/sums.h"
#include "base/limits.h"
#include "store/db_int.h"
#include "store/store_int.h"

static void add_u64(struct buf *b, uint64_t v)
{
    char bytes[8];
    for (unsigned i = 0; i < sizeof bytes; i++) bytes[i] = (char)(v >> (8 * i));
    buf_add(b, str_make(bytes, sizeof bytes));
}

/* Type, length, bytes: no two different rows read the same. */
static void add_value(struct buf *b, const struct db_call *call, int i)
{
    enum db_type type = db_arg_type(call, i);
    struct str v = type == DB_BLOB ? db_arg_blob(call, i) : type == DB_TEXT ? db_arg_text(call, i) : STR("");
    buf_addc(b, (char)('0' + type));
    add_u64(b, type == DB_INTEGER ? (uint64_t)db_arg_i64(call, i) : v.n);
    buf_add(b, v);
}

static void sum_row(void *ctx, struct db_call *call)
{
    struct store *s = ctx;
    buf_clear(&s->summed);
    for (int i = 0; i < db_arg_count(call); i++) add_value(&s->summed, call, i);
    if (s->summed.failed) db_result_nomem(call);
    else db_result_i64(call, (int64_t)keyring_hash64(&s->keys, STR("row"), buf_str(&s->summed)));
}

enum rc sums_install(struct store *s, struct err *e) { return db_function(s->db, "fp_sum", -1, sum_row, s, e); }

static enum rc fail_damaged(const struct store *s, struct db_stmt *q, struct err *e)
{
    struct str what = db_col_text(q, 0);
    return err_set(e, RC_ENV, pos_none(),
                   "%s: damaged: %.*s is not as it was written; `fangpin check` tells all that is. Take the last "
                   "backup that it finds sound",
                   "%s：数据已损坏：%.*s 与写入时不同；`fangpin check` 列出全部问题。请改用检查通过的最近一份备份",
                   s->path, STR_ARG(what));
}

enum rc sums_check_opening(struct store *s, struct err *e)
{
    static const enum sql_id ASKED[] = {SQL_check_sums_opening, SQL_check_totals_opening};
    for (size_t i = 0; i < sizeof ASKED / sizeof *ASKED; i++) {
        struct db_stmt *q = NULL;
        bool row = false;
        TRY(db_stmt(s->db, ASKED[i], &q, e));
        enum rc rc = db_step(q, &row, e);
        if (!rc && row) rc = fail_damaged(s, q, e);
        TRY(db_leave(q, rc, e));
    }
    return RC_OK;
}
