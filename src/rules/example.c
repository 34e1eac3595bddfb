/* Examples: rows to a frame, expectations to verdicts. */
#include "rules/example.h"
#include "base/mem.h"
#include "rules/frame_build.h"
#include "ident/division_code.h"
#include "rules/typer_int.h"

enum { EXAMPLE_BYTES_MAX = 256 << 20, EX_TABLES_MAX = 4096, EX_PLACES_MAX = 256 };

/* Rows that references can name, by the text of their ID or code. */
struct ex_known {
    struct str text;
    uint16_t table;
    uint32_t row;
};
struct ex_pending {
    uint16_t table;
    uint32_t row, col;
    struct str text;
    uint16_t refers;
};

struct ex {
    struct policy *p;
    const struct decl *decl;
    const struct example_decl *x;
    struct arena *a;
    struct diags *d;
    struct typer t;
    struct frame_build *fb;
    struct table_layout *layouts; /* per table */
    size_t n_tables;
    struct place places[EX_PLACES_MAX];
    uint32_t n_places;
    VEC(struct ex_known) known;
    VEC(struct ex_pending) pending;
    bool failed;    /* what it says cannot be */
    bool no_memory; /* or memory ran out */
};

/* ---------------------------------------------------------------- tables */

static int32_t constant_days(struct ex *x, const struct expr *e)
{
    int32_t days = 0;
    enum rc rc = e ? rules_constant_days(x->p, e, x->t.place, x->x->as_of, x->a, x->d, &days, NULL) : RC_OK;
    x->failed |= rc != RC_OK;
    x->no_memory |= rc == RC_NOMEM;
    return days;
}

static void add_columns(struct ex *x, uint16_t table)
{
    struct table_layout *l = &x->layouts[table];
    enum rc rc = rules_layout(x->p, table, x->a, l);
    if (rc) {
        x->failed = true;
        x->no_memory |= rc == RC_NOMEM;
        return;
    }
    for (size_t i = 0; i < l->n; i++) {
        const struct field_ref *f = &l->cols[i];
        struct ty ty = ty_of(f->builtin == BF_ID_VALID ? T_BOOL : f->builtin == BF_DIVISION ? T_DIVISION : T_TEXT);
        if (f->decl && !ty_resolve(&x->t, &f->decl->type, &ty)) x->failed = true;
        frame_build_column(x->fb, table, (enum rep)ty_rep(&ty), ty.kind == T_REF ? ty.table : UINT16_MAX);
    }
}

static void add_keys(struct ex *x, uint16_t table, const struct dataset_decl *ds)
{
    uint32_t cols[64];
    size_t n = 0;
    for (size_t k = 0; k < ds->key.n && n < 64; k++)
        for (size_t i = 0; i < x->layouts[table].n; i++)
            if (x->layouts[table].cols[i].decl && str_eq(x->layouts[table].cols[i].decl->name.text, ds->key.v[k].text))
                cols[n++] = (uint32_t)i;
    if (n || ds->kind == DK_LATEST) frame_build_key(x->fb, table, cols, n, ds->kind == DK_LATEST);
}

static void add_tables(struct ex *x)
{
    add_columns(x, TABLE_HOUSEHOLD);
    add_columns(x, TABLE_PERSON);
    for (size_t i = 0; i + TABLE_FACT0 < x->n_tables && !x->failed; i++) {
        uint16_t table = (uint16_t)(TABLE_FACT0 + i);
        const struct decl *d = typer_dataset(&x->t, (uint32_t)i);
        frame_build_name(x->fb, table, policy_dataset_name(x->p, (uint32_t)i));
        frame_build_dataset(x->fb, (uint32_t)i, d ? &d->u.dataset : NULL, d ? constant_days(x, d->u.dataset.due) : 0,
                            d ? constant_days(x, d->u.dataset.fresh) : 0);
        if ((uint32_t)i == policy_roster(x->p)) {
            x->layouts[table] = (struct table_layout){0};
            continue;
        }
        add_columns(x, table);
        if (d) add_keys(x, table, &d->u.dataset);
    }
}

