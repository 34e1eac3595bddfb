/* The functions that a printed program calls (rules/sql.c), over the same number, date and reason functions as the
 * other engines. */
#include "base/date.h"
#include "rules/frac.h"
#include "screen/oracle_int.h"

enum { MONTHS_MAX = (DATE_MAX_YEAR - DATE_MIN_YEAR + 1) * 12 };

/* ---------------------------------------------------------------- fractions: 32 bytes, numerator and denominator */

static struct frac frac_read(struct str blob)
{
    struct frac q = {0, 1};
    if (blob.n == sizeof q) memcpy(&q, blob.p, sizeof q);
    return q;
}

static struct frac frac_arg(const struct db_call *call, int i) { return frac_read(db_arg_blob(call, i)); }

static void frac_result(struct db_call *call, struct frac q)
{
    db_result_blob(call, (struct str){(const char *)&q, sizeof q});
}

static void fn_frac(void *ctx, struct db_call *call)
{
    (void)ctx;
    int64_t a = db_arg_i64(call, 0), b = db_arg_i64(call, 1);
    frac_result(call, b ? frac_of(a, b) : (struct frac){0, 1});
}

static void part_result(struct db_call *call, i128 v)
{
    db_result_blob(call, (struct str){(const char *)&v, sizeof v});
}
static void fn_num(void *ctx, struct db_call *call) { (void)ctx, part_result(call, frac_arg(call, 0).n); }
static void fn_den(void *ctx, struct db_call *call) { (void)ctx, part_result(call, frac_arg(call, 0).d); }

static void fn_sign(void *ctx, struct db_call *call)
{
    (void)ctx;
    i128 n = frac_arg(call, 0).n;
    db_result_i64(call, (n > 0) - (n < 0));
}

static int frac_order(struct frac a, struct frac b) { return frac_cmp(a.n, a.d, b.n, b.d); }

static void fn_cmp(void *ctx, struct db_call *call)
{
    (void)ctx;
    db_result_i64(call, frac_order(frac_arg(call, 0), frac_arg(call, 1)));
}

static bool product(const struct db_call *call, struct frac *q)
{
    *q = (struct frac){0, 1};
    return frac_mul(frac_arg(call, 0), frac_arg(call, 1), q);
}

static bool ratio(const struct db_call *call, struct frac *q)
{
    struct frac b = frac_arg(call, 1);
    *q = (struct frac){0, 1};
    return b.n != 0 && frac_div(frac_arg(call, 0), b, q);
}

static void fn_mul(void *ctx, struct db_call *call)
{
    (void)ctx;
    struct frac q;
    frac_result(call, product(call, &q) ? q : (struct frac){0, 1});
}

static void fn_mul_fits(void *ctx, struct db_call *call)
{
    (void)ctx;
    struct frac q;
    db_result_i64(call, product(call, &q));
}

static void fn_div(void *ctx, struct db_call *call)
{
    (void)ctx;
    struct frac q;
    frac_result(call, ratio(call, &q) ? q : (struct frac){0, 1});
}

static void fn_div_fits(void *ctx, struct db_call *call)
{
    (void)ctx;
    struct frac q;
    db_result_i64(call, ratio(call, &q));
}

static bool rounded(const struct db_call *call, int64_t *v)
{
    struct frac q = frac_arg(call, 0);
    *v = 0;
    return frac_round(q.n, q.d, db_arg_i64(call, 1), v) && *v <= RATIO_MAX && *v >= -RATIO_MAX;
}

static void fn_round(void *ctx, struct db_call *call)
{
    (void)ctx;
    int64_t v;
    db_result_i64(call, rounded(call, &v) ? v : 0);
}

static void fn_round_fits(void *ctx, struct db_call *call)
{
    (void)ctx;
    int64_t v;
    db_result_i64(call, rounded(call, &v));
}

struct best {
    struct frac q;
    bool any;
};

static void best_step(void *state, struct db_call *call, int sign)
{
    struct best b;
    memcpy(&b, state, sizeof b);
    struct frac q = frac_arg(call, 1);
    if (db_arg_i64(call, 0) == 0 || (b.any && frac_order(q, b.q) * sign <= 0)) return;
    b.q = q, b.any = true;
    memcpy(state, &b, sizeof b);
}

static void min_step(void *ctx, void *state, struct db_call *call) { (void)ctx, best_step(state, call, -1); }
static void max_step(void *ctx, void *state, struct db_call *call) { (void)ctx, best_step(state, call, 1); }

static void best_final(void *ctx, void *state, struct db_call *call)
{
    (void)ctx;
    struct best b;
    memcpy(&b, state, sizeof b);
    frac_result(call, b.any ? b.q : (struct frac){0, 1});
}

/* ---------------------------------------------------------------- reasons: numbers of sets of the frame's table */

static void fn_reason(void *ctx, struct db_call *call)
{
    struct oracle *o = ctx;
    db_result_i64(call, reasons_one(o->f->reasons, (reason)db_arg_i64(call, 0)));
}

static void fn_union(void *ctx, struct db_call *call)
{
    struct oracle *o = ctx;
    db_result_i64(call, reasons_union(o->f->reasons, (reason_set)db_arg_i64(call, 0), (reason_set)db_arg_i64(call, 1)));
}

static void union_step(void *ctx, void *state, struct db_call *call)
{
    struct oracle *o = ctx;
    reason_set *all = state;
    *all = reasons_union(o->f->reasons, *all, (reason_set)db_arg_i64(call, 0));
}

