/* A roster's days of birth and sexes against those in its ID numbers: a column that contradicts them is another one, or
 * is coded the other way round. Single rows are told; they count as they are written. */
#include "base/utf8.h"
#include "match/run_int.h"

enum {
    DIFFER_LEAST = 4,
    DIFFER_SHARE = 5, /* one of so many */
    ENOUGH = 1000     /* rows that tell what a column holds, whatever follows */
};

static void count(struct id_tally *t, bool same, uint32_t line)
{
    t->compared++;
    if (same) return;
    if (!t->differ++) t->line = line;
}

static bool too_many(const struct id_tally *t)
{
    return t->differ >= DIFFER_LEAST && t->differ * DIFFER_SHARE > t->compared;
}

static bool is_last(const struct run *r) { return (uint64_t)r->first_line + r->lines > r->file->lines + 2; }

/* Adds what a run tells to what the runs before it told. Those by which the file is to be refused: those of a run that
 * has enough, else those of all; NULL: none. A few last rows say nothing of a column that a million agreed with. */
static const struct id_tally *judge(const struct run *r, const struct id_tally *run, struct id_tally *all)
{
    if (!all->differ) all->line = run->line;
    all->compared += run->compared;
    all->differ += run->differ;
    const struct id_tally *by = run->compared >= ENOUGH ? run : all;
    return (by->compared >= ENOUGH || is_last(r)) && too_many(by) ? by : NULL;
}

static bool is_compared(const struct run *r, uint32_t slot)
{
    return r->person[slot] && r->key[slot] && id_in_order(r->id_state[slot]);
}

static struct id_tally compare_days(const struct run *r, size_t column)
{
    struct id_tally t = {0};
    const uint32_t *cell = r->stage[column];
    for (uint32_t slot = 0; slot < r->lines; slot++) {
        if (!is_compared(r, slot) || !cell[slot]) continue;
        date_day day = citizen_key_born(r->key[slot]), first = (date_day)(cell[slot] & ((1u << STAGE_SPAN_SHIFT) - 1));
        date_day last = first + (date_day)(cell[slot] >> STAGE_SPAN_SHIFT);
        if (day) count(&t, day >= first && day <= last, r->first_line + slot);
    }
    return t;
}

/* The column whose codes are 男 and 女; HEADER_NONE. */
static int32_t sex_column(const struct plan *pl, uint16_t code[2])
{
    for (size_t i = 0; i < pl->n_cols; i++) {
        const struct plan_column *c = &pl->cols[i];
        if (c->kind != CK_CODE || c->column == HEADER_NONE) continue;
        code[0] = plan_code_find(c->codes, STR("男"));
        code[1] = plan_code_find(c->codes, STR("女"));
        if (code[0] != STAGE_BLANK16 && code[1] != STAGE_BLANK16) return (int32_t)i;
    }
    return HEADER_NONE;
}

static struct id_tally compare_sexes(const struct run *r, int32_t column, const uint16_t code[2])
{
    struct id_tally t = {0};
    const uint16_t *cell = r->stage[column];
    for (uint32_t slot = 0; slot < r->lines; slot++) {
        if (!is_compared(r, slot) || (cell[slot] != code[0] && cell[slot] != code[1])) continue;
        count(&t, cell[slot] == code[citizen_key_female(r->key[slot])], r->first_line + slot);
    }
    return t;
}

/* Another column of days, which are those of the ID numbers; HEADER_NONE. */
static int32_t days_of_ids(const struct run *r)
{
    for (size_t i = 0; i < r->plan->n_cols; i++) {
        const struct plan_column *c = &r->plan->cols[i];
        if (c->kind != CK_DATE || c->column == HEADER_NONE || (int32_t)i == r->plan->born) continue;
        struct id_tally t = compare_days(r, i);
        if (t.compared >= DIFFER_LEAST && 2 * t.differ < t.compared) return (int32_t)i;
    }
    return HEADER_NONE;
}

static enum rc refuse(const struct run *r, const struct id_tally *t, size_t column, const char *en, const char *zh,
                      struct err *e)
{
    const struct plan_column *c = &r->plan->cols[column];
    struct str head = utf8_clip(r->plan->header[c->column], 200);
    struct pos at = {.file = r->file->src.name, .line = r->file->header_line};
    return err_set(e, RC_INPUT, at,
                   "column %d \"%.*s\": %d of %d are not what the ID numbers say; the whole file is refused. First in "
                   "line %u. %s, or are the ID numbers those of other people? If the column cannot be trusted, leave "
                   "it out with --map \"%.*s=\"",
                   "第 %d 列“%.*s”：%d 个（共 %d 个）与证件号码不符；整个文件不予接收。最早在第 %u 行。%s，或者证件号码"
                   "是别人的？该列如不可信，可用 --map \"%.*s=\" 不用它",
                   (int)c->column + 1, STR_ARG(head), (int)t->differ, (int)t->compared, t->line,
                   lang_pick(e ? e->lang : LANG_ZH, en, zh), STR_ARG(head));
}

static enum rc refuse_days(const struct run *r, const struct id_tally *t, struct err *e)
{
    const struct plan *pl = r->plan;
    char en[400], zh[400];
    int32_t other = days_of_ids(r);
    if (other == HEADER_NONE)
        return refuse(r, t, (size_t)pl->born, "Is it another day (of registration)", "是否其实是别的日期（如登记日期）",
                      e);
    struct str head = utf8_clip(pl->header[pl->cols[other].column], 100);
    int n = (int)pl->cols[other].column + 1;
    (void)snprintf(en, sizeof en, "Column %d \"%.*s\" agrees with them: are the two swapped", n, STR_ARG(head));
    (void)snprintf(zh, sizeof zh, "第 %d 列“%.*s”与证件号码相符：两列是否对调了", n, STR_ARG(head));
    return refuse(r, t, (size_t)pl->born, en, zh, e);
}

static enum rc check_days(struct run *r, struct err *e)
{
    const struct plan *pl = r->plan;
    if (pl->born < 0 || pl->cols[pl->born].column == HEADER_NONE) return RC_OK;
    struct id_tally t = compare_days(r, (size_t)pl->born);
    const struct id_tally *bad = judge(r, &t, &r->born);
    return bad ? refuse_days(r, bad, e) : RC_OK;
}

static enum rc check_sexes(struct run *r, struct err *e)
{
    uint16_t code[2];
    int32_t column = sex_column(r->plan, code);
    if (column == HEADER_NONE) return RC_OK;
    struct id_tally t = compare_sexes(r, column, code);
    const struct id_tally *bad = judge(r, &t, &r->sex);
    if (!bad) return RC_OK;
    return refuse(r, bad, (size_t)column, "Are 男 and 女 exchanged (a code list the other way round)",
                  "男、女是否写反了（代码表颠倒）", e);
}

enum rc run_check_ids(struct run *r, struct err *e)
{
    if (r->index) return RC_OK;
    TRY(check_days(r, e));
    return check_sexes(r, e);
}