/* ---------------------------------------------------------------- cells */

static const struct ex_field *row_field(const struct ex_row *r, struct str name)
{
    for (size_t i = 0; i < r->n_fields; i++)
        if (str_eq(r->fields[i].name.text, name)) return &r->fields[i];
    return NULL;
}

static bool take_date(struct ex *x, const struct expr *e, int64_t *out)
{
    struct ty ty = ty_of(T_DATE);
    struct tx *t = e->kind == E_NUMBER && e->u.num.digits >= DATE_MIN_YEAR && e->u.num.digits <= DATE_MAX_YEAR &&
                           !e->u.num.decimals
                       ? NULL
                       : type_as(&x->t, e, &ty, true);
    if (e->kind == E_NUMBER) {
        int32_t y = (int32_t)e->u.num.digits;
        date_day first = date_make(y, 1, 1);
        *out = SPAN_OF(first, date_make(y, 12, 31) - first);
        return first != 0;
    }
    if (!t || t->kind != TX_CONST) return false;
    *out = t->v;
    return true;
}

static bool cell_value(struct ex *x, const struct expr *e, const struct ty *ty, int64_t *out)
{
    if (ty->kind == T_DATE) return take_date(x, e, out);
    if (ty->kind == T_DIVISION && e->kind == E_NUMBER && !e->u.num.decimals) {
        char digits[48];
        size_t n = i128_format(e->u.num.digits, digits);
        return division_parse(str_make(digits, n), out);
    }
    struct tx *t = type_as(&x->t, e, ty, true);
    if (!t) return false;
    if (t->kind != TX_CONST) {
        diag_add(x->d, DIAG_ERROR, e->from, "an example's value is written out.", "示例中的值须直接写出。");
        return false;
    }
    *out = ty->kind == T_TEXT ? (int64_t)(str_hash(t->text) >> 1) : t->v;
    return true;
}

static void set_ref(struct ex *x, uint16_t table, uint32_t row, uint32_t col, const struct expr *e, uint16_t refers)
{
    if (e->kind != E_STRING) {
        diag_add(x->d, DIAG_ERROR, e->from,
                 "a reference in an example is the ID or code of the row it names, in quotes.",
                 "示例中的引用须写所指行的证件号或编号，并加引号。");
        x->failed = true;
        return;
    }
    if (!vec_push(&x->pending, 65536, (struct ex_pending){table, row, col, e->u.string, refers})) x->no_memory = true;
}

static bool is_none(const struct expr *e) { return e->kind == E_NAME && str_eq(e->u.name.text, STR("none")); }

static void set_cell(struct ex *x, uint16_t table, uint32_t row, const struct field_ref *f, const struct expr *e)
{
    struct ty ty = ty_of(f->builtin == BF_ID_VALID ? T_BOOL : f->builtin == BF_DIVISION ? T_DIVISION : T_TEXT);
    if (f->decl && !ty_resolve(&x->t, &f->decl->type, &ty)) {
        x->failed = true;
        return;
    }
    if (ty.kind == T_REF) {
        set_ref(x, table, row, f->column, e, ty.table);
        return;
    }
    int64_t v;
    if (is_none(e)) return; /* a blank cell */
    if (!cell_value(x, e, &ty, &v)) {
        x->failed = true;
        return;
    }
    bool names_row = (f->builtin == BF_ID || f->builtin == BF_CODE) && e->kind == E_STRING;
    if (names_row && !vec_push(&x->known, 65536, (struct ex_known){e->u.string, table, row})) x->no_memory = true;
    frame_build_set(x->fb, table, row, f->column, v);
}

/* Column of a name as written: a layout field, or a builtin by the roster's words. */
static const struct field_ref *find_column(struct ex *x, uint16_t table, struct str name)
{
    struct field_ref f;
    const struct decl *ds;
    if (!field_find(&x->t, table, name, &f, &ds) || f.builtin == BF_DERIVED || f.builtin == BF_HOUSEHOLD ||
        f.builtin == BF_HEAD)
        return NULL;
    if (table == TABLE_PERSON && f.builtin == BF_DIVISION) return NULL;
    return &x->layouts[table].cols[f.column];
}

