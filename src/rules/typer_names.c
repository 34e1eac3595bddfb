/* Names: fields, features, parameters, tables, outer rows, references (language: names and scope). */
#include "rules/typer_int.h"

uint16_t entity_table(struct typer *t, struct str entity)
{
    if (!entity.n || str_eq(entity, STR("household"))) return TABLE_HOUSEHOLD;
    if (str_eq(entity, STR("member")) || str_eq(entity, STR("person"))) return TABLE_PERSON;
    uint32_t ds = policy_dataset_number(t->p, entity);
    if (ds == UINT32_MAX || ds == policy_roster(t->p)) return UINT16_MAX;
    return (uint16_t)(TABLE_FACT0 + ds);
}

static const char *entity_word(uint16_t table)
{
    return table == TABLE_HOUSEHOLD ? "household" : table == TABLE_PERSON ? "member" : "dataset";
}

/* ---------------------------------------------------------------- fields */

/* Made once a table: every field that is named asks for it. NULL: out of memory. */
static const struct table_layout *layout_of(struct typer *t, uint16_t table)
{
    size_t tables = policy_dataset_count(t->p) + TABLE_FACT0;
    if (!t->layouts) t->layouts = ARENA_ARRAY(t->a, struct table_layout, tables);
    if (!t->layouts || table >= tables) return NULL;
    struct table_layout *l = &t->layouts[table];
    return l->cols || rules_layout(t->p, table, t->a, l) == RC_OK ? l : NULL;
}

static bool find_in_layout(struct typer *t, uint16_t table, struct str name, struct field_ref *out)
{
    const struct table_layout *l = layout_of(t, table);
    if (!l) {
        t->nomem = true;
        return false;
    }
    for (size_t i = 0; i < l->n; i++)
        if (l->cols[i].decl && str_eq(l->cols[i].decl->name.text, name)) {
            *out = l->cols[i];
            return true;
        }
    return false;
}

static bool find_builtin(uint16_t table, const struct dataset_decl *ds, struct str name, struct field_ref *out)
{
    *out = (struct field_ref){.table = table};
    if (table == TABLE_HOUSEHOLD) {
        if (str_eq(name, STR("division")) || (ds->lives_in.text.n && str_eq(name, ds->lives_in.text)))
            out->builtin = BF_DIVISION, out->column = 1;
        else if (str_eq(name, STR("head"))) out->builtin = BF_HEAD;
        else if (ds->household_by.text.n && str_eq(name, ds->household_by.text))
            out->builtin = BF_CODE, out->column = 0;
        else return false;
        return true;
    }
    if (table != TABLE_PERSON) return false;
    if (str_eq(name, STR("id_valid"))) out->builtin = BF_ID_VALID, out->column = 0;
    else if (str_eq(name, STR("household"))) out->builtin = BF_HOUSEHOLD;
    else if (str_eq(name, STR("division"))) out->builtin = BF_DIVISION;
    else if (ds->person_by.n > 0 && str_eq(name, ds->person_by.v[0].text)) out->builtin = BF_ID, out->column = 1;
    else if (ds->person_by.n > 1 && str_eq(name, ds->person_by.v[1].text)) out->builtin = BF_NAME, out->column = 2;
    else return false;
    return true;
}

static const struct field_decl *find_field_decl(const struct dataset_decl *ds, struct str name, uint16_t *index)
{
    for (size_t i = 0; i < ds->n_fields; i++)
        if (str_eq(ds->fields[i].name.text, name)) {
            *index = (uint16_t)i;
            return &ds->fields[i];
        }
    return NULL;
}

