#include "match/once.h"

static bool same_text(const struct run *r, const struct stage_text *x, const struct stage_text *y)
{
    if (x->key.w[0] == y->key.w[0] && x->key.w[1] == y->key.w[1]) return true;
    return stage_text_ref(x) && stage_text_ref(y) && str_eq(run_text(r, x->key.w[0]), run_text(r, y->key.w[0]));
}

static bool same_row(const struct run *r, uint32_t a, uint32_t b)
{
    for (size_t c = 0; c < r->plan->n_cols; c++) {
        const struct plan_column *p = &r->plan->cols[c];
        const char *x = (const char *)r->stage[c] + a * r->step[c], *y = (const char *)r->stage[c] + b * r->step[c];
        if (p->kind == CK_TEXT) {
            if (!same_text(r, (const void *)x, (const void *)y)) return false;
        } else if (memcmp(x, y, cell_kind_width(p->kind)) != 0) {
            return false;
        }
    }
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
