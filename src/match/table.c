#include "match/table.h"
#include <stdlib.h>
#include "base/buf.h"
#include "base/limits.h"
#include "base/out.h"
#include "match/column_guess.h"
#include "match/plan_int.h"
#include "match/skip.h"

#define RANK_ARENA_MAX MIB(256)

enum {
    TITLE_SAYS = 15, /* of the 100 points: a title or the file's name names the dataset */
    ALL_FIELDS = 8,
    NOTE_CELLS = 3,
    PLACE_DIGITS = 6,
    SHORT_PART = 16 * 1024 /* bytes in which the notes below a table may not all stand */
};

/* ---- words */

static bool add_word(struct table_words *w, struct str word)
{
    struct str bare, unit, s = header_normalise(w->a, word, &bare, &unit);
    return !s.n || intern_add(&w->words, s) != UINT32_MAX;
}

enum rc table_words_init(struct table_words *w, struct arena *a, struct err *e)
{
    static const char *const COMMON[] = {"序号",   "编号",     "备注", "性别",     "年龄",   "民族",     "住址",
                                         "地址",   "乡镇",     "村",   "村组",     "行政村", "联系电话", "电话",
                                         "手机号", "出生日期", "县",   "家庭住址", "户主",   "户编号",   "金额",
                                         "日期",   "开户行",   "账号", "原因",     "行号",   "列名"};
    bool ok = true;
    w->a = a;
    intern_init(&w->words, a);
    for (size_t i = 0; i < sizeof COMMON / sizeof *COMMON; i++) ok &= add_word(w, str_from(COMMON[i]));
    for (size_t i = 0; plan_common_word(i).n; i++) ok &= add_word(w, plan_common_word(i));
    return ok ? RC_OK : err_nomem(e);
}

enum rc table_words_add(struct table_words *w, const struct plan *pl, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; i < plan_fields(pl); i++) {
        struct header_field f = plan_header_field(pl, i);
        ok &= add_word(w, f.name) && add_word(w, f.label);
        for (size_t k = 0; k < f.n_alias; k++) ok &= add_word(w, f.alias[k]);
    }
    for (size_t i = 0; i < pl->given.n_choices; i++) ok &= add_word(w, pl->given.choice[i].column);
    return ok ? RC_OK : err_nomem(e);
}

void table_words_fini(struct table_words *w) { intern_fini(&w->words); }

static bool is_word(const void *ctx, struct str s)
{
    const struct table_words *w = ctx;
    return intern_find(&w->words, s) != UINT32_MAX;
}

/* ---- the header of a file */

static enum rc no_header(const struct csv_file *f, struct err *e)
{
    struct pos at = {.file = f->src.name, .line = f->head[0].line};
    return err_set(
        e, RC_INPUT, at,
        "the file has no header row: its first row already has data. Put a row with the names of the columns "
        "on top, or ask the sender for it",
        "文件没有表头行：第一行就是数据。请在最上面加一行列名，或请报送单位补上");
}

/* The first row of a file that has no header in sight is taken for one, unless it is data. */
static bool first_is_data(const struct csv_file *f)
{
    size_t filled = 0, data = 0;
    for (uint32_t c = 0; c < f->head[0].cells; c++) {
        filled += f->head[0].cell[c].n > 0;
        data += head_is_data(f->head[0].cell[c]);
    }
    return data && data * 4 >= filled;
}

static void give_sample(const struct csv_file *f, const struct head_found *h, struct plan *pl)
{
    size_t from = h->first + (h->rows ? h->rows : 1);
    pl->given.row_unit = h->row_unit;
    pl->given.sample = f->head + from;
    pl->given.n_sample = f->n_head > from ? f->n_head - from : 0;
}

enum rc table_find_head(const struct csv_file *f, const struct plan *pl, struct arena *a, struct head_found *h,
                        struct err *e)
{
    struct table_words w;
    enum rc rc = table_words_init(&w, a, e);
    if (!rc) rc = table_words_add(&w, pl, e);
    if (!rc) rc = head_find(a, f->head, f->n_head, &(struct head_words){is_word, &w}, h, e);
    table_words_fini(&w);
    return rc;
}

