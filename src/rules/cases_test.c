/* The notation of values and the making of programs for the truth tables; runs them on the scalar reference. */
#include <inttypes.h>
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "rules/engine_cases.h"

/* ---------------------------------------------------------------- making programs */

static void need_memory(const struct maker *m, bool ok)
{
    (void)m;
    if (!ok) abort();
}

uint16_t maker_space(struct maker *m, struct ir_space s)
{
    s.depth = s.outer == UINT16_MAX ? 0 : (uint16_t)(m->spaces.v[s.outer].depth + 1);
    need_memory(m, vec_push(&m->spaces, MAKER_MAX, s));
    return (uint16_t)(m->spaces.n - 1);
}

void maker_init(struct maker *m, size_t n_datasets)
{
    *m = (struct maker){.n_datasets = n_datasets};
    arena_init(&m->arena, MIB(64));
    m->reasons = reasons_new();
    need_memory(m, m->reasons != NULL);
    m->build = frame_build_new(&m->arena, n_datasets, m->reasons);
    need_memory(m, m->build != NULL);
    maker_space(m, (struct ir_space){.kind = SPACE_HOUSEHOLD, .table = TABLE_HOUSEHOLD, .outer = UINT16_MAX});
    maker_space(m, (struct ir_space){.kind = SPACE_PERSON, .table = TABLE_PERSON, .outer = 0});
    for (size_t d = 0; d < n_datasets; d++)
        maker_space(m, (struct ir_space){.kind = SPACE_FACT, .table = (uint16_t)(TABLE_FACT0 + d), .outer = 1});
    date_day today = date_make(2026, 6, 30);
    frame_build_days(m->build, today, today, true);
    m->p.as_of = today;
}

bool maker_finish(struct maker *m, struct test *t)
{
    struct buf why;
    struct err e = {0};
    buf_init(&why, KIB(4));
    m->p.arena = &m->arena;
    m->p.ops = m->ops.v, m->p.n_ops = m->ops.n;
    m->p.spaces = m->spaces.v, m->p.n_spaces = m->spaces.n;
    m->p.reaches = m->reaches.v, m->p.n_reaches = m->reaches.n;
    m->p.outputs = m->outputs.v, m->p.n_outputs = m->outputs.n;
    bool ok = program_valid(&m->p, &why) && frame_build_finish(m->build, &m->frame, &e) == RC_OK &&
              frame_valid(m->frame, &why);
    CHECK_STR(t, buf_str(&why), STR(""));
    test_check(t, ok, __FILE__, __LINE__, "program and frame are valid");
    buf_fini(&why);
    return ok;
}

void maker_fini(struct maker *m)
{
    vec_fini(&m->ops);
    vec_fini(&m->spaces);
    vec_fini(&m->reaches);
    vec_fini(&m->outputs);
    frame_build_free(m->build);
    reasons_free(m->reasons);
    arena_fini(&m->arena);
}

reason case_reason(unsigned k) { return reason_make(REASON_BLANK, 1, k); }

struct ir_op *maker_at(struct maker *m, ir_reg r) { return &m->ops.v[r]; }

ir_reg maker_op(struct maker *m, enum ir_opcode code, uint16_t space, ir_reg a, ir_reg b, ir_reg c)
{
    struct ir_op o = {.code = (uint8_t)code, .space = space, .args = {a, b, c}, .own = IR_NONE, .date = IR_NONE};
    ir_reg shape = code == IR_IF || code == IR_VIA ? b : a;
    o.rep = ir_op_info[code].rep >= 0 ? (uint8_t)ir_op_info[code].rep
            : shape != IR_NONE        ? m->ops.v[shape].rep
                                      : REP_INT;
    o.why = reason_make(REASON_BLANK, 2, 0);
    for (size_t k = 0; k < IR_DEPTH_MAX; k++) o.reach[k] = UINT16_MAX;
    need_memory(m, vec_push(&m->ops, MAKER_MAX, o));
    return (ir_reg)m->ops.n - 1;
}

ir_reg maker_const(struct maker *m, uint16_t space, enum rep rep, int64_t v)
{
    ir_reg r = maker_op(m, IR_CONST, space, IR_NONE, IR_NONE, IR_NONE);
    m->ops.v[r].rep = (uint8_t)rep;
    m->ops.v[r].v = v;
    return r;
}

ir_reg maker_absent(struct maker *m, uint16_t space, enum rep rep)
{
    ir_reg r = maker_const(m, space, rep, 0);
    m->ops.v[r].absent = true;
    return r;
}

ir_reg maker_field(struct maker *m, uint16_t space, enum rep rep, uint32_t col, unsigned k)
{
    ir_reg r = maker_const(m, space, rep, 0);
    m->ops.v[r].code = IR_FIELD;
    m->ops.v[r].index = col;
    m->ops.v[r].optional = k == 0;
    m->ops.v[r].why = case_reason(k);
    return r;
}

ir_reg maker_agg(struct maker *m, uint16_t space, enum agg_kind kind, uint16_t from, ir_reg filter, ir_reg value)
{
    ir_reg r = maker_op(m, IR_AGG, space, filter, value, IR_NONE);
    struct ir_op *o = &m->ops.v[r];
    o->agg = (uint8_t)kind;
    o->from = from;
    o->why = 0;
    switch (kind) {
    case AGG_SUM:
    case AGG_COUNT:
    case AGG_RANK: o->rep = REP_INT; break;
    case AGG_ANY:
    case AGG_ALL: o->rep = REP_BOOL; break;
    case AGG_SHARE: o->rep = REP_FRAC; break;
    default: o->rep = m->ops.v[value].rep; break;
    }
    return r;
}

