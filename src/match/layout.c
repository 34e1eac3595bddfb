#include "match/layout.h"
#include "base/limits.h"
#include "base/out.h"
#include "base/utf8.h"
#include "ingest/cell.h"
#include "match/plan_int.h"

enum { CHANGES_TOLD = 8, NAME_TOLD = 60 };
#define LAYOUT_TEXT_MAX MIB(2)

static struct str keep(struct arena *a, struct buf *b)
{
    struct str s = b->failed ? (struct str){0} : b->n ? str_dup(a, buf_str(b)) : STR("");
    buf_fini(b);
    return s;
}

/* ---- headers as they are stored */

struct str layout_header_text(struct arena *a, const struct str *name, size_t n)
{
    struct buf b;
    struct str bare, unit;
    buf_init(&b, LAYOUT_TEXT_MAX);
    for (size_t c = 0; c < n; c++) {
        buf_add(&b, header_normalise(a, name[c], &bare, &unit));
        buf_addc(&b, '\n');
    }
    return keep(a, &b);
}

static struct str only_dataset(const struct stored_layout *v, size_t n, struct str header, const struct str *sender)
{
    struct str found = STR("");
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(v[i].header, header) || (sender && !str_eq(v[i].sender, *sender))) continue;
        if (found.n && !str_eq(found, v[i].dataset)) return STR("");
        found = v[i].dataset;
    }
    return found;
}

struct str layout_dataset(const struct stored_layout *v, size_t n, struct str header, struct str sender)
{
    struct str found = header.n ? only_dataset(v, n, header, &sender) : STR("");
    return found.n || !header.n ? found : only_dataset(v, n, header, NULL);
}

static bool has_name(struct str header, struct str name)
{
    struct str line;
    while (str_cut(&header, '\n', &line))
        if (str_eq(line, name)) return true;
    return false;
}

static size_t count_names(struct str header)
{
    struct str line;
    size_t n = 0;
    while (str_cut(&header, '\n', &line)) n += line.n > 0;
    return n;
}

static size_t count_shared(struct str header, struct str other)
{
    struct str line;
    size_t n = 0;
    while (str_cut(&header, '\n', &line)) n += line.n && has_name(other, line);
    return n;
}

/* Names of `header` that are not in `other`. */
static void add_missing(struct str header, struct str other, enum lang lang, struct buf *b)
{
    struct str line;
    size_t n = 0;
    while (str_cut(&header, '\n', &line)) {
        if (!line.n || has_name(other, line) || n++ >= CHANGES_TOLD) continue;
        if (n > 1) buf_addz(b, lang_pick(lang, ", ", "、"));
        buf_add(b, utf8_clip(line, NAME_TOLD));
    }
    if (n <= CHANGES_TOLD) return;
    buf_addz(b, lang_pick(lang, " and ", "等 "));
    buf_add_i64(b, (int64_t)(lang == LANG_EN ? n - CHANGES_TOLD : n));
    buf_addz(b, lang_pick(lang, " more", " 列"));
}

static struct str changes_text(struct arena *a, struct str before, struct str now, enum lang lang)
{
    struct buf b;
    size_t shared = count_shared(before, now);
    buf_init(&b, KIB(16));
    if (shared < count_names(before)) {
        buf_addz(&b, lang_pick(lang, "gone: ", "少了："));
        add_missing(before, now, lang, &b);
    }
    if (count_shared(now, before) < count_names(now)) {
        if (b.n) buf_addz(&b, lang_pick(lang, "; ", "；"));
        buf_addz(&b, lang_pick(lang, "new: ", "多了："));
        add_missing(now, before, lang, &b);
    }
    if (!b.n) buf_addz(&b, lang_pick(lang, "the columns stand in another order", "列的次序变了"));
    return keep(a, &b);
}

/* ---- recall */

static void find_layouts(struct layout_memory *m, const struct stored_layout *v, size_t n, struct str sender)
{
    size_t most = 0, names = count_names(m->header);
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(v[i].sender, sender)) continue;
        if (str_eq(v[i].header, m->header)) m->same = v[i];
        size_t shared = count_shared(v[i].header, m->header);
        if (shared * 2 < names || shared < most) continue;
        most = shared; /* the newest of those alike */
        m->like = v[i];
    }
    if (m->same.id) m->like = (struct stored_layout){0};
}

