#include "match/once.h"

static bool same_text(const struct run *r, const struct stage_text *x, const struct stage_text *y)
{
    if (x->key.w[0] == y->key.w[0] && x->key.w[1] == y->key.w[1]) return true;
    return stage_text_ref(x) && stage_text_ref(y) && str_eq(run_text(r, x->key.w[0]), run_text(r, y->key.w[0]));
}

static bool same_near(const struct run *r, uint64_t x, uint64_t y)
{
    if (x == y) return true;
    if (x == STAGE_NEAR_BLANK || y == STAGE_NEAR_BLANK || !(x & y & STAGE_NEAR_REF)) return false;
    return str_eq(run_text(r, x & ~STAGE_NEAR_REF), run_text(r, y & ~STAGE_NEAR_REF));
}

static bool same_number(const struct run *r, uint32_t column, uint32_t a, uint32_t b, int32_t x, int32_t y)
{
    if (x != STAGE_BIG32 || y != STAGE_BIG32) return x == y;
    return run_big_number(r, column, a) == run_big_number(r, column, b);
}

static bool same_cell(const struct run *r, uint32_t c, uint32_t a, uint32_t b)
{
    enum cell_kind kind = r->plan->cols[c].kind;
    const void *x = (const char *)r->stage[c] + a * r->step[c], *y = (const char *)r->stage[c] + b * r->step[c];
    if (kind == CK_TEXT && r->narrow[c]) return same_near(r, *(const uint64_t *)x, *(const uint64_t *)y);
    if (kind == CK_TEXT) return same_text(r, x, y);
    if (kind == CK_NUMBER && r->narrow[c]) return same_number(r, c, a, b, *(const int32_t *)x, *(const int32_t *)y);
    return memcmp(x, y, cell_kind_width(kind)) == 0;
}

static bool same_row(const struct run *r, uint32_t a, uint32_t b)
{
    for (uint32_t c = 0; c < r->plan->n_cols; c++)
        if (!same_cell(r, c, a, b)) return false;
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