size_t maker_output(struct maker *m, ir_reg reg)
{
    struct ir_output o = {.kind = OUT_FEATURE, .name = STR("case"), .reg = reg, .space = m->ops.v[reg].space};
    need_memory(m, vec_push(&m->outputs, MAKER_MAX, o));
    return m->outputs.n - 1;
}

uint16_t maker_reach(struct maker *m, struct ir_reach r)
{
    need_memory(m, vec_push(&m->reaches, MAKER_MAX, r));
    return (uint16_t)(m->reaches.n - 1);
}

/* ---------------------------------------------------------------- notation */

static void reason_text(reason r, struct buf *out)
{
    static const char letters[REASON__MAX] = {'-', 'u', 't', 'p', 's', 'c', 'i', 'a',
                                              'n', 'o', 'h', 'z', 'r', 'm', 'g', 'b'};
    bool digit = reason_kind_of(r) == REASON_BLANK && reason_dataset(r) == 1 && reason_detail(r) < 10;
    buf_addc(out, digit                             ? (char)('0' + reason_detail(r))
                  : reason_kind_of(r) < REASON__MAX ? letters[reason_kind_of(r)]
                                                    : '!');
}

static void reasons_text(const struct reasons *rs, reason_set why, struct buf *out)
{
    const reason *v;
    size_t n = reasons_get(rs, why, &v);
    for (size_t i = 0; i < n; i++) reason_text(v[i], out);
}

static void set_text(const struct reasons *rs, const struct value *v, struct buf *out)
{
    const char *comma = "";
    buf_addc(out, '{');
    for (int c = 0; c < 64; c++) {
        bool sure = (uint64_t)v->v >> c & 1, maybe = (uint64_t)v->w >> c & 1;
        if (!sure && !maybe) continue;
        buf_addf(out, "%s%s%d", comma, maybe ? "~" : "", c);
        comma = ",";
    }
    buf_addc(out, '}');
    if (v->w) buf_addc(out, '?'), reasons_text(rs, v->why, out);
}

static void frac_text(const struct value *v, struct buf *out)
{
    i128 a = v->n < 0 ? -v->n : v->n, b = v->d;
    char text[48];
    while (b) {
        i128 r = a % b;
        a = b;
        b = r;
    }
    if (a == 0) a = 1;
    i128_format(v->n / a, text);
    buf_addz(out, text);
    i128_format(v->d / a, text);
    buf_addf(out, "/%s", text);
}

static void day_text(int64_t d, struct buf *out)
{
    char text[DATE_TEXT_MAX];
    struct ymd s = date_split((date_day)d);
    if (s.year) buf_addz(out, date_format((date_day)d, text));
    else buf_add_i64(out, d); /* a count of years */
}

static void part_text(const struct reasons *rs, uint8_t rep, const struct value *v, struct buf *out)
{
    switch (rep) {
    case REP_BOOL: buf_addc(out, v->v == 1 ? 'T' : v->v == 0 ? 'F' : '!'); break;
    case REP_FRAC: frac_text(v, out); break;
    case REP_SET: set_text(rs, v, out); break;
    case REP_SPAN:
        day_text(SPAN_LO(v->v), out);
        if (SPAN_LO(v->v) != SPAN_HI(v->v)) buf_addz(out, ".."), day_text(SPAN_HI(v->v), out);
        break;
    default: buf_add_i64(out, v->v); break;
    }
}

void case_value_text(const struct reasons *rs, uint8_t rep, const struct value *v, struct buf *out)
{
    if (v->st == ST_ABSENT) buf_addc(out, '_');
    else if (v->st == ST_UNKNOWN) buf_addc(out, '?'), reasons_text(rs, v->why, out);
    else part_text(rs, rep, v, out);
    if (v->st == ST_AT_LEAST) buf_addc(out, '+'), reasons_text(rs, v->why, out);
}

/* ---------------------------------------------------------------- checking */

static void check_one(struct test *t, const struct engine_under_test *u, struct maker *m, const struct outcol *c,
                      const struct case_want *w)
{
    struct buf got;
    buf_init(&got, KIB(4));
    struct value v = w->row < c->n ? outcol_get(c, w->row) : (struct value){.st = ST_ABSENT};
    case_value_text(m->reasons, c->rep, &v, &got);
    (void)u;
    test_eq_str(t, buf_str(&got), str_from(w->want), __FILE__, __LINE__, w->what);
    buf_fini(&got);
}

void case_check(struct test *t, const struct engine_under_test *u, struct maker *m, const struct ptable *pt,
                const struct case_want *v, size_t n)
{
    struct err e = {0};
    struct outcol *outs = mem_zalloc_array(m->p.n_outputs + 1, sizeof *outs);
    need_memory(m, outs != NULL);
    enum rc rc = u->run(u->ctx, &m->p, m->frame, pt, outs, &e);
    test_eq_str(t, str_from(e.msg), STR(""), __FILE__, __LINE__, u->name);
    CHECK_I64(t, rc, RC_OK);
    for (size_t i = 0; rc == RC_OK && i < n; i++) check_one(t, u, m, &outs[v[i].output], &v[i]);
    for (size_t i = 0; i < m->p.n_outputs; i++) outcol_fini(&outs[i]);
    mem_free(outs);
}

void engine_cases(struct test *t, const struct engine_under_test *u)
{
    engine_cases_scalar(t, u);
    engine_cases_agg(t, u);
    engine_cases_space(t, u);
}

static enum rc run_ref(void *ctx, const struct program *p, const struct frame *f, const struct ptable *pt,
                       struct outcol *outs, struct err *e)
{
    (void)ctx;
    return ref_run(p, f, pt, outs, e);
}

void cases_test(struct test *t);
void cases_test(struct test *t)
{
    engine_cases(t, &(struct engine_under_test){"the reference obeys the truth tables", run_ref, NULL});
}
