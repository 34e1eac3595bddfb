#include "match/once.h"
#include "base/out.h"
#include "base/utf8.h"
#include "match/run_int.h"

static bool same_text(const struct run *r, const struct stage_text *x, const struct stage_text *y)
{
    if (x->key.w[0] == y->key.w[0] && x->key.w[1] == y->key.w[1]) return true;
    return stage_text_ref(x) && stage_text_ref(y) && str_eq(run_text(r, x->key.w[0]), run_text(r, y->key.w[0]));
}

static bool same_near(const struct run *r, uint64_t x, uint64_t y)
{
    if (x == y) return true;
    if (x == STAGE_NEAR_BLANK || y == STAGE_NEAR_BLANK || !(x & y & TEXT_WORD_TOLD)) return false;
    return str_eq(run_text(r, stage_near_ref(x)), run_text(r, stage_near_ref(y)));
}

static bool same_number(const struct run *r, uint32_t column, uint32_t a, uint32_t b, int32_t x, int32_t y)
{
    if (x != STAGE_BIG32 || y != STAGE_BIG32) return x == y;
    return run_big_number(r, column, a) == run_big_number(r, column, b);
}

/* Of a roster, whose texts are references. */
static bool same_reference(const struct run *r, uint64_t x, uint64_t y)
{
    return x == y || (x != TEXT_BLANK && y != TEXT_BLANK && str_eq(run_text(r, x), run_text(r, y)));
}

bool once_same_cell(const struct run *r, uint32_t c, uint32_t a, uint32_t b)
{
    enum cell_kind kind = r->plan->cols[c].kind;
    const void *x = (const char *)r->stage[c] + a * r->step[c], *y = (const char *)r->stage[c] + b * r->step[c];
    if (kind == CK_TEXT && !r->records) return same_reference(r, *(const uint64_t *)x, *(const uint64_t *)y);
    if (kind == CK_TEXT && r->narrow[c]) return same_near(r, *(const uint64_t *)x, *(const uint64_t *)y);
    if (kind == CK_TEXT) return same_text(r, x, y);
    if (kind == CK_NUMBER && r->narrow[c]) return same_number(r, c, a, b, *(const int32_t *)x, *(const int32_t *)y);
    return memcmp(x, y, cell_kind_width(kind)) == 0;
}

static bool same_row(const struct run *r, uint32_t a, uint32_t b)
{
    for (uint32_t c = 0; c < r->plan->n_cols; c++)
        if (!once_same_cell(r, c, a, b)) return false;
    return true;
}

size_t once_drop(struct run *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->matched; i++) {
        bool again = false;
        for (size_t k = kept; k-- > 0 && !again && r->person_sorted[k] == r->person_sorted[i];)
            again = same_row(r, r->order[k], r->order[i]);
        if (again) continue;
        r->person_sorted[kept] = r->person_sorted[i];
        r->order[kept++] = r->order[i];
    }
    size_t dropped = r->matched - kept;
    r->matched = kept;
    return dropped;
}

/* ---- several lines say one row */

enum { ADDED_MAX = 1 << 30, HEADER_TOLD = 60 };

struct joining {
    struct run *r;
    struct once_conflicts *x;
    VEC(struct big_number) added; /* numbers that have no room in the record, for the lines they are moved to */
};

static struct stage_at stage_of(const struct run *r, uint32_t c)
{
    return (struct stage_at){r->stage[c], r->step[c], r->narrow[c], c};
}

bool once_blank(const struct run *r, uint32_t c, uint32_t slot)
{
    const void *cell = stage_cell(stage_of(r, c), slot);
    switch (r->plan->cols[c].kind) {
    case CK_BOOL: return *(const uint8_t *)cell == STAGE_BLANK8;
    case CK_CODE: return *(const uint16_t *)cell == STAGE_BLANK16;
    case CK_DATE: return *(const uint32_t *)cell == 0;
    case CK_SET: return *(const uint64_t *)cell == 0;
    case CK_TEXT:
        if (!r->records) return *(const uint64_t *)cell == TEXT_BLANK;
        return r->narrow[c] ? *(const uint64_t *)cell == STAGE_NEAR_BLANK : stage_text_blank(cell);
    default: return r->narrow[c] ? *(const int32_t *)cell == STAGE_BLANK32 : *(const int64_t *)cell == STAGE_BLANK64;
    }
}

static bool move_cell(struct joining *j, uint32_t c, uint32_t to, uint32_t from)
{
    struct run *r = j->r;
    enum cell_kind kind = r->plan->cols[c].kind;
    struct stage_at at = stage_of(r, c);
    memcpy(stage_cell(at, to), stage_cell(at, from), cells_width(kind, at.narrow));
    if (kind != CK_NUMBER || !at.narrow || *(const int32_t *)stage_cell(at, to) != STAGE_BIG32) return true;
    return vec_push(&j->added, ADDED_MAX, ((struct big_number){c, to, run_big_number(r, c, from)}));
}

/* One column of the lines of a person. */
static bool join_cells(struct joining *j, uint32_t c, const uint32_t *slot, size_t n)
{
    const struct plan_column *col = &j->r->plan->cols[c];
    size_t says = n;
    bool contradict = false;
    for (size_t i = 0; i < n; i++) {
        if (once_blank(j->r, c, slot[i])) continue;
        if (says == n) says = i;
        else contradict |= !once_same_cell(j->r, c, slot[says], slot[i]);
    }
    j->x->people[c] += contradict;
    if (contradict && !col->optional) return cells_blank(j->r, col->kind, stage_of(j->r, c), slot[0]), true;
    return says == n || says == 0 || move_cell(j, c, slot[0], slot[says]);
}

