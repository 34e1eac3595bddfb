/* Withdrawing a delivery. People that only one roster brought are needed as long as other deliveries speak of them. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "match/import.h"
#include "match/stored.h"
#include "match/withdraw_int.h"
#include "store/screenstore.h"

#define WITHDRAW_ARENA_MAX ((size_t)8 << 30)

/* A bit for each person number. */
struct people_set {
    uint64_t *w;
    size_t words;
};

static bool set_reach(struct people_set *p, int64_t most)
{
    size_t words = (size_t)most / 64 + 1;
    if (words <= p->words) return true;
    uint64_t *w = mem_resize_array(p->w, words, sizeof *w);
    if (!w) return false;
    memset(w + p->words, 0, (words - p->words) * sizeof *w);
    p->w = w;
    p->words = words;
    return true;
}

static enum rc set_add(struct people_set *p, struct store *s, int64_t delivery, struct err *e)
{
    struct stored_ints v;
    int64_t max = 0;
    TRY(stored_ints_read(&v, s, delivery, STR("person"), e));
    for (size_t i = 0; i < v.n; i++) max = v.v[i] > max ? v.v[i] : max;
    bool ok = set_reach(p, max);
    for (size_t i = 0; ok && i < v.n; i++) p->w[v.v[i] / 64] |= UINT64_C(1) << v.v[i] % 64;
    stored_ints_fini(&v);
    return ok ? RC_OK : err_nomem(e);
}

/* Take out the people of a delivery, or only see whether one is in it. */
static enum rc set_meet(struct people_set *p, struct store *s, int64_t delivery, bool remove, bool *any, struct err *e)
{
    struct stored_ints v;
    *any = false;
    TRY(stored_ints_read(&v, s, delivery, STR("person"), e));
    for (size_t i = 0; i < v.n; i++) {
        size_t at = (size_t)v.v[i] / 64;
        uint64_t bit = UINT64_C(1) << v.v[i] % 64;
        if (at >= p->words || !(p->w[at] & bit)) continue;
        *any = true;
        if (remove) p->w[at] &= ~bit;
    }
    stored_ints_fini(&v);
    return RC_OK;
}

static enum rc refuse_used(int64_t id, const struct delivery *by, struct err *e)
{
    return err_set(e, RC_INPUT, pos_none(),
                   "the roster %d brought people that delivery %d (%.*s) speaks of. Withdraw that first, or import the "
                   "corrected roster with --replaces %d",
                   "花名册 %d 带来的人员被交付 %d（%.*s）引用。请先撤回后者，或用 --replaces %d 导入更正后的花名册",
                   (int)id, (int)by->id, STR_ARG(by->file_name), (int)id);
}

static enum rc check_used(struct store *s, int64_t id, const struct delivery_list *l, struct people_set *only,
                          struct err *e)
{
    bool any;
    for (size_t i = 0; i < l->n; i++)
        if (delivery_is_of(&l->v[i], id)) TRY(set_add(only, s, l->v[i].id, e));
    for (int roster = 1; roster >= 0; roster--) {
        for (size_t i = 0; i < l->n; i++) {
            bool is = false;
            if (delivery_is_of(&l->v[i], id)) continue;
            TRY(stored_is_roster(s, l->v[i].id, &is, e));
            if (is != (roster != 0)) continue;
            TRY(set_meet(only, s, l->v[i].id, is, &any, e));
            if (!is && any) return refuse_used(id, &l->v[i], e);
        }
    }
    return RC_OK;
}

/* A roster's people are checked, and told of by what remains. */
static enum rc withdraw_roster(struct store *s, struct arena *a, int64_t id, int64_t at_us, struct str why,
                               struct str who, struct err *e)
{
    struct delivery_list l;
    struct people_set only = {0};
    struct people_late *late;
    size_t n = 0;
    TRY(delivery_known_at(s, a, STR(""), INT64_MAX, &l, e));
    enum rc rc = check_used(s, id, &l, &only, e);
    mem_free(only.w);
    if (!rc) rc = withdraw_people(s, a, id, &l, &late, &n, e);
    return rc ? rc : delivery_withdraw_with(s, id, at_us, why, who, late, n, par_threads(), e);
}

enum rc import_withdraw(struct store *s, int64_t id, struct str why, struct str who, struct err *e)
{
    if (!str_trim(why).n)
        return err_set(e, RC_USAGE, pos_none(), "say why the delivery is withdrawn: --reason TEXT",
                       "请用 --reason 文字 说明撤回的原因");
    int64_t at_us;
    bool moved, roster = false;
    struct arena a;
    TRY(stored_is_roster(s, id, &roster, e));
    TRY(screen_known_after(s, store_now_us(s), &at_us, &moved, e));
    if (!roster) return delivery_withdraw(s, id, at_us, why, who, e);
    arena_init(&a, WITHDRAW_ARENA_MAX);
    enum rc rc = withdraw_roster(s, &a, id, at_us, why, who, e);
    arena_fini(&a);
    return rc;
}