bool field_find(struct typer *t, uint16_t table, struct str name, struct field_ref *out, const struct decl **dataset)
{
    const struct decl *d = table < TABLE_FACT0 ? typer_roster(t) : typer_dataset(t, (uint32_t)table - TABLE_FACT0);
    static const struct dataset_decl none;
    *dataset = d;
    if (find_builtin(table, d ? &d->u.dataset : &none, name, out)) {
        out->dataset = policy_roster(t->p);
        return true;
    }
    if (!d) return false;
    uint16_t index = 0;
    const struct field_decl *f = find_field_decl(&d->u.dataset, name, &index);
    if (!f || (table < TABLE_FACT0 && f->of_household != (table == TABLE_HOUSEHOLD))) return false;
    if (f->derived) {
        *out = (struct field_ref){.builtin = BF_DERIVED, .table = table, .decl = f, .field = index};
    } else if (!find_in_layout(t, table, name, out)) {
        return false;
    } else {
        out->decl = f;
    }
    out->dataset = table < TABLE_FACT0 ? policy_roster(t->p) : (uint32_t)table - TABLE_FACT0;
    out->field = index;
    return true;
}

static struct tx *type_builtin(struct typer *t, const struct expr *e, uint32_t s, struct field_ref f)
{
    static const enum type_kind kinds[BF__MAX] = {
        [BF_ID_VALID] = T_BOOL, [BF_DIVISION] = T_DIVISION, [BF_ID] = T_TEXT, [BF_NAME] = T_TEXT,
        [BF_CODE] = T_TEXT,     [BF_HOUSEHOLD] = T_REF,     [BF_HEAD] = T_REF};
    struct tx *x = tx_new(t, TX_FIELD, ty_of(kinds[f.builtin]), e);
    if (!x) return NULL;
    if (f.builtin == BF_HEAD) x->ty.table = TABLE_PERSON, x->may_absent = true;
    if (f.builtin == BF_HOUSEHOLD) x->ty.table = TABLE_HOUSEHOLD;
    x->secret = f.builtin == BF_ID;
    x->field = f;
    x->scope = s;
    x->scopes = 1u << s;
    x->why = reason_make(REASON_BLANK, f.dataset, UINT64_C(0xffff) - f.builtin);
    return x;
}

/* A bound in the declaration narrows the range that overflow proofs use. */
static void narrow(struct tx *x, enum binop op, i128 bound)
{
    if (op == OP_GE && bound > x->lo) x->lo = bound;
    if (op == OP_GT && bound + 1 > x->lo) x->lo = bound + 1;
    if (op == OP_LE && bound < x->hi) x->hi = bound;
    if (op == OP_LT && bound - 1 < x->hi) x->hi = bound - 1;
}

static void apply_bounds(struct typer *t, struct tx *x, const struct field_decl *f)
{
    if (f->bound) {
        struct tx *b = type_as(t, f->bound, &x->ty, true);
        if (b && b->kind == TX_CONST) narrow(x, f->bound_op, b->v);
        x->nonneg_field = x->lo >= 0;
    }
    if (f->range && f->range->kind == E_RANGE) {
        struct tx *lo = type_as(t, f->range->u.range.lo, &x->ty, true),
                  *hi = type_as(t, f->range->u.range.hi, &x->ty, true);
        if (lo && lo->kind == TX_CONST) narrow(x, OP_GE, lo->v);
        if (hi && hi->kind == TX_CONST) narrow(x, f->range->u.range.hi_open_end ? OP_LT : OP_LE, hi->v);
        x->nonneg_field = x->lo >= 0;
    }
}

static struct tx *type_stored(struct typer *t, const struct expr *e, uint32_t s, struct field_ref f,
                              const struct decl *dataset)
{
    struct ty ty;
    if (!ty_resolve(t, &f.decl->type, &ty)) return NULL;
    struct tx *x = tx_new(t, TX_FIELD, ty, e);
    if (!x) return NULL;
    x->field = f;
    x->decl = dataset;
    x->scope = s;
    x->scopes = 1u << s;
    x->may_absent = f.decl->optional;
    x->secret = f.decl->secret;
    x->why = reason_make(REASON_BLANK, f.dataset, f.field);
    apply_bounds(t, x, f.decl);
    return x;
}

/* ---------------------------------------------------------------- features and derived fields */