/* A field not given is unknown, also where a blank would mean that there is none: such a cell is marked. */
static void mark_not_given(struct ex *x, uint16_t table, uint32_t row, const struct ex_row *r)
{
    const struct table_layout *l = &x->layouts[table];
    for (size_t i = 0; i < l->n; i++) {
        const struct field_decl *f = l->cols[i].decl;
        if (f && f->optional && !row_field(r, f->name.text)) frame_build_not_given(x->fb, table, row, (uint32_t)i);
    }
}

static void set_fields(struct ex *x, uint16_t table, uint32_t row, const struct ex_row *r)
{
    mark_not_given(x, table, row, r);
    for (size_t i = 0; i < r->n_fields; i++) {
        struct name n = r->fields[i].name;
        if (str_eq(n.text, STR("state_date")) && !find_column(x, table, n.text)) continue;
        const struct field_ref *f = find_column(x, table, n.text);
        if (!f) {
            diag_add(x->d, DIAG_ERROR, n.at, "\"%.*s\" has no stored field \"%.*s\".", "“%.*s”没有登记字段“%.*s”。",
                     STR_ARG(r->entity.text), STR_ARG(n.text));
            x->failed = true;
            continue;
        }
        set_cell(x, table, row, f, r->fields[i].value);
    }
}

/* ---------------------------------------------------------------- rows */

date_day snapshot_state_date(enum period_unit u, date_day d)
{
    struct ymd y = date_split(d);
    date_day this_end;
    switch (u) {
    case PER_TERM:
        return y.month >= 9   ? date_make(y.year, 9, 1)
               : y.month >= 3 ? date_make(y.year, 3, 1)
                              : date_make(y.year - 1, 9, 1);
    case PER_YEAR: this_end = date_year_end(d); return this_end == d ? d : date_year_start(d) - 1;
    case PER_QUARTER: this_end = date_quarter_end(d); return this_end == d ? d : date_quarter_start(d) - 1;
    default: this_end = date_month_end(d); return this_end == d ? d : date_month_start(d) - 1;
    }
}

static void fact_date(struct ex *x, const struct dataset_decl *ds, const struct ex_row *r, date_day *date,
                      uint16_t *span)
{
    const struct ex_field *f = row_field(r, ds->time_field.text.n ? ds->time_field.text : STR("state_date"));
    int64_t v;
    *date = 0, *span = 0;
    if (f && take_date(x, f->value, &v)) {
        *date = (date_day)SPAN_LO(v);
        *span = (uint16_t)(SPAN_HI(v) - SPAN_LO(v));
        return;
    }
    if (ds->kind == DK_SNAPSHOT) *date = snapshot_state_date(ds->period, x->x->as_of);
    if (ds->kind == DK_LATEST && !ds->time_field.text.n) *date = x->x->as_of;
}

static void build_fact(struct ex *x, const struct ex_row *r, uint32_t person)
{
    uint32_t ds = policy_dataset_number(x->p, r->entity.text);
    const struct decl *d = ds == UINT32_MAX ? NULL : typer_dataset(&x->t, ds);
    if (!d || ds == policy_roster(x->p)) {
        diag_add(x->d, DIAG_ERROR, r->at, "there is no dataset \"%.*s\" here.", "此处没有数据集“%.*s”。",
                 STR_ARG(r->entity.text));
        x->failed = true;
        return;
    }
    date_day date;
    uint16_t span;
    fact_date(x, &d->u.dataset, r, &date, &span);
    uint32_t row = frame_build_fact(x->fb, ds, person, date, span);
    set_fields(x, (uint16_t)(TABLE_FACT0 + ds), row, r);
}

static date_day born_of(struct ex *x, const struct ex_row *r)
{
    const struct ex_field *f = row_field(r, STR("born"));
    int64_t v;
    if (!f) f = row_field(r, STR("birth"));
    return f && take_date(x, f->value, &v) && SPAN_LO(v) == SPAN_HI(v) ? (date_day)SPAN_LO(v) : 0;
}