/* The column that a choice means; HEADER_NONE: none, or several. */
static int32_t column_of(const struct plan *pl, struct str column)
{
    int32_t found = HEADER_NONE;
    struct str bare, unit, want = header_normalise(pl->a, column, &bare, &unit);
    int64_t number = 0;
    if (column.n > 1 && column.p[0] == '#' &&
        str_to_i64(str_sub(column, 1, column.n), 1, (int64_t)pl->n_header, &number))
        return (int32_t)(number - 1);
    for (size_t c = 0; c < pl->n_header; c++) {
        if (!str_eq(header_normalise(pl->a, pl->header[c], &bare, &unit), want)) continue;
        if (found != HEADER_NONE) return HEADER_NONE;
        found = (int32_t)c;
    }
    return found;
}

enum rc layout_fitting(const struct plan *pl, const struct column_choice **v, size_t *n, struct err *e)
{
    struct column_choice *out = ARENA_ARRAY(pl->a, struct column_choice, *n + 1);
    size_t fit = 0;
    if (!out) return err_nomem(e);
    for (size_t i = 0; i < *n; i++) {
        const struct column_choice *x = &(*v)[i];
        bool field = !x->field.n || plan_field_index(pl, x->field) != HEADER_NONE, column = false;
        struct str bare, unit, want = header_normalise(pl->a, x->column, &bare, &unit);
        for (size_t c = 0; c < pl->n_header && !column; c++)
            column = str_eq(header_normalise(pl->a, pl->header[c], &bare, &unit), want);
        if (field && column) out[fit++] = *x;
    }
    *v = out;
    *n = fit;
    return arena_failed(pl->a) ? err_nomem(e) : RC_OK;
}

static bool said_now(const struct layout_memory *m, const struct plan *pl, const struct column_choice *x)
{
    int32_t column = column_of(pl, x->column), field = x->field.n ? plan_field_index(pl, x->field) : HEADER_NONE;
    for (size_t i = 0; i < m->n_now; i++) {
        const struct column_choice *y = &m->said[i];
        if (column_of(pl, y->column) == column) return true;
        if (field != HEADER_NONE && y->field.n && plan_field_index(pl, y->field) == field) return true;
    }
    return false;
}

/* ---- what a header that has changed puts in doubt */

/* The first column of the header called so, but for the one at `but`, from column `from` on; HEADER_NONE: none. */
static int32_t called(const struct layout_memory *m, const struct plan *pl, struct str name, int32_t but, int32_t from)
{
    struct str bare, unit, rest = m->header, line, want = header_normalise(pl->a, name, &bare, &unit);
    int32_t found = HEADER_NONE;
    for (int32_t c = 0; want.n && found == HEADER_NONE && str_cut(&rest, '\n', &line); c++)
        if (c >= from && c != but && str_eq(line, want)) found = c;
    return found;
}

/* The column besides x's own that is called as its field is; HEADER_NONE: none. */
static int32_t called_as_field(const struct layout_memory *m, const struct plan *pl, const struct column_choice *x,
                               int32_t own)
{
    struct header_field f = plan_header_field(pl, (size_t)plan_field_index(pl, x->field));
    int32_t c = called(m, pl, f.name, own, 0);
    if (c == HEADER_NONE) c = called(m, pl, f.label, own, 0);
    for (size_t i = 0; i < f.n_alias && c == HEADER_NONE; i++) c = called(m, pl, f.alias[i], own, 0);
    return c;
}

static bool in_parts(const struct plan *pl, const struct column_choice *x)
{
    int32_t f = plan_field_index(pl, x->field);
    return f != HEADER_NONE && (size_t)f < pl->n_cols && pl->cols[f].kind == CK_SET;
}

/* Another header than the remembered one has a column by the field's own name as well: what was said of the other one
 * may have been said for want of it. */