/* ---- what stands below the table */

/* Long, and it begins with the code of a place; masked ones too. */
static bool is_person(struct str s)
{
    size_t digits = 0;
    while (digits < s.n && (unsigned char)(s.p[digits] - '0') <= 9) digits++;
    return s.n >= SKIP_ID_LEAST && digits >= PLACE_DIGITS;
}

/* Few cells and no ID: what it says of units is taken for the table. */
static void look_below(struct plan *pl, const struct row_batch *b, uint32_t row)
{
    uint32_t filled = 0, ids = 0;
    if (b->row[row].flags & (ROW_BAD_ENCODING | ROW_NUL)) return;
    for (uint32_t c = 0; c < b->columns; c++) {
        struct str s = str_trim(row_cell(b, row, c));
        filled += s.n > 0;
        ids += is_person(s);
    }
    if (ids) {
        pl->given.last_person = b->row[row].line;
        pl->given.said.sure[MONEY_NOTE] = pl->given.said.maybe[MONEY_NOTE] = 0; /* what stands above is not below */
    }
    if (ids || !filled || filled > NOTE_CELLS || (filled > 1 && filled * 2 > b->columns)) return;
    for (uint32_t c = 0; c < b->columns; c++) money_said_text(&pl->given.said, MONEY_NOTE, row_cell(b, row, c));
}

/* The last rows of the file: two parts when the last one is short. */
static enum rc read_below(const struct csv_file *f, struct plan *pl, struct err *e)
{
    struct csv_reader r;
    struct row_batch b;
    size_t part = f->parts - (f->parts > 1 && f->part[f->parts - 1].size < SHORT_PART ? 2 : 1);
    TRY(csv_reader_init(&r, f, f->columns, e));
    enum rc rc = RC_OK;
    for (; part < f->parts && !rc; part++) {
        rc = csv_reader_start(&r, part, e);
        do {
            if (!rc) rc = csv_reader_next(&r, &b, e);
            for (uint32_t i = 0; !rc && i < b.rows; i++) look_below(pl, &b, i);
        } while (!rc && b.rows);
    }
    csv_reader_fini(&r);
    return rc;
}

static struct str file_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_from(slash ? slash + 1 : path);
}

enum rc table_put_head(struct csv_file *f, const struct head_found *h, struct err *e)
{
    if (!h->first && h->rows <= 1) return RC_OK;
    return csv_file_set_header(f, h->first + h->rows - 1, h->name, h->columns, e);
}

enum rc table_take_head(struct csv_file *f, struct plan *pl, struct head_found *h, struct err *e)
{
    TRY(table_find_head(f, pl, pl->a, h, e));
    if (!h->rows && first_is_data(f)) return no_header(f, e);
    TRY(table_put_head(f, h, e));
    give_sample(f, h, pl);
    pl->header_line = f->header_line;
    money_said_join(&pl->given.said, &h->said);
    money_said_text(&pl->given.said, MONEY_FILE, file_base(f->src.name));
    return read_below(f, pl, e);
}

/* ---- which dataset */

struct ranking {
    struct policy *p;
    const struct csv_file *f;
    struct str title;
    struct arena *a;
    struct head_found *h;
};

static enum rc all_words(struct policy *p, struct table_words *w, struct err *e)
{
    for (uint32_t i = 0; i < policy_dataset_count(p); i++) {
        struct plan pl;
        enum rc rc = plan_dataset(&pl, p, policy_dataset_name(p, i), w->a, e);
        if (!rc) rc = table_words_add(w, &pl, e);
        plan_fini(&pl);
        if (rc == RC_NOMEM) return rc;
    }
    return RC_OK;
}

/* It has a column, or one that may be it. */
static bool has_field(const struct plan *pl, const struct column_guess *g, size_t n, size_t field)
{
    for (size_t i = 0; i < n; i++)
        if (g[i].field == field) return true;
    return pl->map.column[field] != HEADER_NONE;
}

