#include "match/column_guess.h"
#include <stdlib.h>
#include "base/limits.h"
#include "base/out.h"
#include "base/utf8.h"
#include "ident/citizen_id.h"
#include "ident/division_code.h"
#include "ident/person_name.h"
#include "ident/phone.h"
#include "ingest/cell.h"
#include "ingest/head.h"

enum {
    SURE = 100,
    CELLS_LEAST = 3,
    ASK_GUESSES = 3,
    GUESSES_MAX = 4096,
    GUESS_COLUMNS = 1024, /* of a wider file the others are known by their names alone */
    HEAD_SHOWN = 60
};

/* ---- names */

/* 不 未 非 无 in it. */
static unsigned negations(struct str s)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = utf8_next(s, &i);
        n += c == 0x4E0D || c == 0x672A || c == 0x975E || c == 0x65E0;
    }
    return n;
}

/* What says no is never near what says yes: 饮水是否不安全, 饮水是否安全. */
static unsigned near_texts(struct str a, struct str b)
{
    if (negations(a) != negations(b)) return 0;
    size_t na = utf8_count(a), nb = utf8_count(b), most = na > nb ? na : nb, least = na < nb ? na : nb;
    if (least < 2) return str_eq(a, b) ? SURE : 0;
    unsigned d = str_distance(a, b, (unsigned)most);
    unsigned near = d >= most ? 0 : (unsigned)(SURE - SURE * d / most);
    bool within = str_find(a, b, 0) != SIZE_MAX || str_find(b, a, 0) != SIZE_MAX;
    unsigned part = within ? 55 + (unsigned)(40 * least / most) : 0;
    return near > part ? near : part;
}

unsigned column_name_near(struct arena *a, struct str header, const struct header_field *f)
{
    struct str spelling[HEAD_SPELLINGS], bare, unit, none;
    size_t n = head_spellings(a, header, spelling);
    unsigned best = 0;
    for (size_t i = 0; i < n; i++) {
        struct str full = header_normalise(a, spelling[i], &bare, &unit);
        for (size_t k = 0; k < f->n_alias + 2; k++) {
            struct str word = k == 0 ? f->label : k == 1 ? f->name : f->alias[k - 2];
            struct str key = header_normalise(a, word, &none, &unit);
            unsigned x = near_texts(full, key), y = near_texts(bare, key);
            if (y > x) x = y;
            if (x > best) best = x;
        }
    }
    return best;
}

/* ---- contents */

static bool name_fits(struct str s)
{
    uint64_t hash;
    size_t n = utf8_count(s);
    return n >= 2 && n <= 15 && (unsigned char)s.p[0] >= 0xE3 && person_name_hash(s, &hash);
}

static bool speaks_of(const struct plan_column *c, const char *word)
{
    struct str w = str_from(word);
    return c->decl && (str_find(c->decl->label, w, 0) != SIZE_MAX || str_find(c->name, w, 0) != SIZE_MAX);
}

static bool set_fits(const struct plan_codes *codes, struct str s)
{
    struct str item;
    bool any = false;
    while (cell_list_next(&s, &item)) {
        if (plan_code_find(codes, item) == STAGE_BLANK16) return false;
        any = true;
    }
    return any;
}

static bool column_fits(const struct plan_column *c, struct str s, const struct id_rule *rule)
{
    enum cell_reason why;
    struct cell_date d;
    struct citizen_id id;
    struct phone phone;
    int64_t v;
    bool yes;
    switch (c->kind) {
    case CK_BOOL:
        return cell_bool(s, &yes, &why) == CELL_OK || (c->codes && plan_code_find(c->codes, s) != STAGE_BLANK16);
    case CK_CODE: return plan_code_find(c->codes, s) != STAGE_BLANK16;
    case CK_SET: return set_fits(c->codes, s);
    case CK_DATE: return s.n >= 6 && cell_date(s, &d, &why) == CELL_OK;
    case CK_DIVISION: return s.n >= 6 && division_parse(s, &v);
    case CK_PERSON: return citizen_id_parse(s, rule, &id) == ID_OK;
    case CK_NUMBER:
        if (c->money) return cell_yuan(s, CELL_UNIT_WAN, &v, &why) == CELL_OK && s.n < 15;
        return cell_decimal(s, c->decimals, c->limit, c->unit, &v, &why) == CELL_OK && v >= c->lo && v <= c->hi;
    default: return !(speaks_of(c, "电话") || speaks_of(c, "phone")) || phone_parse(s, &phone) == ID_OK;
    }
}