static enum rc ask_of_two(const struct layout_memory *m, const struct plan *pl, const struct column_choice *x,
                          struct err *e)
{
    int32_t own = column_of(pl, x->column);
    int32_t other = !x->field.n || in_parts(pl, x) ? HEADER_NONE : called_as_field(m, pl, x, own);
    if (other == HEADER_NONE) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "column %d \"%.*s\" was remembered for this sender as %.*s, but now column %d \"%.*s\" is called so "
                   "too; say which it is with --map \"#%d=%.*s\" or --map \"#%d=%.*s\"",
                   "第 %d 列“%.*s”曾为该报送单位记为 %.*s，而现在第 %d 列“%.*s”也叫这个名称；请用 --map “#%d=%.*s” 或 "
                   "--map “#%d=%.*s” 指明是哪一列",
                   own + 1, STR_ARG(utf8_clip(pl->header[own], NAME_TOLD)), STR_ARG(x->field), other + 1,
                   STR_ARG(utf8_clip(pl->header[other], NAME_TOLD)), own + 1, STR_ARG(x->field), other + 1,
                   STR_ARG(x->field));
}

/* The remembered column's name stands over several. */
static enum rc ask_of_several(const struct layout_memory *m, const struct plan *pl, const struct column_choice *x,
                              struct err *e)
{
    int32_t one = called(m, pl, x->column, HEADER_NONE, 0);
    int32_t two = one == HEADER_NONE ? one : called(m, pl, x->column, one, one);
    if (two == HEADER_NONE) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "column \"%.*s\" was remembered for this sender, and now columns %d and %d are both called so; say "
                   "which it is with --map \"#%d=%.*s\" or --map \"#%d=%.*s\"",
                   "曾为该报送单位记住列“%.*s”，而现在第 %d 列和第 %d 列都叫这个名称；请用 --map “#%d=%.*s” 或 "
                   "--map “#%d=%.*s” 指明是哪一列",
                   STR_ARG(utf8_clip(x->column, NAME_TOLD)), one + 1, two + 1, one + 1,
                   STR_ARG(x->field), two + 1, STR_ARG(x->field));
}

/* ---- what was said before */

/* Choices of before count unless something else is said now; of another header only those whose column is still
 * there by its name, and of fields that the books still have. */
static enum rc take_before(struct layout_memory *m, const struct plan *pl, struct err *e)
{
    const struct stored_layout *l = m->same.id ? &m->same : &m->like;
    struct str rest = l->id ? l->choices : STR(""), line;
    while (str_cut(&rest, '\n', &line)) {
        struct column_choice x;
        if (!line.n) continue;
        TRY(column_choice_parse(line, &x, e));
        bool number = x.column.p[0] == '#' && !m->same.id;
        bool field = !x.field.n || plan_field_index(pl, x.field) != HEADER_NONE;
        if (number || !field || said_now(m, pl, &x)) continue;
        if (m->like.id) TRY(ask_of_several(m, pl, &x, e));
        if (column_of(pl, x.column) == HEADER_NONE) continue;
        if (m->like.id) TRY(ask_of_two(m, pl, &x, e));
        x.before = true;
        m->said[m->n_said++] = x;
        m->n_before++;
    }
    return RC_OK;
}

static size_t count_lines(struct str s)
{
    struct str line;
    size_t n = 0;
    while (str_cut(&s, '\n', &line)) n++;
    return n;
}

enum rc layout_recall(struct layout_memory *m, const struct stored_layout *v, size_t n, struct plan *pl,
                      struct str sender, const struct column_choice *now, size_t n_now, enum lang lang, struct err *e)
{
    *m = (struct layout_memory){.header = layout_header_text(pl->a, pl->header, pl->n_header), .changes = STR("")};
    if (!m->header.p) return err_nomem(e);
    find_layouts(m, v, n, sender);
    m->said = ARENA_ARRAY(pl->a, struct column_choice,
                          n_now + count_lines(m->same.choices) + count_lines(m->like.choices) + 1);
    if (!m->said) return err_nomem(e);
    for (size_t i = 0; i < n_now; i++) m->said[i] = now[i];
    m->n_now = m->n_said = n_now;
    TRY(take_before(m, pl, e));
    if (m->like.id) m->changes = changes_text(pl->a, m->like.header, m->header, lang);
    pl->given.choice = m->said;
    pl->given.n_choices = m->n_said;
    return m->changes.p && !arena_failed(pl->a) ? RC_OK : err_nomem(e);
}