/* It has, or may have, the column that says whose its rows are. */
static bool says_whose(const struct plan *pl, const struct column_guess *g, size_t n)
{
    if (pl->village < 0) return has_field(pl, g, n, pl->n_cols);
    return pl->placed == pl->village || has_field(pl, g, n, (size_t)pl->village);
}

static unsigned score_of(const struct dataset_rank *x, const struct plan *pl, const struct column_guess *g, size_t n)
{
    if (!x->columns || !x->fields) return 0;
    size_t good = 2 * x->matched + x->near;
    unsigned columns = (unsigned)(100 * good / (2 * x->columns)), fields = (unsigned)(100 * good / (2 * x->fields));
    unsigned score = (2 * columns + (fields > 100 ? 100 : fields)) / 3 * (100 - TITLE_SAYS) / 100;
    if (!says_whose(pl, g, n)) score /= 2;
    return pl->time < 0 || has_field(pl, g, n, (size_t)pl->time) ? score : score * 2 / 3;
}

/* Does the file's name or a title name the dataset? */
static bool title_says(const struct ranking *k, struct str dataset)
{
    const struct books *bs = policy_books(k->p);
    for (size_t i = 0; i < bs->n_decls; i++) {
        const struct decl *d = bs->decls[i];
        if (d->kind != D_DATASET || !str_eq(d->name.text, dataset)) continue;
        if (str_find(k->title, dataset, 0) != SIZE_MAX) return true;
        if (!d->label.n) continue;
        if (str_find(k->title, d->label, 0) != SIZE_MAX) return true;
        for (size_t r = 0; r < k->h->first; r++)
            for (uint32_t c = 0; c < k->f->head[r].cells; c++)
                if (str_find(k->f->head[r].cell[c], d->label, 0) != SIZE_MAX) return true;
    }
    return false;
}

static enum rc rank_plan(struct ranking *k, struct plan *pl, struct dataset_rank *x, struct err *e)
{
    struct err why = {.lang = e ? e->lang : LANG_ZH};
    struct column_guess *g;
    size_t n = 0;
    give_sample(k->f, k->h, pl);
    enum rc rc = plan_header(pl, k->h->name, k->h->columns, k->f->src.name, &why);
    if (rc == RC_NOMEM || arena_failed(pl->a)) return err_nomem(e);
    x->reads = rc == RC_OK;
    struct str text = rc ? str_from(why.msg) : pl->map.column ? plan_missing_text(pl) : STR("");
    x->why = text.n ? str_dup(k->a, text) : text;
    if (!x->why.p) return err_nomem(e);
    if (!pl->map.column) return RC_OK;
    for (size_t c = 0; c < k->h->columns; c++) {
        x->columns += k->h->name[c].n > 0;
        x->matched += pl->map.field[c] != HEADER_NONE || (pl->village >= 0 && plan_is_place(pl, c));
    }
    for (size_t i = 0; i < plan_fields(pl); i++) {
        bool optional = i < pl->n_cols && pl->cols[i].optional && pl->map.column[i] == HEADER_NONE;
        x->fields += plan_field_name(pl, i).n && !optional;
    }
    TRY(column_guesses(pl, &g, &n, e));
    for (size_t i = 0; i < n; i++) x->near += g[i].score >= GUESS_NEAR && (i == 0 || g[i].field != g[i - 1].field);
    x->people = says_whose(pl, g, n);
    x->score = score_of(x, pl, g, n);
    if (x->score && title_says(k, x->dataset)) x->score += TITLE_SAYS;
    return RC_OK;
}

static int by_score(const void *a, const void *b)
{
    const struct dataset_rank *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return str_cmp(x->dataset, y->dataset);
}

/* What a wide header takes for each dataset goes with it. */
static enum rc rank_one(struct ranking *k, struct dataset_rank *x, struct err *e)
{
    struct arena a;
    struct plan pl;
    arena_init(&a, RANK_ARENA_MAX);
    enum rc rc = plan_dataset(&pl, k->p, x->dataset, &a, e);
    if (!rc) rc = rank_plan(k, &pl, x, e);
    plan_fini(&pl);
    arena_fini(&a);
    return rc;
}

