#include "match/judge_rows.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ident/division_code.h"
#include "ingest/cell.h"
#include "match/judge_int.h"
#include "match/other_names.h"
#include "match/shared.h"

#define ROWS_ARENA_MAX ((size_t)4 << 30)

/* Columns of a file that tell of the person, by header or by the field they became; HEADER_NONE: none. */
struct telling {
    int32_t id, name, born, sex, division, town, village, home, relation, phone, kin[JUDGE_KIN_MAX];
    const struct plan_codes *codes; /* of relations, by the roster; NULL: none */
};

/* ---- columns */

static bool says(struct str text, const char *const *words, size_t n, bool whole)
{
    for (size_t i = 0; i < n; i++) {
        struct str w = str_from(words[i]);
        if (whole ? str_eq(text, w) : str_find(text, w, 0) != SIZE_MAX) return true;
    }
    return false;
}
#define SAYS(text, whole, ...)                                                                                    \
    says((text), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), \
         (whole))

static struct str field_of(const struct plan *pl, size_t column)
{
    for (size_t i = 0; i < pl->n_cols; i++)
        if (pl->cols[i].column == (int32_t)column) return pl->cols[i].name;
    return STR("");
}

/* A column with the name of a relative. */
static bool look_at_kin(struct telling *t, struct str text, int32_t column)
{
    bool name = SAYS(text, false, "姓名", "名字", "_name") || SAYS(text, true, "户主", "head");
    bool kin = SAYS(text, false, "户主", "父", "母", "配偶", "head", "spouse", "father", "mother");
    if (!name || !kin) return false;
    for (size_t i = 0; i < JUDGE_KIN_MAX; i++) {
        if (t->kin[i] == column) break;
        if (t->kin[i] != HEADER_NONE) continue;
        t->kin[i] = column;
        break;
    }
    return true;
}

/* Names of the township and of the village. */
static void look_at_place(struct telling *t, struct str text, int32_t column)
{
    if (SAYS(text, false, "代码", "编码", "数")) return;
    bool town = SAYS(text, false, "乡镇", "镇街", "街道") || SAYS(text, true, "乡", "镇", "town", "township");
    bool village = SAYS(text, false, "行政村", "村名", "村居", "村社区", "所在村") ||
                   SAYS(text, true, "村", "村（社区）", "村(社区)", "村/社区", "village", "village_name");
    if (t->town == HEADER_NONE && town && !village) t->town = column;
    if (t->village == HEADER_NONE && village) t->village = column;
}

static void look_at(struct telling *t, struct str text, int32_t column)
{
    if (t->relation == HEADER_NONE && (SAYS(text, false, "与户主关系", "家庭关系") || SAYS(text, true, "relation")))
        t->relation = column;
    if (look_at_kin(t, text, column)) return;
    bool other = SAYS(text, false, "户主", "父", "母", "配偶", "监护", "联系人", "代办", "head", "father", "mother");
    if (other) return;
    if (t->id == HEADER_NONE && (SAYS(text, false, "身份证", "证件号") || SAYS(text, true, "cid", "id")))
        t->id = column;
    if (t->name == HEADER_NONE && (SAYS(text, false, "姓名") || SAYS(text, true, "name"))) t->name = column;
    if (t->born == HEADER_NONE && SAYS(text, false, "出生", "生日", "birth", "born")) t->born = column;
    if (t->sex == HEADER_NONE && (SAYS(text, false, "性别") || SAYS(text, true, "sex", "gender"))) t->sex = column;
    if (t->division == HEADER_NONE && (SAYS(text, false, "行政区划", "区划代码", "村代码") ||
                                       SAYS(text, true, "division", "village", "village_code")))
        t->division = column;
    look_at_place(t, text, column);
    if (t->phone == HEADER_NONE &&
        (SAYS(text, false, "电话", "手机", "联系方式") || SAYS(text, true, "phone", "mobile")))
        t->phone = column;
    if (t->home == HEADER_NONE &&
        (SAYS(text, false, "户编号", "户码", "家庭编号") || SAYS(text, true, "hid", "household")))
        t->home = column;
}