static bool join_people(struct joining *j, size_t *kept)
{
    struct run *r = j->r;
    *kept = 0;
    for (size_t i = 0, next = 0; i < r->matched; i = next) {
        for (next = i + 1; next < r->matched && r->person_sorted[next] == r->person_sorted[i];) next++;
        for (uint32_t c = 0; c < r->plan->n_cols && next - i > 1; c++)
            if (!join_cells(j, c, r->order + i, next - i)) return false;
        r->person_sorted[*kept] = r->person_sorted[i];
        r->order[(*kept)++] = r->order[i];
    }
    return run_big_add(r, j->added.v, j->added.n);
}

enum rc once_merge(struct run *r, struct once_conflicts *x, size_t *dropped, struct err *e)
{
    struct joining j = {.r = r, .x = x};
    size_t kept = 0;
    bool ok = join_people(&j, &kept);
    vec_fini(&j.added);
    if (!ok) return err_nomem(e);
    *dropped = r->matched - kept;
    r->matched = kept;
    return RC_OK;
}

/* ---- rows of one key that differ */

enum { PERSON_ROWS = 64, WHOLE_ROWS = 1 << 16, PIECES = 64, PIECE_ROWS = WHOLE_ROWS / PIECES };

/* A last known state is known by its day, too. */
static bool of_key(const struct plan *pl, size_t c)
{
    return pl->cols[c].key || (pl->decl.kind == DK_LATEST && (int32_t)c == pl->time);
}

static bool key_known(const struct run *r, uint32_t slot)
{
    for (uint32_t c = 0; c < r->plan->n_cols; c++)
        if (of_key(r->plan, c) && once_blank(r, c, slot)) return false;
    return true;
}

static bool agree(const struct run *r, uint32_t a, uint32_t b, bool keys)
{
    const struct plan *pl = r->plan;
    for (uint32_t c = 0; c < pl->n_cols; c++)
        if (of_key(pl, c) == keys && (keys || pl->cols[c].keep) && !once_same_cell(r, c, a, b)) return false;
    return true;
}

/* Rows of one person. */
static void look_at_keys(const struct run *r, const uint32_t *slot, size_t n, struct once_unequal *x)
{
    for (size_t i = 0; i + 1 < n; i++) {
        bool first = key_known(r, slot[i]), differ = false;
        for (size_t k = 0; k < i && first; k++) first = !agree(r, slot[k], slot[i], true);
        for (size_t k = i + 1; k < n && first && !differ; k++) {
            differ = agree(r, slot[i], slot[k], true) && !agree(r, slot[i], slot[k], false);
            if (!differ) continue;
            uint32_t line = r->first_line + slot[i];
            if (!x->keys++ || line < x->line[0]) x->line[0] = line, x->line[1] = r->first_line + slot[k];
        }
    }
}

/* People whose rows begin in from .. to - 1. */
static void look_at_people(const struct run *r, size_t from, size_t to, struct once_unequal *x)
{
    while (from && from < to && r->person_sorted[from] == r->person_sorted[from - 1]) from++;
    for (size_t i = from, next = 0; i < to; i = next) {
        for (next = i + 1; next < r->matched && r->person_sorted[next] == r->person_sorted[i];) next++;
        size_t n = next - i < PERSON_ROWS ? next - i : PERSON_ROWS;
        if (n > 1) look_at_keys(r, r->order + i, n, x);
    }
}

void once_unequal_keys(const struct run *r, struct once_unequal *x)
{
    struct once_unequal sample = {0};
    bool keyed = false;
    for (size_t c = 0; c < r->plan->n_cols; c++) keyed |= r->plan->cols[c].key && plan_has(r->plan, c);
    if (!keyed) return;
    for (size_t p = 0; r->matched > WHOLE_ROWS && p < PIECES && !sample.keys; p++) {
        size_t at = r->matched / PIECES * p;
        look_at_people(r, at, at + PIECE_ROWS, &sample);
    }
    if (r->matched <= WHOLE_ROWS || sample.keys) look_at_people(r, 0, r->matched, x);
}

/* ---- telling */

static struct str header_of(const struct plan *pl, size_t c)
{
    int32_t column = pl->cols[c].column;
    return column == HEADER_NONE ? pl->cols[c].name : utf8_clip(pl->header[column], HEADER_TOLD);
}

void once_tell(const struct plan *pl, const struct once_conflicts *x, enum lang lang, struct buf *out)
{
    for (size_t c = 0; x->people && c < pl->n_cols; c++) {
        if (!x->people[c]) continue;
        if (out->n) buf_addz(out, lang_pick(lang, ", ", "、"));
        buf_add(out, header_of(pl, c));
        buf_addc(out, ' ');
        buf_add_i64(out, x->people[c]);
    }
}

void once_json(const struct plan *pl, const struct once_conflicts *x, struct buf *out)
{
    buf_addc(out, '[');
    for (size_t c = 0; x->people && c < pl->n_cols; c++) {
        if (!x->people[c]) continue;
        buf_addf(out, "%s{\"column\":", out->p[out->n - 1] == '[' ? "" : ",");
        buf_add_i64(out, (int64_t)pl->cols[c].column + 1);
        buf_addz(out, ",\"header\":");
        buf_add_json(out, header_of(pl, c));
        buf_addz(out, ",\"people\":");
        buf_add_i64(out, x->people[c]);
        buf_addc(out, '}');
    }
    buf_addc(out, ']');
}