static enum rc rank_all(struct ranking *k, struct dataset_rank *v, size_t n, struct err *e)
{
    for (uint32_t i = 0; i < n; i++) {
        v[i].dataset = policy_dataset_name(k->p, i);
        if (rank_one(k, &v[i], e) == RC_NOMEM) return RC_NOMEM;
    }
    qsort(v, n, sizeof *v, by_score);
    return RC_OK;
}

enum rc table_rank(struct policy *p, const struct csv_file *f, struct str title, struct arena *a,
                   struct dataset_rank **v, size_t *n, struct head_found *h, struct err *e)
{
    struct ranking k = {.p = p, .f = f, .title = title, .a = a, .h = h};
    struct table_words w;
    *n = policy_dataset_count(p);
    *v = ARENA_ARRAY(a, struct dataset_rank, *n + 1);
    if (!*v) return err_nomem(e);
    enum rc rc = table_words_init(&w, a, e);
    if (!rc) rc = all_words(p, &w, e);
    if (!rc) rc = head_find(a, f->head, f->n_head, &(struct head_words){is_word, &w}, h, e);
    table_words_fini(&w);
    if (rc || !h->rows || !*n) return *n = rc || h->rows ? *n : 0, rc;
    return rank_all(&k, *v, *n, e);
}

int table_rank_clear(const struct dataset_rank *v, size_t n)
{
    if (!n || v[0].score < RANK_CLEAR) return -1;
    return n == 1 || v[0].score >= v[1].score + RANK_AHEAD ? 0 : -1;
}

bool table_rank_near(const struct dataset_rank *x) { return x->people || 2 * (x->matched + x->near) >= x->fields; }

/* Nine of ten of its fields, and so many that it is no accident. */
static bool has_nearly_all(const struct dataset_rank *x)
{
    return x->reads && x->matched >= ALL_FIELDS && 10 * (2 * x->matched + x->near) >= 9 * 2 * x->fields;
}

/* Most of its fields, so that somebody who gives all that the file holds means it too. */
static bool has_most(const struct dataset_rank *x) { return x->matched >= ALL_FIELDS && 2 * x->matched > x->fields; }

static void add_left(const struct dataset_rank *x, enum lang lang, struct buf *b)
{
    if (b->n) buf_addz(b, lang_pick(lang, "; ", "；"));
    buf_add(b, x->dataset);
    if (x->why.n) buf_addz(b, lang_pick(lang, ": ", "："));
    if (x->why.n && x->reads) buf_addz(b, lang_pick(lang, "no column for ", "缺少列："));
    buf_add(b, x->why);
}

static enum rc list_left(const struct dataset_rank *v, size_t n, struct arena *a, struct str *left, struct err *e)
{
    struct buf b;
    buf_init(&b, MIB(1));
    for (size_t i = 0; i < n; i++)
        if (has_most(&v[i]) && !has_nearly_all(&v[i])) add_left(&v[i], e ? e->lang : LANG_ZH, &b);
    *left = b.failed ? (struct str){0} : b.n ? str_dup(a, buf_str(&b)) : STR("");
    buf_fini(&b);
    return left->p ? RC_OK : err_nomem(e);
}

enum rc table_rank_all(const struct policy *p, const struct dataset_rank *v, size_t n, struct arena *a, struct str *all,
                       struct str *left, struct err *e)
{
    uint32_t roster = policy_roster(p);
    struct str first = roster == UINT32_MAX ? STR("") : policy_dataset_name(p, roster);
    struct buf b;
    size_t found = 0;
    *all = *left = STR("");
    buf_init(&b, MIB(1));
    for (unsigned turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < n; i++) {
            if (!has_nearly_all(&v[i]) || str_eq(v[i].dataset, first) != (turn == 0)) continue;
            buf_addf(&b, "%s%.*s", found++ ? "+" : "", STR_ARG(v[i].dataset));
        }
    }
    if (found >= RANK_ALL) *all = b.failed ? (struct str){0} : str_dup(a, buf_str(&b));
    buf_fini(&b);
    if (!all->p) return err_nomem(e);
    return found >= RANK_ALL ? list_left(v, n, a, left, e) : RC_OK;
}