static void union_final(void *ctx, void *state, struct db_call *call)
{
    (void)ctx;
    db_result_i64(call, *(reason_set *)state);
}

/* ---------------------------------------------------------------- days and bits */

static date_day day_arg(const struct db_call *call, int i)
{
    int64_t d = db_arg_i64(call, i);
    return d < 0 || d > INT32_MAX ? 0 : (date_day)d;
}

static void fn_year(void *ctx, struct db_call *call)
{
    (void)ctx, db_result_i64(call, date_split(day_arg(call, 0)).year);
}
static void fn_month(void *ctx, struct db_call *call)
{
    (void)ctx, db_result_i64(call, date_split(day_arg(call, 0)).month);
}
static void fn_month_end(void *ctx, struct db_call *call)
{
    (void)ctx, db_result_i64(call, date_month_end(day_arg(call, 0)));
}

static void fn_add_months(void *ctx, struct db_call *call)
{
    (void)ctx;
    int64_t n = db_arg_i64(call, 1);
    db_result_i64(call, n < -MONTHS_MAX || n > MONTHS_MAX ? 0 : date_add_months(day_arg(call, 0), (int32_t)n));
}

static void fn_full_years(void *ctx, struct db_call *call)
{
    (void)ctx;
    int32_t y = date_full_years(day_arg(call, 0), day_arg(call, 1));
    db_result_i64(call, y < 0 ? 0 : y);
}

static void fn_bits(void *ctx, struct db_call *call)
{
    (void)ctx;
    db_result_i64(call, __builtin_popcountll((uint64_t)db_arg_i64(call, 0)));
}

/* ---------------------------------------------------------------- reaches */

/* The row of (reach, person, anchor v, s, y); the four columns of one row are asked for one after another. */
static const struct reach_row *reach_row(struct oracle *o, struct db_call *call)
{
    struct value anchor = {.v = db_arg_i64(call, 2),
                           .d = 1,
                           .st = (enum state)db_arg_i64(call, 3),
                           .why = (reason_set)db_arg_i64(call, 4)};
    uint32_t reach = (uint32_t)db_arg_i64(call, 0), person = (uint32_t)db_arg_i64(call, 1);
    bool same = o->asked && o->reach == reach && o->person == person && o->anchor.v == anchor.v &&
                o->anchor.st == anchor.st && o->anchor.why == anchor.why;
    if (same) return &o->row;
    o->asked = true, o->reach = reach, o->person = person, o->anchor = anchor;
    if (frame_reach(o->f, &o->p->reaches[reach], &anchor, person, 1, &o->row, NULL) == RC_OK) return &o->row;
    o->asked = false;
    db_result_error(call, "the reach could not be computed");
    return NULL;
}

static void fn_reach_lo(void *ctx, struct db_call *call)
{
    const struct reach_row *r = reach_row(ctx, call);
    if (r) db_result_i64(call, r->lo);
}

static void fn_reach_hi(void *ctx, struct db_call *call)
{
    const struct reach_row *r = reach_row(ctx, call);
    if (r) db_result_i64(call, r->hi);
}

static void fn_reach_why(void *ctx, struct db_call *call)
{
    const struct reach_row *r = reach_row(ctx, call);
    if (r) db_result_i64(call, r->why);
}

static void fn_reach_absent(void *ctx, struct db_call *call)
{
    const struct reach_row *r = reach_row(ctx, call);
    if (r) db_result_i64(call, r->absent);
}

/* ---------------------------------------------------------------- registering */

enum rc oracle_functions(struct oracle *o, struct err *e)
{
    static const struct {
        const char *name;
        int n;
        db_fn fn;
    } fns[] = {
        {"fp_frac", 2, fn_frac},
        {"fp_num", 1, fn_num},
        {"fp_den", 1, fn_den},
        {"fp_sign", 1, fn_sign},
        {"fp_cmp", 2, fn_cmp},
        {"fp_mul", 2, fn_mul},
        {"fp_mul_fits", 2, fn_mul_fits},
        {"fp_div", 2, fn_div},
        {"fp_div_fits", 2, fn_div_fits},
        {"fp_round", 2, fn_round},
        {"fp_round_fits", 2, fn_round_fits},
        {"fp_reason", 1, fn_reason},
        {"fp_union", 2, fn_union},
        {"fp_year", 1, fn_year},
        {"fp_month", 1, fn_month},
        {"fp_month_end", 1, fn_month_end},
        {"fp_add_months", 2, fn_add_months},
        {"fp_full_years", 2, fn_full_years},
        {"fp_bits", 1, fn_bits},
        {"fp_reach_lo", 5, fn_reach_lo},
        {"fp_reach_hi", 5, fn_reach_hi},
        {"fp_reach_why", 5, fn_reach_why},
        {"fp_reach_absent", 5, fn_reach_absent},
    };
    for (size_t i = 0; i < sizeof fns / sizeof *fns; i++)
        TRY(db_function(o->db, fns[i].name, fns[i].n, fns[i].fn, o, e));
    TRY(db_aggregate(o->db, "fp_union_all", 1, sizeof(reason_set), union_step, union_final, o, e));
    TRY(db_aggregate(o->db, "fp_frac_min", 2, sizeof(struct best), min_step, best_final, o, e));
    return db_aggregate(o->db, "fp_frac_max", 2, sizeof(struct best), max_step, best_final, o, e);
}