static struct typed_feature *feature_slot(struct typer *t, const void *decl)
{
    for (size_t i = 0; i < t->features.n; i++)
        if (t->features.v[i].decl == decl && t->features.v[i].day == t->day) return &t->features.v[i];
    if (!vec_push(&t->features, 65536, (struct typed_feature){.decl = decl, .day = t->day})) {
        t->nomem = true;
        return NULL;
    }
    return &t->features.v[t->features.n - 1];
}

/* Type a body as if its table's row were the outermost one. */
static struct tx *type_body(struct typer *t, const void *key, const struct expr *body, const struct type_ref *type,
                            uint16_t table, struct name name)
{
    struct typed_feature *slot = feature_slot(t, key);
    if (!slot || slot->failed) return NULL;
    if (slot->busy)
        return TERR(t, name.at, "\"%.*s\" is defined by itself. Break the circle.",
                    "“%.*s”的定义绕回了自身。请断开循环。", STR_ARG(name.text));
    if (slot->body) return slot->body;
    if (t->feature_depth == TYPER_FEATURE_DEPTH_MAX)
        return TERR(t, name.at, "features are nested more than %d deep at \"%.*s\".", "特征嵌套超过 %d 层（“%.*s”）。",
                    (int)TYPER_FEATURE_DEPTH_MAX, STR_ARG(name.text));
    size_t index = (size_t)(slot - t->features.v);
    struct scope saved[SCOPES_MAX];
    uint32_t n_saved = t->n_scopes;
    unsigned depth = t->depth;
    memcpy(saved, t->scopes, sizeof saved);
    slot->busy = true;
    t->feature_depth++;
    t->depth = 0;
    struct ty want;
    struct tx *x = NULL;
    if (ty_resolve(t, type, &want) && scope_root(t, table, name.at)) x = type_as(t, body, &want, false);
    t->depth = depth;
    t->feature_depth--;
    memcpy(t->scopes, saved, sizeof saved);
    t->n_scopes = n_saved;
    slot = &t->features.v[index];
    slot->busy = false;
    slot->body = x;
    slot->failed = !x;
    return x;
}

struct tx *type_feature_body(struct typer *t, const struct decl *f, uint16_t table)
{
    return type_body(t, f, f->u.feature.value, &f->u.feature.type, table, f->name);
}

static struct tx *use_body(struct typer *t, const struct expr *e, uint32_t s, struct tx *body, const struct decl *d,
                           struct field_ref f)
{
    if (!body) return NULL;
    struct tx *x = tx_new(t, TX_FEATURE, body->ty, e);
    if (!x) return NULL;
    x->a = body;
    x->decl = d;
    x->field = f;
    x->field.table = t->scopes[s].table;
    x->scope = s;
    x->scopes = 1u << s;
    x->frac = body->frac, x->span = body->span, x->may_absent = body->may_absent, x->rowsum = body->rowsum;
    x->lo = body->lo, x->hi = body->hi, x->den_hi = body->den_hi, x->why = body->why;
    return x;
}

static const struct decl *feature_find(struct typer *t, uint16_t table, struct str name)
{
    char key[2 * IDENT_MAX + 16];
    struct str entity = table == TABLE_HOUSEHOLD ? STR("household")
                        : table == TABLE_PERSON  ? STR("member")
                                                 : policy_dataset_name(t->p, (uint32_t)table - TABLE_FACT0);
    if (entity.n + name.n + 1 >= sizeof key) return NULL;
    memcpy(key, entity.p, entity.n);
    key[entity.n] = '.';
    memcpy(key + entity.n + 1, name.p, name.n);
    return policy_find(t->p, D_FEATURE, str_make(key, entity.n + 1 + name.n), t->place, t->place_day);
}

