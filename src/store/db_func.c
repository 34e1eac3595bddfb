#include "base/mem.h"
#include "store/db_int.h"

/* What SQLite keeps for us beside a function. */
struct db_func {
    db_fn fn;
    db_agg_step step;
    db_agg_final final;
    size_t state_bytes;
    void *ctx;
};

static void func_free(void *p) { mem_free(p); }

static void func_scalar(sqlite3_context *ctx, int n, sqlite3_value **args)
{
    const struct db_func *f = sqlite3_user_data(ctx);
    struct db_call call = {ctx, args, n};
    f->fn(f->ctx, &call);
}

static void func_step(sqlite3_context *ctx, int n, sqlite3_value **args)
{
    const struct db_func *f = sqlite3_user_data(ctx);
    struct db_call call = {ctx, args, n};
    void *state = sqlite3_aggregate_context(ctx, (int)f->state_bytes);
    if (state) f->step(f->ctx, state, &call);
    else sqlite3_result_error_nomem(ctx);
}

static void func_final(sqlite3_context *ctx)
{
    const struct db_func *f = sqlite3_user_data(ctx);
    struct db_call call = {ctx, NULL, 0};
    _Alignas(16) char empty[DB_STATE_MAX] = {0};
    void *state = sqlite3_aggregate_context(ctx, 0);
    f->final(f->ctx, state ? state : empty, &call);
}

static enum rc func_register(struct db *db, const char *name, int nargs, const struct db_func *def, struct err *e)
{
    struct db_func *f = mem_alloc(sizeof *f);
    if (!f) return err_nomem(e);
    *f = *def;
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int code = sqlite3_create_function_v2(db->h, name, nargs, flags, f, f->fn ? func_scalar : NULL,
                                          f->fn ? NULL : func_step, f->fn ? NULL : func_final, func_free);
    return db_fail(db, code, e); /* SQLite has freed f when it failed */
}

enum rc db_function(struct db *db, const char *name, int nargs, db_fn fn, void *ctx, struct err *e)
{
    struct db_func def = {.fn = fn, .ctx = ctx};
    return func_register(db, name, nargs, &def, e);
}

enum rc db_aggregate(struct db *db, const char *name, int nargs, size_t state_bytes, db_agg_step step,
                     db_agg_final final, void *ctx, struct err *e)
{
    if (state_bytes == 0 || state_bytes > DB_STATE_MAX) return db_fail(db, SQLITE_MISUSE, e);
    struct db_func def = {.step = step, .final = final, .state_bytes = state_bytes, .ctx = ctx};
    return func_register(db, name, nargs, &def, e);
}

int db_arg_count(const struct db_call *call) { return call->n; }

/* There are no columns of fractions: none of the tables has one. */
enum db_type db_arg_type(const struct db_call *call, int i)
{
    switch (i < call->n ? sqlite3_value_type(call->args[i]) : SQLITE_NULL) {
    case SQLITE_NULL: return DB_NULL;
    case SQLITE_TEXT: return DB_TEXT;
    case SQLITE_BLOB: return DB_BLOB;
    default: return DB_INTEGER;
    }
}

bool db_arg_null(const struct db_call *call, int i)
{
    return i >= call->n || sqlite3_value_type(call->args[i]) == SQLITE_NULL;
}

int64_t db_arg_i64(const struct db_call *call, int i) { return i < call->n ? sqlite3_value_int64(call->args[i]) : 0; }

struct str db_arg_text(const struct db_call *call, int i)
{
    const void *p = i < call->n ? sqlite3_value_text(call->args[i]) : NULL;
    return (struct str){p, p ? (size_t)sqlite3_value_bytes(call->args[i]) : 0};
}

struct str db_arg_blob(const struct db_call *call, int i)
{
    const void *p = i < call->n ? sqlite3_value_blob(call->args[i]) : NULL;
    return (struct str){p, p ? (size_t)sqlite3_value_bytes(call->args[i]) : 0};
}

void db_result_i64(struct db_call *call, int64_t v) { sqlite3_result_int64(call->ctx, v); }

void db_result_text(struct db_call *call, struct str v)
{
    sqlite3_result_text64(call->ctx, v.n ? v.p : "", v.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void db_result_blob(struct db_call *call, struct str v)
{
    sqlite3_result_blob64(call->ctx, v.n ? v.p : "", v.n, SQLITE_TRANSIENT);
}

void db_result_null(struct db_call *call) { sqlite3_result_null(call->ctx); }

void db_result_nomem(struct db_call *call) { sqlite3_result_error_nomem(call->ctx); }

void db_result_error(struct db_call *call, const char *msg) { sqlite3_result_error(call->ctx, msg, -1); }