static void find_columns(const struct late *x, const struct plan *pl, struct telling *t)
{
    *t = (struct telling){.id = pl->id,
                          .name = pl->name,
                          .born = HEADER_NONE,
                          .sex = HEADER_NONE,
                          .division = HEADER_NONE,
                          .town = HEADER_NONE,
                          .village = HEADER_NONE,
                          .home = HEADER_NONE,
                          .relation = HEADER_NONE,
                          .phone = HEADER_NONE,
                          .kin = {HEADER_NONE, HEADER_NONE, HEADER_NONE}};
    for (size_t i = 0; i < x->w.header.n; i++) {
        look_at(t, str_trim(x->w.header.v[i]), (int32_t)i);
        look_at(t, field_of(pl, i), (int32_t)i);
    }
}

/* ---- cells */

static struct str cell_at(const struct row_batch *b, size_t row, int32_t column)
{
    return column < 0 || (uint32_t)column >= b->columns ? STR("") : row_cell(b, row, (size_t)column);
}

static int64_t division_of(struct str text)
{
    char digits[13] = "000000000000";
    size_t n = 0;
    text = str_trim(text);
    for (; n < text.n && n < 12; n++) {
        if (text.p[n] < '0' || text.p[n] > '9') return 0;
        digits[n] = text.p[n];
    }
    int64_t code = 0;
    if (n != text.n || n < 6 || !str_to_i64(str_make(digits, 12), 0, INT64_C(999999999999), &code)) return 0;
    return code;
}

static int64_t place_of(const struct row_batch *b, size_t row, const struct telling *t,
                        const struct judge_places *places)
{
    int64_t code = division_of(cell_at(b, row, t->division));
    return code ? code : judge_places_find(places, cell_at(b, row, t->town), cell_at(b, row, t->village));
}

static void read_cells(struct judge_row *r, const struct row_batch *b, size_t row, const struct telling *t,
                       const struct id_rule *rule, const struct judge_places *places)
{
    struct citizen_id id = {0};
    struct cell_date day;
    enum cell_reason why;
    struct str text = cell_at(b, row, t->id);
    if (text.n > 1 && text.p[0] == CELL_TROUBLE) text = str_sub(text, 2, text.n);
    r->verdict = (uint8_t)citizen_id_parse(text, rule, &id);
    if (r->verdict != ID_NONE) judge_keep_id(text, r->id);
    r->key = id.key;
    r->short_form = id.normalised & ID_NORM_15;
    id_left_parse(text, r->verdict == ID_OK && !r->short_form, &r->left);
    if (cell_date(cell_at(b, row, t->born), &day, &why) == CELL_OK && !day.span) r->born = day.first;
    r->sex = judge_sex(cell_at(b, row, t->sex));
    r->division = place_of(b, row, t, places);
    struct str home = str_trim(cell_at(b, row, t->home));
    r->home = home.n ? str_hash(home) : 0;
    r->phone = judge_phone(cell_at(b, row, t->phone));
    r->name = cell_at(b, row, t->name);
    r->relation = judge_relation(t->codes, cell_at(b, row, t->relation));
}

/* His own name among them (he is the head) tells nothing of his relatives. */
static void read_kin(struct judge_row *r, const struct row_batch *b, size_t row, const struct telling *t)
{
    for (size_t i = 0; i < JUDGE_KIN_MAX; i++) {
        struct name_form f;
        if (!name_form_make(cell_at(b, row, t->kin[i]), &f) || f.near_hash == r->form.near_hash) continue;
        r->kin[r->n_kin++] = f.near_hash;
    }
}

/* In the line of a member a row about the household's head: what is said of the member is not said of him. */
static void forget_member(struct judge_row *r)
{
    r->born = 0;
    r->sex = 0;
    r->phone = 0;
    r->relation = 0;
}

/* ---- one delivery */

struct reading_rows {
    struct judge_rows *out;
    struct late *x;
    const struct judge_places *places;
    struct telling t;
    struct id_rule rule;
    bool once, doubted;
    size_t *choice_of; /* of each line of the text: the chosen row + 1 */
};