struct tx *type_member_of(struct typer *t, const struct expr *e, uint32_t s, struct str name, bool *found)
{
    struct field_ref f;
    const struct decl *dataset;
    uint16_t table = t->scopes[s].table;
    *found = true;
    if (field_find(t, table, name, &f, &dataset)) {
        if (f.builtin == BF_DERIVED)
            return use_body(t, e, s, type_body(t, f.decl, f.decl->derived, &f.decl->type, table, f.decl->name), NULL,
                            f);
        if (f.builtin != BF_STORED) return type_builtin(t, e, s, f);
        return type_stored(t, e, s, f, dataset);
    }
    const struct decl *d = feature_find(t, table, name);
    if (d) return use_body(t, e, s, type_feature_body(t, d, table), d, (struct field_ref){.table = table});
    *found = false;
    return NULL;
}

/* ---------------------------------------------------------------- errors */

/* The name is there, but of another row. */
static bool err_of_other_row(struct typer *t, struct pos at, struct str name)
{
    static const struct {
        uint16_t table;
        const char *word, *en, *zh;
    } rows[] = {{TABLE_HOUSEHOLD, "household", "the household", "户"}, {TABLE_PERSON, "member", "a member", "成员"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct field_ref f;
        const struct decl *ds;
        if (!feature_find(t, rows[i].table, name) && !field_find(t, rows[i].table, name, &f, &ds)) continue;
        const char *who = t->d->lang == LANG_EN ? rows[i].en : rows[i].zh;
        if (t->n_scopes)
            diag_add(t->d, DIAG_ERROR, at, "\"%.*s\" belongs to %s. Write %s.%.*s where such a row is at hand.",
                     "“%.*s”属于%s。请在有该行之处写 %s.%.*s。", STR_ARG(name), who, rows[i].word, STR_ARG(name));
        else
            diag_add(t->d, DIAG_ERROR, at, "\"%.*s\" belongs to %s. Only parameters and tables can be used here.",
                     "“%.*s”属于%s。此处只能使用参数和对照表。", STR_ARG(name), who);
        return true;
    }
    return false;
}

void err_unknown_name(struct typer *t, struct pos at, struct str name)
{
    uint32_t ds = policy_dataset_number(t->p, name);
    if (ds != UINT32_MAX) {
        diag_add(
            t->d, DIAG_ERROR, at,
            "\"%.*s\" belongs to a person. Write members.%.*s (anyone in the household) or member.%.*s (this member).",
            "“%.*s”属于个人。请写 members.%.*s（户内任何人）或 member.%.*s（该成员）。", STR_ARG(name), STR_ARG(name),
            STR_ARG(name));
        return;
    }
    if (err_of_other_row(t, at, name)) return;
    static const enum decl_kind kinds[] = {D_PARAM, D_FEATURE, D_TABLE};
    static const char *const en[] = {"parameter", "feature", "table"}, *const zh[] = {"参数", "特征", "对照表"};
    for (size_t i = 0; i < 3; i++) {
        struct str close = policy_suggest(t->p, kinds[i], name);
        if (!close.n) continue;
        bool english = t->d->lang == LANG_EN;
        diag_add(t->d, DIAG_ERROR, at, "unknown name \"%.*s\". Did you mean the %s \"%.*s\"?",
                 "不认识名称“%.*s”。是否为%s“%.*s”？", STR_ARG(name), english ? en[i] : zh[i], STR_ARG(close));
        return;
    }
    if (t->n_scopes)
        diag_add(t->d, DIAG_ERROR, at,
                 "unknown name \"%.*s\" in a %s row. Declare it, or write the row it belongs to before it.",
                 "不认识名称“%.*s”（当前为 %s 行）。请先声明，或在前面写明它所属的行。", STR_ARG(name),
                 entity_word(scope_this(t)->table));
    else
        diag_add(t->d, DIAG_ERROR, at, "unknown name \"%.*s\" in a constant, which is of no row. Declare it.",
                 "不认识名称“%.*s”（当前为常量，不属于任何行）。请先声明。", STR_ARG(name));
}

/* ---------------------------------------------------------------- globals */

struct tx *type_param(struct typer *t, const struct expr *e, struct str name, date_day at)
{
    const struct decl *d = policy_find(t->p, D_PARAM, name, t->place, t->place_day);
    struct ty ty;
    if (!d)
        return TERR(t, e->at, "the parameter \"%.*s\" is not in force here.", "参数“%.*s”在此地不适用。",
                    STR_ARG(name));
    if (!ty_resolve(t, &d->u.param.type, &ty)) return NULL;
    struct tx *x = tx_new(t, TX_PARAM, ty, e);
    if (!x) return NULL;
    x->decl = d;
    x->slot = typer_slot(t, d->name.text, at, ty_rep(&ty));
    x->may_absent = d->u.param.optional;
    x->scopes = t->n_scopes ? 1u : 0;
    return x;
}

static struct tx *type_global(struct typer *t, const struct expr *e, struct str name)
{
    if (str_eq(name, STR("as_of"))) return tx_const(t, ty_of(T_DATE), t->day, e);
    if (policy_find(t->p, D_PARAM, name, t->place, t->place_day)) return type_param(t, e, name, t->place_day);
    if (policy_find(t->p, D_TABLE, name, t->place, t->place_day))
        return TERR(t, e->at, "the table \"%.*s\" is read with keys: %.*s[…].", "对照表“%.*s”须带键使用：%.*s[…]。",
                    STR_ARG(name), STR_ARG(name));
    struct tx *rule = t->rule_names ? type_rule_name(t, e, name) : NULL;
    if (rule) return rule;
    err_unknown_name(t, e->at, name);
    return NULL;
}

static struct tx *type_row(struct typer *t, const struct expr *e, uint32_t s)
{
    if (t->scopes[s].table >= TABLE_FACT0)
        return TERR(t, e->at, "a row of \"%.*s\" has no number to compare. Name one of its fields.",
                    "“%.*s”的行不能直接比较。请写出其字段。", STR_ARG(t->scopes[s].name));
    struct tx *x = tx_new(t, TX_ROW, ty_of(T_REF), e);
    if (!x) return NULL;
    x->ty.table = t->scopes[s].table;
    x->scope = s;
    x->scopes = 1u << s;
    return x;
}

static struct tx *type_head(struct typer *t, const struct expr *e)
{
    for (uint32_t s = t->n_scopes; s-- > 0;) {
        if (t->scopes[s].table != TABLE_HOUSEHOLD) continue;
        bool found;
        return type_member_of(t, e, s, STR("head"), &found);
    }
    err_unknown_name(t, e->at, STR("head"));
    return NULL;
}

static struct tx *type_code(struct typer *t, const struct expr *e, const struct ty *want)
{
    uint32_t c = codes_find(want->codes, e->u.name.text);
    if (c == UINT32_MAX) return NULL;
    return tx_const(t, (struct ty){.kind = T_CODES, .codes = want->codes}, c, e);
}

static struct tx *err_code(struct typer *t, const struct expr *e, const struct decl *codes)
{
    struct buf b;
    buf_init(&b, 400);
    for (size_t i = 0; i < codes->u.codes.n && b.n < 300; i++)
        buf_addf(&b, "%s%.*s %.*s", i ? ", " : "", STR_ARG(codes->u.codes.v[i].name.text),
                 STR_ARG(codes->u.codes.v[i].label));
    struct tx *x = TERR(t, e->at, "\"%.*s\" is not a code of \"%.*s\". It has: %.*s.",
                        "“%.*s”不是代码表“%.*s”的代码。可用：%.*s。", STR_ARG(e->u.name.text),
                        STR_ARG(codes->name.text), STR_ARG(buf_str(&b)));
    buf_fini(&b);
    return x;
}

struct tx *type_name(struct typer *t, const struct expr *e, const struct ty *want)
{
    struct str name = e->u.name.text;
    if (want && (want->kind == T_CODES || want->kind == T_SET)) {
        struct tx *c = type_code(t, e, want);
        if (c) return c;
        bool known = policy_known(t->p, D_PARAM, name) || (t->n_scopes && want->kind == T_SET);
        if (!known) return err_code(t, e, want->codes);
    }
    if (!t->n_scopes) return type_global(t, e, name);
    bool found, several;
    struct tx *x = type_member_of(t, e, t->n_scopes - 1, name, &found);
    if (found) {
        if (policy_find(t->p, D_PARAM, name, t->place, t->place_day))
            return TERR(t, e->at, "\"%.*s\" is a field of this row and a parameter. Write %.*s.%.*s or param.%.*s.",
                        "“%.*s”既是本行字段又是参数。请写 %.*s.%.*s 或 param.%.*s。", STR_ARG(name),
                        STR_ARG(scope_this(t)->name), STR_ARG(name), STR_ARG(name));
        return x;
    }
    uint32_t s = scope_find(t, name, &several);
    if (several)
        return TERR(t, e->at, "\"%.*s\" names several rows here. Name them with as.",
                    "此处有多行叫“%.*s”。请用 as 命名。", STR_ARG(name));
    if (s != UINT32_MAX) return type_row(t, e, s);
    if (str_eq(name, STR("head"))) return type_head(t, e);
    return type_global(t, e, name);
}

/* ---------------------------------------------------------------- dots and brackets */

static const struct {
    const char *word;
    uint8_t part;
    enum type_kind of;
} parts[] = {
    {"province", 1, T_DIVISION}, {"city", 2, T_DIVISION}, {"county", 3, T_DIVISION}, {"township", 4, T_DIVISION},
    {"village", 5, T_DIVISION},  {"year", 6, T_DATE},     {"month", 7, T_DATE},
};

static struct tx *type_part(struct typer *t, const struct expr *e, struct tx *left, struct name name)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!str_eq(name.text, str_from(parts[i].word)) || parts[i].of != left->ty.kind) continue;
        struct tx *x = tx_new(t, TX_PART, ty_of(left->ty.kind == T_DATE ? T_INT : T_DIVISION), e);
        if (!x) return NULL;
        x->a = left;
        x->part = parts[i].part;
        x->scopes = left->scopes;
        x->may_absent = left->may_absent;
        if (left->ty.kind == T_DATE) x->lo = 0, x->hi = DATE_MAX_YEAR;
        x->why = left->why;
        return x;
    }
    return TERR(t, name.at, "a %s has no part \"%.*s\".", "%s 没有“%.*s”这一部分。", ty_text(t, &left->ty),
                STR_ARG(name.text));
}