static void build_member(struct ex *x, const struct ex_row *r, uint32_t household)
{
    uint32_t person = frame_build_person(x->fb, household, born_of(x, r));
    frame_build_set(x->fb, TABLE_PERSON, person, 0, 1);
    set_fields(x, TABLE_PERSON, person, r);
    const struct ex_field *valid = row_field(r, STR("id_valid"));
    if (valid && valid->value->kind == E_BOOL && !valid->value->u.boolean)
        for (uint32_t ds = 0; ds + TABLE_FACT0 < x->n_tables; ds++) frame_build_no_identity(x->fb, ds, person);
    for (size_t i = 0; i < r->n_rows; i++) build_fact(x, &r->rows[i], person);
}

static int64_t household_division(struct ex *x, const struct ex_row *r)
{
    const struct ex_field *f = row_field(r, STR("division"));
    const struct decl *roster = typer_roster(&x->t);
    if (!f && roster && roster->u.dataset.lives_in.text.n) f = row_field(r, roster->u.dataset.lives_in.text);
    struct ty ty = ty_of(T_DIVISION);
    int64_t v = 0;
    if (f && cell_value(x, f->value, &ty, &v)) return v;
    const struct decl *head = policy_books(x->p)->v[x->decl->book].head;
    return head && head->u.book.has_jurisdiction ? head->u.book.jurisdiction : 0;
}

static uint32_t place_of(struct ex *x, int64_t division)
{
    for (uint32_t i = 0; i < x->n_places; i++)
        if (x->places[i].division == division) return i;
    if (x->n_places == EX_PLACES_MAX) return 0;
    x->places[x->n_places] = (struct place){.division = division};
    return x->n_places++;
}

static void build_household(struct ex *x, const struct ex_row *r)
{
    if (!str_eq(r->entity.text, STR("household"))) {
        diag_add(x->d, DIAG_ERROR, r->at, "an example begins with household { … member { … } }.",
                 "示例须以 household { … member { … } } 开头。");
        x->failed = true;
        return;
    }
    int64_t division = household_division(x, r);
    uint32_t h = frame_build_household(x->fb, division, place_of(x, division));
    set_fields(x, TABLE_HOUSEHOLD, h, r);
    for (size_t i = 0; i < r->n_rows; i++) {
        bool member = str_eq(r->rows[i].entity.text, STR("member")) || str_eq(r->rows[i].entity.text, STR("person"));
        if (member) build_member(x, &r->rows[i], h);
        else {
            diag_add(x->d, DIAG_ERROR, r->rows[i].at, "rows of \"%.*s\" belong to a member.", "“%.*s”的行属于成员。",
                     STR_ARG(r->rows[i].entity.text));
            x->failed = true;
        }
    }
}

/* References name rows by ID or code; one that names nobody here is somebody outside. */
static void resolve_refs(struct ex *x)
{
    for (size_t i = 0; i < x->pending.n; i++) {
        const struct ex_pending *r = &x->pending.v[i];
        int64_t v = REF_OUTSIDE - (int64_t)(str_hash(r->text) >> 3);
        for (size_t k = 0; k < x->known.n; k++)
            if (x->known.v[k].table == r->refers && str_eq(x->known.v[k].text, r->text)) v = x->known.v[k].row;
        frame_build_set(x->fb, r->table, r->row, r->col, v);
    }
}

static void add_missing(struct ex *x)
{
    for (size_t i = 0; i < x->x->n_missing; i++) {
        const struct ex_missing *m = &x->x->missing[i];
        uint32_t ds = policy_dataset_number(x->p, m->dataset.text);
        if (ds == UINT32_MAX) {
            diag_add(x->d, DIAG_ERROR, m->at, "there is no dataset \"%.*s\".", "没有数据集“%.*s”。",
                     STR_ARG(m->dataset.text));
            x->failed = true;
            continue;
        }
        frame_build_missing(x->fb, (struct fdelivery){.dataset = ds, .from = m->first, .to = m->last});
    }
}

