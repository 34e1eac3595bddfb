/* Lists of findings to send down: a file of comma-separated values, or a spreadsheet with a sheet for each village.
 * What is in them is for Chinese offices, so the words are Chinese whatever the language of messages. */
#include "app/checks.h"
#include "app/outfile.h"
#include "base/io.h"
#include "base/utf8.h"
#include "ident/division_code.h"
#include "sheet/write.h"

#define LIST_BYTES_MAX ((size_t)4 << 30)

const char *const checks_answer_title = "答复", *const checks_mended_title = "改正后",
                  *const checks_note_title = "说明", *const checks_until_title = "例外截止日期",
                  *const checks_key_title = "核查键";
const char *const checks_answer_word[ANSWER__MAX] = {"", "已改正", "不是错误", "申请例外"};

enum list_column {
    COL_VILLAGE,
    COL_HOUSEHOLD,
    COL_PERSON,
    COL_ID,
    COL_NUMBER,
    COL_LABEL,
    COL_SEVERITY,
    COL_SENTENCE,
    COL_VALUES,
    COL_PLACE,
    COL_MEND,
    COL_STATE,
    COL_LAST,
    COL_ANSWER,
    COL_MENDED,
    COL_NOTE,
    COL_UNTIL,
    COL_KEY,
    COL__MAX
};

enum { STATE_BYTES = 96, LAST_BYTES = 64 };

/* The texts of one line. */
struct line {
    struct str cell[COL__MAX];
    struct buf values, place;
    struct work_keys keys;
    char state[STATE_BYTES], last[LAST_BYTES], key[WORK_KEY_MAX], village[DIVISION_TEXT_MAX];
    char household[DIVISION_TEXT_MAX + 8];
};

static struct str village_name(const struct checking *c, const struct work_row *r, struct line *out)
{
    struct str name = divisions_name(&c->s->divs, r->division, c->sc.w.as_of);
    if (name.n) return name;
    return r->division ? str_from(division_format_short(r->division, out->village)) : STR("（区划不明）");
}

/* A village's finding is of the village: its code, so that nobody takes it for a household. */
static struct str household_text(const struct work_row *r, struct line *out)
{
    char code[DIVISION_TEXT_MAX];
    if (!r->rule->of_village) return r->household;
    int n = snprintf(out->household, sizeof out->household, "村 %s", division_format_short(r->division, code));
    return str_make(out->household, (size_t)n);
}

static struct str state_text(const struct work_row *r, struct line *out)
{
    char day[DATE_TEXT_MAX];
    const char *word = r->fresh ? "新增" : "持续";
    int n = r->expired ? snprintf(out->state, STATE_BYTES, "%s（例外已于 %s 到期）", word, date_format(r->expired, day))
                       : snprintf(out->state, STATE_BYTES, "%s", word);
    return str_make(out->state, (size_t)n);
}

static struct str last_text(const struct work_row *r, struct line *out)
{
    char day[DATE_TEXT_MAX];
    if (!r->answer) return STR("");
    int n = snprintf(out->last, LAST_BYTES, "%s（%s 的清单）", checks_answer_word[r->answer->kind],
                     date_format(r->answer->as_of, day));
    return str_make(out->last, (size_t)n);
}

/* line_fini in any case. */
static enum rc line_init(struct line *l, struct store *s, struct err *e)
{
    buf_init(&l->values, KIB(16));
    buf_init(&l->place, KIB(16));
    return work_keys_of(&l->keys, s, e);
}

static void line_fini(struct line *l)
{
    buf_fini(&l->values);
    buf_fini(&l->place);
}

