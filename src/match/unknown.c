#include "match/unknown.h"
#include "base/out.h"
#include "base/utf8.h"
#include "ingest/cell.h"

enum { VALUE_MAX = 60, KEY_MAX = 96, DIGITS_HIDDEN = 6 };

void unknown_init(struct unknown_values *u, struct arena *a) { intern_init(&u->text, a); }

void unknown_fini(struct unknown_values *u) { intern_fini(&u->text); }

/* A code has no long numbers; what has is perhaps somebody's. */
static bool may_be_shown(struct str s)
{
    unsigned digits = 0;
    for (size_t i = 0; i < s.n; i++) digits += s.p[i] >= '0' && s.p[i] <= '9';
    return digits < DIGITS_HIDDEN;
}

static enum rc note_one(struct unknown_values *u, uint16_t column, struct str value, struct err *e)
{
    char key[KEY_MAX];
    value = str_trim(utf8_clip(value, VALUE_MAX));
    if (!may_be_shown(value)) value = STR("******");
    int n = snprintf(key, sizeof key, "%u\t%.*s", (unsigned)column, STR_ARG(value));
    struct str s = str_make(key, (size_t)n < sizeof key ? (size_t)n : sizeof key - 1);
    uint32_t id = intern_find(&u->text, s);
    if (id == UINT32_MAX && u->text.n >= UNKNOWN_VALUES_MAX) return u->more++, RC_OK;
    if (id == UINT32_MAX) id = intern_add(&u->text, s);
    if (id == UINT32_MAX) return err_nomem(e);
    u->count[id]++;
    return RC_OK;
}

static enum rc note_list(struct unknown_values *u, const struct bad_list *l, struct err *e)
{
    for (size_t i = 0; i < l->v.n; i++) {
        const struct bad_row *b = &l->v.v[i];
        bool no_word = b->why == WHY_CELL && b->detail == CELL_NOT_BOOL;
        if ((b->why == WHY_CODE || b->why == WHY_PLACE || no_word) && b->column)
            TRY(note_one(u, b->column, str_make(l->text.p + b->value, b->value_n), e));
    }
    return RC_OK;
}

enum rc unknown_note(struct unknown_values *u, const struct run *r, struct err *e)
{
    for (size_t g = 0; g < r->groups; g++) {
        TRY(note_list(u, &r->group[g].bad, e));
        TRY(note_list(u, &r->group[g].odd, e));
    }
    return RC_OK;
}

/* ---- telling */

static struct str split(struct str key, int64_t *column)
{
    struct str head;
    *column = 0;
    if (str_cut(&key, '\t', &head)) (void)str_to_i64(head, 1, UINT16_MAX, column);
    return key;
}

/* The most frequent value of a column that is not yet taken; SIZE_MAX: none. */
static size_t next_of(const struct unknown_values *u, int64_t column, const bool *taken)
{
    size_t best = SIZE_MAX;
    int64_t of;
    for (size_t i = 0; i < u->text.n; i++) {
        (void)split(u->text.texts[i], &of);
        if (of == column && !taken[i] && (best == SIZE_MAX || u->count[i] > u->count[best])) best = i;
    }
    return best;
}

void unknown_tell(const struct unknown_values *u, const struct plan *pl, enum lang lang, struct buf *out)
{
    bool taken[UNKNOWN_VALUES_MAX] = {false};
    int64_t of;
    for (size_t c = 0; c < pl->n_header; c++) {
        size_t i = next_of(u, (int64_t)c + 1, taken), told = 0;
        if (i == SIZE_MAX) continue;
        if (out->n) buf_addz(out, lang_pick(lang, "; ", "；"));
        buf_add(out, utf8_clip(pl->header[c], VALUE_MAX));
        for (; i != SIZE_MAX; i = next_of(u, (int64_t)c + 1, taken)) {
            taken[i] = true;
            buf_addz(out, told++ ? lang_pick(lang, ", ", "、") : lang_pick(lang, ": ", "："));
            buf_add(out, split(u->text.texts[i], &of));
            buf_addc(out, ' ');
            buf_add_i64(out, u->count[i]);
        }
    }
    if (!u->more) return;
    buf_addz(out, lang_pick(lang, "; further values, in cells: ", "；其余的值，单元格数："));
    buf_add_i64(out, u->more);
}

static void json_values(const struct unknown_values *u, int64_t column, bool *taken, struct buf *out)
{
    int64_t of;
    bool first = true;
    for (size_t i = next_of(u, column, taken); i != SIZE_MAX; i = next_of(u, column, taken)) {
        taken[i] = true;
        buf_addz(out, first ? "{\"value\":" : ",{\"value\":");
        buf_add_json(out, split(u->text.texts[i], &of));
        buf_addz(out, ",\"count\":");
        buf_add_i64(out, u->count[i]);
        buf_addc(out, '}');
        first = false;
    }
}

void unknown_json(const struct unknown_values *u, const struct plan *pl, struct buf *out)
{
    bool taken[UNKNOWN_VALUES_MAX] = {false};
    buf_addc(out, '[');
    for (size_t c = 0; c < pl->n_header; c++) {
        if (next_of(u, (int64_t)c + 1, taken) == SIZE_MAX) continue;
        buf_addf(out, "%s{\"column\":", out->p[out->n - 1] == '[' ? "" : ",");
        buf_add_i64(out, (int64_t)c + 1);
        buf_addz(out, ",\"header\":");
        buf_add_json(out, pl->header[c]);
        buf_addz(out, ",\"values\":[");
        json_values(u, (int64_t)c + 1, taken, out);
        buf_addz(out, "]}");
    }
    buf_addc(out, ']');
}