/* Numbers of the neighbours that wait for their names too. */
static void read_beside(struct judge_row *r, const struct waiting *w, size_t at)
{
    enum { FAR = JUDGE_BESIDE / 2 };
    for (size_t i = at < FAR ? 0 : at - FAR, n = 0; i < w->line.n && i <= at + FAR && n < JUDGE_BESIDE; i++) {
        int64_t why = w->reason.v[i] < 0 ? -w->reason.v[i] : w->reason.v[i], apart = w->line.v[i] - w->line.v[at];
        if (i != at && why == WAIT_NAME && apart >= -FAR && apart <= FAR) r->beside[n++] = (uint64_t)w->key.v[i];
    }
}

static enum rc take_row(struct reading_rows *d, const struct row_batch *b, size_t i, struct err *e)
{
    struct judge_rows *o = d->out;
    const struct late *x = d->x;
    uint32_t line = b->row[i].line;
    size_t choice = line < x->lines + 1 ? d->choice_of[line] : 0;
    if (!choice) return RC_OK;
    if (o->n == o->cap && !vec_grow(&o->v, &o->cap, o->n, sizeof *o->v, UINT32_MAX)) return err_nomem(e);
    struct judge_row *r = &o->v[o->n++];
    size_t w = x->row[choice - 1];
    bool linked = x->w.reason.v[w] < 0;
    *r = (struct judge_row){.delivery = x->base->id,
                            .line = (uint32_t)x->w.line.v[w],
                            .number = (uint32_t)w,
                            .reason = (uint8_t)(linked ? -x->w.reason.v[w] : x->w.reason.v[w]),
                            .linked = linked,
                            .once = d->once,
                            .doubted = d->doubted};
    read_beside(r, &x->w, w);
    read_cells(r, b, i, &d->t, &d->rule, d->places);
    r->name = r->name.n ? str_dup(&o->a, r->name) : STR("");
    if (!r->name.p) return err_nomem(e);
    (void)name_form_make(r->name, &r->form);
    if (x->plan.row_person != HEADER_NONE && shared_is_of_other(&x->plan, b, i, &d->rule)) forget_member(r);
    else read_kin(r, b, i, &d->t);
    return RC_OK;
}

static enum rc read_parts(struct reading_rows *d, struct csv_reader *r, struct err *e)
{
    struct row_batch b;
    enum rc rc = RC_OK;
    for (size_t part = 0; !rc && part < d->x->file.parts; part++) {
        rc = csv_reader_start(r, part, e);
        while (!rc && !(rc = csv_reader_next(r, &b, e)) && b.rows)
            for (size_t i = 0; !rc && i < b.rows; i++) rc = take_row(d, &b, i, e);
    }
    return rc;
}

static enum rc read_text(struct reading_rows *d, struct err *e)
{
    struct late *x = d->x;
    struct csv_options o = {.delim = ',', .encoding = TEXT_UTF8, .threads = 1};
    struct csv_reader r;
    d->choice_of = mem_zalloc_array(x->lines + 2, sizeof *d->choice_of);
    if (!d->choice_of) return err_nomem(e);
    for (size_t i = 0; i < x->n; i++) d->choice_of[x->row_line[i]] = i + 1;
    TRY(csv_file_from_bytes(&x->file, "waiting", buf_str(&x->text), &o, e));
    TRY(csv_reader_init(&r, &x->file, x->file.columns, e));
    enum rc rc = read_parts(d, &r, e);
    csv_reader_fini(&r);
    return rc;
}

/* Without the dataset's declaration the header alone says which column is which. */
static enum rc plan_of(struct late *x, struct err *e)
{
    struct err why = {0};
    enum rc rc = plan_dataset(&x->plan, x->p, x->base->dataset, &x->a, &why);
    if (!rc) rc = plan_header(&x->plan, x->w.header.v, x->w.header.n, "waiting", &why);
    if (!rc) rc = plan_shared(&x->plan, x->p, &why);
    return rc && rc != RC_INPUT ? err_nomem(e) : RC_OK;
}