static enum rc fill_line(struct checking *c, const struct work_row *r, struct line *out, struct err *e)
{
    static const char *const severity[SEV__MAX] = {"提示", "红", "橙", "黄"};
    const struct rule_decl *d = &r->decl->u.rule;
    struct check_subject of = {r->rule->name, r->household_no, r->person_no};
    TRY(checks_detail(c, r, &out->values, &out->place, e));
    out->cell[COL_VALUES] = buf_str(&out->values);
    out->cell[COL_PLACE] = buf_str(&out->place);
    out->cell[COL_VILLAGE] = village_name(c, r, out);
    out->cell[COL_HOUSEHOLD] = household_text(r, out);
    out->cell[COL_PERSON] = r->person;
    out->cell[COL_ID] = r->id;
    out->cell[COL_NUMBER] = d->number;
    out->cell[COL_LABEL] = r->decl->label;
    out->cell[COL_SEVERITY] = str_from(severity[d->severity]);
    out->cell[COL_SENTENCE] = c->sentence[r->rule - c->sc.rules];
    out->cell[COL_MEND] = d->mend;
    out->cell[COL_STATE] = state_text(r, out);
    out->cell[COL_LAST] = last_text(r, out);
    out->cell[COL_ANSWER] = out->cell[COL_MENDED] = out->cell[COL_NOTE] = out->cell[COL_UNTIL] = STR("");
    out->cell[COL_KEY] = work_key(&out->keys, out->key, of, c->sc.w.as_of);
    return RC_OK;
}

static const char *title_of(enum list_column k)
{
    static const char *const titles[COL_ANSWER] = {"村",       "户编号", "姓名",     "证件号码", "编号",
                                                   "核查事项", "等级",   "判断依据", "现在的值", "登记在哪里",
                                                   "怎样改正", "状态",   "上次答复"};
    const char *const tail[COL__MAX - COL_ANSWER] = {checks_answer_title, checks_mended_title, checks_note_title,
                                                     checks_until_title, checks_key_title};
    return k < COL_ANSWER ? titles[k] : tail[k - COL_ANSWER];
}

/* ---------------------------------------------------------------- comma-separated values */

static enum rc csv_lines(struct checking *c, const struct worklist *l, struct line *line, struct buf *b, struct err *e)
{
    for (size_t i = 0; i < l->n; i++) {
        TRY(fill_line(c, &l->v[i], line, e));
        for (int k = 0; k < COL__MAX; k++) {
            if (k) buf_addc(b, ',');
            buf_add_csv(b, line->cell[k]);
        }
        buf_addc(b, '\n');
    }
    return b->failed ? err_nomem(e) : RC_OK;
}

static enum rc write_csv(struct checking *c, const struct worklist *l, const char *path, struct err *e)
{
    struct buf b;
    struct line line;
    buf_init(&b, LIST_BYTES_MAX);
    enum rc rc = line_init(&line, c->s->store, e);
    buf_addz(&b, "\xEF\xBB\xBF");
    for (int k = 0; k < COL__MAX; k++) buf_addf(&b, "%s%s", k ? "," : "", title_of((enum list_column)k));
    buf_addc(&b, '\n');
    if (!rc) rc = csv_lines(c, l, &line, &b, e);
    if (!rc) rc = io_write_file(path, buf_str(&b), 0600, e);
    line_fini(&line);
    buf_fini(&b);
    return rc;
}

/* ---------------------------------------------------------------- spreadsheet */

static void fill_columns(struct sheet_out_column *v, const struct str *choices)
{
    static const uint8_t width[COL__MAX] = {14, 16, 12, 20, 18, 30, 6, 40, 36, 30, 36, 16, 18, 12, 20, 24, 14, 10};
    for (int k = 0; k < COL__MAX; k++)
        v[k] = (struct sheet_out_column){.title = str_from(title_of((enum list_column)k)), .width = width[k]};
    v[COL_UNTIL].kind = SHEET_DATE;
    v[COL_KEY].hidden = true;
    v[COL_ANSWER].choices = choices;
    v[COL_ANSWER].n_choices = ANSWER__MAX - ANSWER_MENDED;
}