/* ---- remember */

/* By its name where that is no other column's, else by its number. */
static void add_column(const struct plan *pl, const struct column_choice *x, struct buf *b)
{
    struct str bare, unit, name = header_normalise(pl->a, pl->header[x->at], &bare, &unit);
    if (name.n && column_of(pl, name) == x->at) {
        buf_add(b, name);
        return;
    }
    buf_addc(b, '#');
    buf_add_i64(b, x->at + 1);
}

static struct str choices_text(const struct layout_memory *m, const struct plan *pl)
{
    struct buf b;
    buf_init(&b, LAYOUT_TEXT_MAX);
    for (size_t c = 0; c < pl->n_header; c++) { /* in the order of the columns, so that equal choices are equal texts */
        for (size_t i = 0; i < m->n_said; i++) {
            const struct column_choice *x = &m->said[i];
            if (x->at != (int32_t)c) continue;
            add_column(pl, x, &b);
            buf_addc(&b, '=');
            if (x->field.n) buf_add(&b, plan_field_name(pl, (size_t)plan_field_index(pl, x->field)));
            if (x->unit_power != CELL_UNIT_NONE) buf_addf(&b, " in %s", plan_unit_name(x->unit_power));
            buf_addc(&b, '\n');
        }
    }
    return keep(pl->a, &b);
}

enum rc layout_to_keep(const struct layout_memory *m, const struct plan *pl, struct str sender, struct str who,
                       struct stored_layout **l, struct err *e)
{
    struct str choices = choices_text(m, pl);
    *l = NULL;
    if (!choices.p) return err_nomem(e);
    if (m->same.id && str_eq(m->same.choices, choices)) return RC_OK;
    *l = ARENA_NEW(pl->a, struct stored_layout);
    if (!*l) return err_nomem(e);
    **l = (struct stored_layout){.dataset = pl->dataset,
                                 .sender = sender,
                                 .header = m->header,
                                 .choices = choices,
                                 .by_who = who,
                                 .ends = m->same.id};
    return RC_OK;
}

static enum rc parse_choices(struct layout_memory *m, const struct plan *pl, struct str choices, struct err *e)
{
    struct str line;
    m->said = ARENA_ARRAY(pl->a, struct column_choice, count_lines(choices) + 1);
    if (!m->said) return err_nomem(e);
    while (str_cut(&choices, '\n', &line))
        if (line.n) TRY(column_choice_parse(line, &m->said[m->n_said++], e));
    return RC_OK;
}

enum rc layout_adopt(const struct stored_layout *v, size_t n, struct plan *pl, struct str sender, struct str choices,
                     struct str who, struct stored_layout **l, struct err *e)
{
    struct layout_memory m = {.header = layout_header_text(pl->a, pl->header, pl->n_header)};
    if (!m.header.p) return err_nomem(e);
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].sender, sender) && str_eq(v[i].header, m.header)) m.same = v[i];
    TRY(parse_choices(&m, pl, choices, e));
    pl->given.choice = m.said;
    pl->given.n_choices = m.n_said;
    TRY(plan_choices_find(pl, pos_none(), e));
    return layout_to_keep(&m, pl, sender, who, l, e);
}

struct str layout_recalled_text(const struct layout_memory *m, const struct plan *pl, struct arena *a)
{
    struct buf b;
    buf_init(&b, LAYOUT_TEXT_MAX);
    for (size_t i = m->n_now; i < m->n_said; i++) {
        const struct column_choice *x = &m->said[i];
        if (i > m->n_now) buf_addz(&b, ", ");
        buf_add(&b, utf8_clip(pl->header[x->at], NAME_TOLD));
        buf_addz(&b, " → ");
        buf_add(&b, x->field.n ? plan_field_name(pl, (size_t)plan_field_index(pl, x->field)) : STR("-"));
        if (x->unit_power != CELL_UNIT_NONE) buf_addf(&b, " (%s)", plan_unit_name(x->unit_power));
    }
    return keep(a, &b);
}