/* Type `name` in the scope of the referenced table alone. */
struct tx *type_via(struct typer *t, const struct expr *e, struct tx *ref, struct str name)
{
    struct scope saved[SCOPES_MAX];
    uint32_t n_saved = t->n_scopes;
    memcpy(saved, t->scopes, sizeof saved);
    bool found = false;
    struct tx *b = NULL;
    if (scope_root(t, ref->ty.table, e->at)) b = type_member_of(t, e, t->n_scopes - 1, name, &found);
    memcpy(t->scopes, saved, sizeof saved);
    t->n_scopes = n_saved;
    if (!found) {
        err_unknown_name(t, e->at, name);
        return NULL;
    }
    if (!b) return NULL;
    struct tx *x = tx_new(t, TX_VIA, b->ty, e);
    if (!x) return NULL;
    x->a = ref, x->b = b, x->scopes = ref->scopes;
    x->frac = b->frac, x->span = b->span, x->secret = b->secret, x->lo = b->lo, x->hi = b->hi, x->den_hi = b->den_hi,
    x->why = b->why;
    x->may_absent = b->may_absent || ref->may_absent;
    return x;
}

/* `rule.not_received` of a measure, in expectations. */
static struct tx *type_measure_output(struct typer *t, const struct expr *e)
{
    const struct expr *left = e->u.dot.left;
    bool kind_ok = str_eq(e->u.dot.name.text, STR("not_received")) || str_eq(e->u.dot.name.text, STR("not_entitled"));
    if (!t->rule_names || left->kind != E_NAME || !kind_ok || !policy_known(t->p, D_MEASURE, left->u.name.text))
        return NULL;
    const struct decl *d = policy_find(t->p, D_MEASURE, left->u.name.text, t->place, t->place_day);
    if (!d) return NULL;
    return type_measure_truth(t, e, d, str_eq(e->u.dot.name.text, STR("not_received")));
}