static enum rc build_frame(struct ex *x, struct frame **f, struct err *e)
{
    add_tables(x);
    for (size_t i = 0; i < x->x->n_rows; i++) build_household(x, &x->x->rows[i]);
    resolve_refs(x);
    add_missing(x);
    frame_build_days(x->fb, x->x->as_of, x->x->as_of, true);
    if (x->no_memory) return err_nomem(e);
    if (x->failed) return err_set(e, RC_INPUT, x->decl->at, "the example cannot be built.", "该示例无法建立。");
    TRY(frame_build_finish(x->fb, f, e));
    (*f)->n_places = x->n_places;
    return rules_fill_heads(x->p, x->places, *f, (struct par_team){1, NULL}, x->a, x->d, e);
}

/* ---------------------------------------------------------------- given parameters */

static enum rc set_givens(struct ex *x, struct err *e)
{
    size_t n = x->x->n_givens;
    struct param_setting *ev = ARENA_ARRAY(x->a, struct param_setting, n + 1);
    if (!ev) return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        struct buf b;
        buf_init(&b, KIB(64));
        expr_print(x->x->givens[i].value, &b);
        ev[i] = (struct param_setting){
            .name = x->x->givens[i].param.text, .division = -1, .from = 1, .value_text = str_dup(x->a, buf_str(&b))};
        x->no_memory |= b.no_memory;
        buf_fini(&b);
        if (!policy_known(x->p, D_PARAM, ev[i].name))
            return err_set(e, RC_INPUT, x->x->givens[i].param.at, "there is no parameter \"%.*s\".", "没有参数“%.*s”。",
                           STR_ARG(ev[i].name));
    }
    policy_set_events(x->p, ev, n);
    return x->no_memory ? err_nomem(e) : RC_OK;
}

/* ---------------------------------------------------------------- expectations */

static bool has_reason(struct ex *x, struct reasons *rs, reason_set why, const struct ex_expect *ex)
{
    const reason *r;
    size_t n = reasons_get(rs, why, &r);
    uint32_t ds = policy_dataset_number(x->p, ex->because.text);
    for (size_t i = 0; i < n; i++) {
        if (reason_dataset(r[i]) != ds) continue;
        enum reason_kind k = reason_kind_of(r[i]);
        bool dated = k == REASON_UNDELIVERED || k == REASON_STALE || k == REASON_UNREGISTERED;
        date_day day = (date_day)(reason_detail(r[i]) >> 2);
        if (!ex->because_from || (dated && day >= ex->because_from && day <= ex->because_to)) return true;
    }
    return false;
}

static void describe_value(struct ex *x, const struct ty *ty, const struct value *v, struct reasons *rs, struct buf *b)
{
    zh_value(x->p, ty, v, x->d->lang, b);
    const reason *r;
    size_t n = v->st == ST_UNKNOWN ? reasons_get(rs, v->why, &r) : 0;
    for (size_t i = 0; i < n && i < 8; i++) {
        buf_addz(b, i ? "; " : " (");
        zh_reason(x->p, r[i], x->d->lang, b);
        if (i + 1 == n || i == 7) buf_addc(b, ')');
    }
}

static void report_miss(struct ex *x, const struct ex_expect *ex, const struct value *v, struct reasons *rs)
{
    struct buf want, got;
    struct ty ty = ty_of(T_BOOL);
    buf_init(&want, KIB(16));
    buf_init(&got, KIB(16));
    if (ex->unknown) buf_addz(&want, "unknown ");
    expr_print(ex->cond, &want);
    if (ex->because.text.n) buf_addf(&want, " because %.*s", STR_ARG(ex->because.text));
    describe_value(x, &ty, v, rs, &got);
    diag_add(x->d, DIAG_ERROR, ex->at, "example \"%.*s\": expected %.*s, but it is %.*s.",
             "示例“%.*s”：应为 %.*s，实际为%.*s。", STR_ARG(x->decl->name.text), STR_ARG(buf_str(&want)),
             STR_ARG(buf_str(&got)));
    buf_fini(&want);
    buf_fini(&got);
}

