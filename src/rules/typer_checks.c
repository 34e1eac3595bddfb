/* `require` and `filled` of datasets: every clause is a quality rule on the dataset's rows. */
#include "rules/typer_int.h"

static const char *const words[CHECK__MAX] = {[CHECK_REQUIRE] = "require_", [CHECK_FILLED] = "filled_"};

static size_t check_count(const struct decl *ds, enum check_kind kind)
{
    return kind == CHECK_REQUIRE ? ds->u.dataset.n_requires : ds->u.dataset.n_filled;
}

uint16_t check_table(struct typer *t, const struct decl *ds)
{
    uint32_t number = policy_dataset_number(t->p, ds->name.text);
    return number == policy_roster(t->p) ? TABLE_PERSON : (uint16_t)(TABLE_FACT0 + number);
}

bool check_find(const struct decl *ds, struct str name, enum check_kind *kind, size_t *index)
{
    for (int k = 0; k < CHECK__MAX; k++) {
        for (size_t i = 0; i < check_count(ds, (enum check_kind)k); i++) {
            struct buf b;
            buf_init(&b, KIB(1));
            buf_addf(&b, "%s%zu", words[k], i + 1);
            bool same = str_eq(buf_str(&b), name);
            buf_fini(&b);
            if (!same) continue;
            *kind = (enum check_kind)k;
            *index = i;
            return true;
        }
    }
    return false;
}

/* ---------------------------------------------------------------- as a rule */

static struct str field_label(const struct decl *ds, struct str name)
{
    for (size_t i = 0; i < ds->u.dataset.n_fields; i++) {
        const struct field_decl *f = &ds->u.dataset.fields[i];
        if (str_eq(f->name.text, name) && f->label.n) return f->label;
    }
    return name;
}

/* 健康状况、劳动技能未填 */
static struct str filled_label(struct typer *t, const struct decl *ds, const struct name_list *names)
{
    struct buf b;
    buf_init(&b, KIB(4));
    for (size_t i = 0; i < names->n; i++) {
        if (i) buf_addz(&b, "、");
        buf_add(&b, field_label(ds, names->v[i].text));
    }
    buf_addz(&b, "未填");
    struct str s = b.failed ? (struct str){0} : str_dup(t->a, buf_str(&b));
    buf_fini(&b);
    return s;
}

struct decl *check_decl(struct typer *t, const struct decl *ds, enum check_kind kind, size_t i)
{
    const struct dataset_decl *x = &ds->u.dataset;
    struct pos at = kind == CHECK_REQUIRE ? x->requires[i].at : x->filled[i].at;
    struct str label = kind == CHECK_REQUIRE ? x->requires[i].message : filled_label(t, ds, &x->filled[i].names);
    struct decl *d = ARENA_NEW(t->a, struct decl);
    struct buf name;
    buf_init(&name, KIB(1));
    buf_addf(&name, "%.*s.%s%zu", STR_ARG(ds->name.text), words[kind], i + 1);
    struct str text = name.failed ? (struct str){0} : str_dup(t->a, buf_str(&name));
    buf_fini(&name);
    if (!d || !text.p || !label.p) {
        t->nomem = true;
        return NULL;
    }
    *d =
        (struct decl){.kind = D_RULE, .label = label, .reach = ds->reach, .cite = ds->cite, .at = at, .book = ds->book};
    d->name = (struct name){text, at};
    d->u.rule.kind = FK_QUALITY;
    return d;
}

/* ---------------------------------------------------------------- when it finds something */

static bool is_of_household(const struct decl *ds, struct str name)
{
    for (size_t i = 0; i < ds->u.dataset.n_fields; i++)
        if (str_eq(ds->u.dataset.fields[i].name.text, name)) return ds->u.dataset.fields[i].of_household;
    return false;
}

/* `name is blank`, of a roster's household field `household.name is blank`. */
static struct tx *type_blank(struct typer *t, const struct decl *ds, struct name name)
{
    struct expr *e = ARENA_ARRAY(t->a, struct expr, 3);
    if (!e) {
        t->nomem = true;
        return NULL;
    }
    struct name household = {STR("household"), name.at};
    bool of_household = is_of_household(ds, name.text);
    e[0] = (struct expr){.kind = E_NAME, .at = name.at, .from = name.at, .u.name = of_household ? household : name};
    e[1] = (struct expr){.kind = E_DOT, .at = name.at, .from = name.at, .u.dot = {&e[0], name}};
    e[2] = (struct expr){.kind = E_IS, .at = name.at, .from = name.at, .u.is = {&e[of_household], true}};
    return type_bool(t, &e[2]);
}

/* One of the named fields is blank. */
static struct tx *type_any_blank(struct typer *t, const struct decl *ds, const struct name_list *names)
{
    struct tx *all = NULL;
    for (size_t i = 0; i < names->n; i++) {
        struct tx *one = type_blank(t, ds, names->v[i]);
        struct tx *both = one && all ? tx_new(t, TX_BINARY, ty_of(T_BOOL), one->src) : one;
        if (!both) return NULL;
        if (all) both->op = OP_OR, both->a = all, both->b = one, both->scopes = all->scopes | one->scopes;
        all = both;
    }
    return all;
}

struct tx *type_check(struct typer *t, const struct decl *ds, enum check_kind kind, size_t i)
{
    const struct dataset_decl *x = &ds->u.dataset;
    if (!scope_root(t, check_table(t, ds), ds->at)) return NULL;
    if (kind == CHECK_REQUIRE) {
        struct tx *ok = type_bool(t, x->requires[i].cond);
        if (!ok) return NULL;
        /* `require not c` is broken by c: nobody should have to read 并非「并非…」. */
        return ok->kind == TX_NOT ? ok->a : tx_not(t, ok);
    }
    struct tx *blank = type_any_blank(t, ds, &x->filled[i].names);
    struct tx *when = x->filled[i].when ? type_bool(t, x->filled[i].when) : NULL;
    if (!blank || (x->filled[i].when && !when)) return NULL;
    return when ? tx_and(t, when, blank) : blank;
}

/* ---------------------------------------------------------------- decisions */

static bool stored_date(struct typer *t, const struct decl *ds)
{
    const struct dataset_decl *x = &ds->u.dataset;
    struct name on = x->decided_on;
    for (size_t i = 0; i < x->n_fields; i++)
        if (str_eq(x->fields[i].name.text, on.text) && x->fields[i].type.kind == T_DATE && !x->fields[i].derived)
            return true;
    diag_add(t->d, DIAG_ERROR, on.at,
             "\"%.*s\" is no stored date of the dataset \"%.*s\". Name the field that holds the day of the decision.",
             "“%.*s”不是数据集“%.*s”里存储的日期字段。请写记载决定日期的字段。", STR_ARG(on.text),
             STR_ARG(ds->name.text));
    return false;
}

bool type_decided(struct typer *t, const struct decl *ds)
{
    const struct dataset_decl *x = &ds->u.dataset;
    uint16_t table = check_table(t, ds);
    if (!stored_date(t, ds)) return false;
    if (table == TABLE_PERSON) {
        diag_add(t->d, DIAG_ERROR, x->decided_on.at,
                 "the roster has the latest state only, so its rows are no decisions. Say it of the dataset that lists "
                 "them.",
                 "花名册只有最新状态，它的行不是决定。请写在列出决定的数据集里。");
        return false;
    }
    return !x->decided_when || (scope_root(t, table, ds->at) && type_bool(t, x->decided_when));
}