unsigned column_fitting(const struct plan *pl, size_t field, const struct csv_head_row *row, size_t n, uint32_t column,
                        unsigned *cells)
{
    struct id_rule rule = id_rule_make(pl->given.received ? pl->given.received : date_make(2100, 1, 1));
    struct citizen_id id;
    enum cell_reason why;
    unsigned fit = 0;
    struct str first = STR("");
    bool varies = false;
    *cells = 0;
    for (size_t r = 0; r < n; r++) {
        struct str s = column < row[r].cells ? str_trim(row[r].cell[column]) : STR("");
        if (cell_is_blank(s, true, &why) == CELL_BLANK) continue;
        ++*cells;
        if (!first.n) first = s;
        varies |= !str_eq(s, first);
        if (field == pl->n_cols) {
            enum id_verdict v = citizen_id_parse(s, &rule, &id);
            fit += v == ID_OK || v == ID_CHECK || v == ID_DATE;
        } else {
            fit += field > pl->n_cols ? name_fits(s) : column_fits(&pl->cols[field], s, &rule);
        }
    }
    /* Many people of one name are none: 住院, 住院, 住院. */
    return field > pl->n_cols && !varies && *cells >= CELLS_LEAST ? 0 : fit;
}

/* How much the contents alone say, of 100: an ID says it all, a number nothing. */
static unsigned contents_say(const struct plan *pl, size_t field)
{
    if (field == pl->n_cols) return 90;
    if (field > pl->n_cols) return 60;
    const struct plan_column *c = &pl->cols[field];
    switch (c->kind) {
    case CK_CODE:
    case CK_SET: return c->codes->n > 2 ? 65 : 50;
    case CK_DIVISION: return 65;
    case CK_DATE: return 50;
    case CK_PERSON: return 40;
    case CK_TEXT: return speaks_of(c, "电话") || speaks_of(c, "phone") ? 60 : 0;
    default: return 0;
    }
}

static unsigned score_of(const struct plan *pl, const struct column_guess *g)
{
    unsigned say = contents_say(pl, g->field), content = g->cells ? SURE * g->fitting / g->cells : 0;
    bool judged = g->cells >= CELLS_LEAST;
    if (judged && content < 50) return 0;
    unsigned by_content = judged && content >= 80 ? say * content / SURE : 0;
    unsigned by_name = g->name >= GUESS_NEAR ? g->name : 0;
    unsigned more = by_name > by_content ? by_name : by_content, less = by_name > by_content ? by_content : by_name;
    return more + less * (SURE - more) / (2 * SURE);
}

/* ---- guesses */

static int order(const void *x, const void *y)
{
    const struct column_guess *a = x, *b = y;
    if (a->field != b->field) return a->field < b->field ? -1 : 1;
    if (a->score != b->score) return a->score > b->score ? -1 : 1;
    return a->column < b->column ? -1 : 1;
}

static bool open_column(const struct plan *pl, size_t c)
{
    return pl->map.field[c] == HEADER_NONE && pl->header[c].n && !(pl->chosen && pl->chosen[c]);
}

enum rc column_guesses(const struct plan *pl, struct column_guess **v, size_t *n, struct err *e)
{
    *n = 0;
    *v = ARENA_ARRAY(pl->a, struct column_guess, GUESSES_MAX);
    if (!*v) return err_nomem(e);
    for (size_t f = 0; f < plan_fields(pl); f++) {
        if (pl->map.column[f] != HEADER_NONE || !plan_field_name(pl, f).n || (int32_t)f == pl->placed) continue;
        struct header_field field = plan_header_field(pl, f);
        for (size_t c = 0; c < pl->n_header && c < GUESS_COLUMNS && *n < GUESSES_MAX; c++) {
            if (!open_column(pl, c)) continue;
            struct column_guess g = {.column = (int32_t)c, .field = f};
            g.name = column_name_near(pl->a, pl->header[c], &field);
            g.fitting = column_fitting(pl, f, pl->given.sample, pl->given.n_sample, (uint32_t)c, &g.cells);
            g.score = score_of(pl, &g);
            if (g.score >= GUESS_LEAST) (*v)[(*n)++] = g;
        }
    }
    if (arena_failed(pl->a)) return err_nomem(e);
    if (*n) qsort(*v, *n, sizeof **v, order);
    return RC_OK;
}