static enum rc read_late(struct judge_rows *out, struct late *x, uint32_t line, bool linked,
                         const struct judge_places *places, struct err *e)
{
    struct reading_rows d = {.out = out, .x = x, .places = places};
    TRY(late_begin(x, &out->all, e));
    for (size_t i = 0; i < x->w.line.n; i++) {
        int64_t why = linked && x->w.reason.v[i] < 0 ? -x->w.reason.v[i] : x->w.reason.v[i];
        bool open = why == WAIT_INVALID || why == WAIT_UNMATCHED || why == WAIT_NAME;
        if (open && (!line || x->w.line.v[i] == line)) x->row[x->n++] = i;
    }
    if (!x->n) return RC_OK;
    size_t chosen = x->n;
    TRY(late_text(x, e));
    out->unreadable += chosen - x->n;
    if (!x->n) return RC_OK;
    TRY(plan_of(x, e));
    find_columns(x, &x->plan, &d.t);
    d.t.codes = out->relations;
    d.rule = id_rule_make(x->base->received_day);
    d.once = x->plan.decl.kind != DK_EVENTS && !x->plan.decl.key.n && !plan_merges(&x->plan);
    const struct delivery_counts *c = &x->base->counts;
    d.doubted = other_names_many(c->waiting_name, c->matched + c->waiting_name);
    enum rc rc = read_text(&d, e);
    mem_free(d.choice_of);
    return rc;
}

static enum rc read_delivery(struct judge_rows *out, struct store *s, struct policy *p, const struct delivery *d,
                             uint32_t line, bool linked, const struct judge_places *places, struct err *e)
{
    struct late *x = mem_zalloc_array(1, sizeof *x);
    if (!x) return err_nomem(e);
    *x = (struct late){.s = s, .p = p, .base = d};
    enum rc rc = read_late(out, x, line, linked, places, e);
    late_fini(x);
    mem_free(x);
    return rc;
}

static enum rc roster_relations(struct judge_rows *out, struct policy *p, struct err *e)
{
    if (policy_roster(p) == UINT32_MAX) return RC_OK;
    TRY(plan_dataset(&out->roster, p, policy_dataset_name(p, policy_roster(p)), &out->a, e));
    for (size_t i = 0; i < out->roster.n_cols; i++)
        if (str_eq(out->roster.cols[i].name, STR("relation"))) out->relations = out->roster.cols[i].codes;
    return RC_OK;
}

enum rc judge_rows_read(struct judge_rows *out, struct store *s, struct policy *p, int64_t k_us, int64_t delivery,
                        uint32_t line, bool linked, const struct judge_places *places, struct err *e)
{
    *out = (struct judge_rows){0};
    arena_init(&out->a, ROWS_ARENA_MAX);
    enum rc rc = delivery_known_at(s, &out->a, STR(""), k_us, &out->all, e);
    if (!rc) rc = roster_relations(out, p, e);
    for (size_t i = 0; !rc && i < out->all.n; i++) {
        const struct delivery *d = &out->all.v[i];
        const struct delivery_counts *c = &d->counts;
        if (delivery && d->id != delivery) continue;
        if (c->waiting_invalid + c->waiting_unmatched + c->waiting_name > 0)
            rc = read_delivery(out, s, p, d, line, linked, places, e);
    }
    if (rc) judge_rows_free(out);
    return rc;
}

void judge_rows_free(struct judge_rows *r)
{
    mem_free(r->v);
    plan_fini(&r->roster);
    arena_fini(&r->a);
    *r = (struct judge_rows){0};
}

void judge_row_of_person(const struct judge_people *x, uint32_t at, struct judge_row *out)
{
    *out = (struct judge_row){.line = x->person[at],
                              .sex = x->sex[at],
                              .verdict = x->key[at] ? ID_OK : ID_EMPTY,
                              .key = x->key[at],
                              .name = x->name[at],
                              .born = x->born[at],
                              .division = x->division[at],
                              .home = x->home[at],
                              .relation = x->relation[at],
                              .phone = x->phone ? x->phone[at] : 0,
                              .self = at + 1};
    if (x->key[at]) citizen_key_format(x->key[at], out->id);
    judge_form(x, at, &out->form);
}