static enum rc put_row(struct sheet_out *b, const struct line *line, struct err *e)
{
    for (int k = 0; k < COL_ANSWER; k++)
        TRY(sheet_out_text(b, line->cell[k], k == COL_LABEL || k == COL_VALUES ? SHEET_WRONG : SHEET_FIXED, STR(""),
                           e));
    for (int k = COL_ANSWER; k < COL_KEY; k++) TRY(sheet_out_blank(b, SHEET_PLAIN, STR(""), e));
    TRY(sheet_out_text(b, line->cell[COL_KEY], SHEET_FIXED, STR(""), e));
    return sheet_out_row_end(b, e);
}

/* What a sheet looks like: lives until the next one begins. */
struct sheet_look {
    struct str choices[ANSWER__MAX - ANSWER_MENDED], title[2];
    struct sheet_out_column column[COL__MAX];
    struct sheet_out_layout layout;
    struct line first, line;
    char text[256];
};

/* One village: rows from..to-1. */
static enum rc put_sheet(struct checking *c, const struct worklist *l, size_t from, size_t to, struct sheet_look *look,
                         struct sheet_out *b, struct err *e)
{
    char day[DATE_TEXT_MAX];
    for (int k = ANSWER_MENDED; k < ANSWER__MAX; k++)
        look->choices[k - ANSWER_MENDED] = str_from(checks_answer_word[k]);
    fill_columns(look->column, look->choices);
    struct str village = STR("数据核查");
    if (to > from) village = village_name(c, &l->v[from], &look->first);
    (void)snprintf(look->text, sizeof look->text, "数据核查清单：%.*s（%s）", STR_ARG(utf8_clip(village, 120)),
                   date_format(c->sc.w.as_of, day));
    look->title[0] = str_from(look->text);
    look->title[1] =
        STR("请在“答复”列选择；已改正的在“改正后”写改成什么；申请例外的写明说明和截止日期。其他列请勿改动。");
    look->layout = (struct sheet_out_layout){.name = village,
                                             .title = look->title,
                                             .n_titles = 2,
                                             .column = look->column,
                                             .n_columns = COL__MAX,
                                             .frozen_columns = COL_ID};
    TRY(sheet_out_begin(b, &look->layout, e));
    for (size_t i = from; i < to; i++) {
        TRY(fill_line(c, &l->v[i], &look->line, e));
        TRY(put_row(b, &look->line, e));
    }
    return RC_OK;
}

static size_t village_end(const struct worklist *l, size_t from)
{
    size_t to = from;
    while (to < l->n && l->v[to].division == l->v[from].division) to++;
    return to;
}

/* More villages than a file can have sheets. */
static enum rc check_villages(const struct worklist *l, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i = village_end(l, i)) n++;
    if (n <= SHEET_OUT_SHEETS_MAX) return RC_OK;
    return err_set(
        e, RC_INPUT, pos_none(),
        "%zu villages are more than the %d sheets of one file. Ask township by township: --division CODE; or "
        "write a .csv.",
        "有 %zu 个村，超过一个文件的 %d 个工作表。请按乡镇分别输出：--division 代码；或写成 .csv。", n,
        (int)SHEET_OUT_SHEETS_MAX);
}

static enum rc write_sheets(struct checking *c, const struct worklist *l, const char *path, struct err *e)
{
    struct sheet_out *b = NULL;
    struct sheet_look look;
    TRY(check_villages(l, e));
    TRY(sheet_out_new(&b, path, clock_today(c->s->app->clock), e));
    enum rc rc = line_init(&look.line, c->s->store, e);
    if (!rc && !l->n) rc = put_sheet(c, l, 0, 0, &look, b, e);
    for (size_t i = 0, to; !rc && i < l->n; i = to) {
        to = village_end(l, i);
        rc = put_sheet(c, l, i, to, &look, b, e);
    }
    if (!rc) rc = sheet_out_end(b, e);
    line_fini(&look.line);
    sheet_out_free(b);
    return rc;
}

enum rc checks_write(struct checking *c, const struct worklist *l, const char *path, struct err *e)
{
    c->list = l;
    TRY(checks_sentences(c, e));
    return str_ends(str_from(path), STR(".xlsx")) ? write_sheets(c, l, path, e) : write_csv(c, l, path, e);
}