void column_guess_why(const struct column_guess *g, enum lang lang, struct buf *out)
{
    if (g->name >= GUESS_NEAR) buf_addz(out, lang_pick(lang, "a near name", "名称相近"));
    if (g->name >= GUESS_NEAR && g->cells) buf_addz(out, lang_pick(lang, ", ", "，"));
    if (!g->cells) return;
    buf_add_i64(out, g->fitting);
    buf_addz(out, lang_pick(lang, " of ", "/"));
    buf_add_i64(out, g->cells);
    buf_addz(out, lang_pick(lang, " cells fit", " 个单元格相符"));
}

static void add_guesses(const struct plan *pl, size_t field, const struct column_guess *g, size_t n, bool en,
                        struct buf *b)
{
    unsigned told = 0;
    for (size_t i = 0; i < n && told < ASK_GUESSES; i++) {
        if (g[i].field != field) continue;
        struct str head = utf8_clip(pl->header[g[i].column], HEAD_SHOWN);
        buf_addz(b, !told ? "" : en ? ", or" : "，或");
        buf_addf(b, en ? " column %d \"%.*s\" (" : "第 %d 列“%.*s”（", (int)g[i].column + 1, STR_ARG(head));
        column_guess_why(&g[i], en ? LANG_EN : LANG_ZH, b);
        buf_addz(b, en ? ")" : "）");
        told++;
    }
}

static const struct column_guess *first_of(size_t field, const struct column_guess *g, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (g[i].field == field) return &g[i];
    return NULL;
}

enum rc column_guess_ask(const struct plan *pl, size_t field, bool required, const struct column_guess *g, size_t n,
                         struct pos at, struct err *e)
{
    bool en = e && e->lang == LANG_EN;
    struct str name = plan_field_name(pl, field), label = plan_header_field(pl, field).label;
    const struct column_guess *best = first_of(field, g, n);
    struct buf b;
    if (!best)
        return err_set(
            e, RC_INPUT, at,
            "the header has no column for \"%.*s\" %.*s, without which no row can be placed; name it so, say "
            "--map \"COLUMN=%.*s\", or add its header to the field's aliases",
            "表头里没有“%.*s”%.*s 对应的列，缺少它无法确定每一行的归属；请改列名，用 --map \"列名=%.*s\" "
            "指明，或在字段的 aliases 里加上这个表头",
            STR_ARG(name), STR_ARG(label), STR_ARG(name));
    struct str head = utf8_clip(pl->header[best->column], HEAD_SHOWN);
    buf_init(&b, KIB(2));
    add_guesses(pl, field, g, n, en, &b);
    enum rc rc;
    if (required)
        rc = err_set(e, RC_INPUT, at,
                     "the header has no column for \"%.*s\" %.*s, without which no row can be placed. Is it%.*s? Then "
                     "say --map \"%.*s=%.*s\"; it is remembered for the sender",
                     "表头里没有“%.*s”%.*s 对应的列，缺少它无法确定每一行的归属。是不是%.*s？如是，请加 --map "
                     "\"%.*s=%.*s\"；系统会为该报送单位记住",
                     STR_ARG(name), STR_ARG(label), STR_ARG(buf_str(&b)), STR_ARG(head), STR_ARG(name));
    else
        rc = err_set(
            e, RC_INPUT, at,
            "no column is called \"%.*s\" %.*s. Is it%.*s? Say --map \"%.*s=%.*s\", or --map \"%.*s=\" if it is "
            "something else; it is remembered for the sender",
            "没有列叫“%.*s”%.*s。是不是%.*s？请加 --map \"%.*s=%.*s\"；如是别的内容，请加 --map "
            "\"%.*s=\"；系统会为该报送单位记住",
            STR_ARG(name), STR_ARG(label), STR_ARG(buf_str(&b)), STR_ARG(head), STR_ARG(name), STR_ARG(head));
    buf_fini(&b);
    return rc;
}