static bool expectation_holds(struct ex *x, const struct ex_expect *ex, const struct value *v, struct reasons *rs)
{
    if (!ex->unknown) return v->st == ST_EXACT && v->v == 1;
    return v->st == ST_UNKNOWN && (!ex->because.text.n || has_reason(x, rs, v->why, ex));
}

static enum rc run_expectations(struct ex *x, struct frame *f, example_engine run, size_t *failed, struct err *e)
{
    size_t n = x->x->n_expects;
    struct expr **conds = ARENA_ARRAY(x->a, struct expr *, n + 1);
    struct outcol *outs = ARENA_ARRAY(x->a, struct outcol, n + 1);
    if (!conds || !outs) return err_nomem(e);
    for (size_t i = 0; i < n; i++) conds[i] = x->x->expects[i].cond;
    struct compile_options o = {.place = &x->places[0], .as_of = x->x->as_of};
    struct compiled c;
    struct ptable pt;
    TRY(rules_compile_expects(x->p, &o, conds, n, x->a, x->d, &c, e));
    TRY(rules_ptable(x->p, c.program, x->places, x->n_places, x->a, &pt, x->d, e));
    TRY(run(c.program, f, &pt, outs, e));
    for (size_t i = 0; i < n; i++) {
        struct value v = outcol_get(&outs[i], 0);
        if (!expectation_holds(x, &x->x->expects[i], &v, f->reasons)) {
            report_miss(x, &x->x->expects[i], &v, f->reasons);
            ++*failed;
        }
        outcol_fini(&outs[i]);
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- whole */

static enum rc run_in(struct ex *x, example_engine run, size_t *failed, struct reasons *rs, struct err *e)
{
    struct frame *f = NULL;
    x->n_tables = policy_dataset_count(x->p) + TABLE_FACT0;
    x->layouts = ARENA_ARRAY(x->a, struct table_layout, x->n_tables);
    x->fb = frame_build_new(x->a, policy_dataset_count(x->p), rs);
    if (!x->layouts || !x->fb || x->n_tables > EX_TABLES_MAX) return err_nomem(e);
    if (!x->x->n_rows)
        return err_set(e, RC_INPUT, x->decl->at, "the example has no household.", "该示例没有 household。");
    TRY(set_givens(x, e));
    TRY(build_frame(x, &f, e));
    return run_expectations(x, f, run, failed, e);
}

enum rc example_run(struct policy *p, const struct decl *example, example_engine run, struct diags *d, size_t *failed,
                    struct err *e)
{
    struct arena a;
    struct reasons *rs = reasons_new();
    if (!rs) return err_nomem(e);
    arena_init(&a, EXAMPLE_BYTES_MAX);
    struct ex x = {.p = p, .decl = example, .x = &example->u.example, .a = &a, .d = d};
    const struct decl *head = policy_books(p)->v[example->book].head;
    struct place home = {.division = head && head->u.book.has_jurisdiction ? head->u.book.jurisdiction : 0};
    typer_init(&x.t, p, &home, x.x->as_of, &a, d);
    enum rc rc = run_in(&x, run, failed, rs, e);
    if (a.failed || x.no_memory) rc = err_nomem(e); /* whatever it came to without */
    policy_set_events(p, NULL, 0);
    frame_build_free(x.fb);
    vec_fini(&x.known);
    vec_fini(&x.pending);
    typer_fini(&x.t);
    arena_fini(&a);
    reasons_free(rs);
    return rc;
}

enum rc example_on_ref(const struct program *p, const struct frame *f, const struct ptable *pt, struct outcol *outs,
                       struct err *e)
{
    return ref_run(p, f, pt, outs, e);
}

enum rc example_on_vm(const struct program *p, const struct frame *f, const struct ptable *pt, struct outcol *outs,
                      struct err *e)
{
    struct vm_options o = {.threads = 1};
    return vm_run(p, f, pt, &o, outs, e);
}