/* `dataset.require_1`, `dataset.filled_1`, in expectations. */
static struct tx *type_dataset_check(struct typer *t, const struct expr *e)
{
    const struct expr *left = e->u.dot.left;
    const struct decl *d = t->rule_names ? policy_find(t->p, D_DATASET, left->u.name.text, t->place, t->place_day)
                                         : NULL;
    return d ? type_check_truth(t, e, d, e->u.dot.name.text) : NULL;
}

struct tx *type_dot(struct typer *t, const struct expr *e, const struct ty *want)
{
    const struct expr *left = e->u.dot.left;
    struct name name = e->u.dot.name;
    (void)want;
    if (left->kind == E_NAME) {
        struct str l = left->u.name.text;
        bool found = false, several;
        if (str_eq(l, STR("param"))) return type_param(t, e, name.text, t->place_day);
        struct field_ref f;
        const struct decl *ds;
        bool own_field = t->n_scopes && field_find(t, scope_this(t)->table, l, &f, &ds);
        uint32_t s = own_field ? UINT32_MAX : scope_find(t, l, &several);
        if (s != UINT32_MAX) {
            if (several)
                return TERR(t, left->at, "\"%.*s\" names several rows here. Name them with as.",
                            "此处有多行叫“%.*s”。请用 as 命名。", STR_ARG(l));
            struct tx *x = type_member_of(t, e, s, name.text, &found);
            if (found) return x;
            err_unknown_name(t, name.at, name.text);
            return NULL;
        }
        struct tx *m = own_field ? NULL : type_measure_output(t, e);
        if (!m && !own_field) m = type_dataset_check(t, e);
        if (m) return m;
    }
    struct tx *a = type_expr(t, left, NULL, false);
    if (!a) return NULL;
    if (a->ty.kind == T_REF) return type_via(t, e, a, name.text);
    return type_part(t, e, a, name);
}

/* The last day of a calendar period in brackets, seen from D. */
static bool index_period_day(struct typer *t, const struct period *p, date_day *out)
{
    date_day first, last;
    if (p->kind == PK_YEAR || p->kind == PK_MONTH || p->kind == PK_DAYS) {
        *out = p->last;
        return true;
    }
    if (p->kind == PK_SPAN || !period_bounds(p->kind, p->unit, t->day, 0, 0, &first, &last)) return false;
    *out = last;
    return true;
}

struct tx *type_index(struct typer *t, const struct expr *e)
{
    const struct expr *left = e->u.index.left;
    if (left->kind != E_NAME)
        return TERR(t, e->at, "only a table or a parameter takes […].", "只有对照表或参数可以带 […]。");
    struct str name = left->u.name.text;
    const struct decl *table = policy_find(t->p, D_TABLE, name, t->place, t->place_day);
    if (table) {
        if (e->u.index.period)
            return TERR(t, e->at, "a table is read by key, not by period.", "对照表按键取值，不按时期。");
        return type_table(t, e, table);
    }
    if (policy_find(t->p, D_PARAM, name, t->place, t->place_day)) {
        date_day day;
        if (!e->u.index.period || !index_period_day(t, e->u.index.period, &day))
            return TERR(t, e->at, "a parameter is read by a period: %.*s[last year].",
                        "参数按时期取值，例如 %.*s[last year]。", STR_ARG(name));
        return type_param(t, e, name, day);
    }
    err_unknown_name(t, left->at, name);
    return NULL;
}
