/* People of the roster who are one: found by the same comparisons, merged by decision. Nothing stored changes: readers
 * follow the decisions in force at their moment. */
#include <inttypes.h>
#include <stdlib.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/vec.h"
#include "match/judge_int.h"
#include "match/judge_run.h"
#include "store/people.h"
#include "store/screenstore.h"

/* ---- merging */

static enum rc check_there(struct store *s, struct arena *a, uint32_t no, struct err *e)
{
    struct person p;
    bool found = false;
    TRY(people_get(s, a, no, INT64_MAX, &p, &found, e));
    if (found) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "the roster has no person %" PRIu32, "花名册里没有编号为 %" PRIu32 " 的人",
                   no);
}

static enum rc check_merge(struct store *s, struct arena *a, const struct merging *m, struct err *e)
{
    struct merge *v;
    size_t n;
    if (m->kept == m->gone)
        return err_set(e, RC_INPUT, pos_none(), "a person is himself; name two people", "两个编号相同；请写两个人");
    TRY(check_there(s, a, m->kept, e));
    TRY(check_there(s, a, m->gone, e));
    TRY(merges_known_at(s, a, INT64_MAX, &v, &n, e));
    uint32_t kept = merge_kept(v, n, m->kept), gone = merge_kept(v, n, m->gone);
    if (kept == m->kept && gone == m->gone) return RC_OK;
    uint32_t who = kept == m->kept ? m->gone : m->kept;
    return err_set(e, RC_CONFLICT, pos_none(),
                   "person %" PRIu32 " is read as person %" PRIu32 " already; name that one",
                   "人员 %" PRIu32 " 已并入人员 %" PRIu32 "；请写后者", who, merge_kept(v, n, who));
}

/* The same decision in force is no other one. */
static enum rc keep_merge(struct store *s, struct arena *a, const struct merging *m, int64_t *id, struct err *e)
{
    bool moved;
    struct decision_list l;
    struct decision d = {.subject = DECISION_PEOPLE,
                         .verdict = m->verdict,
                         .person = m->kept,
                         .other = m->gone,
                         .score_pm = -1,
                         .by_who = m->by_who,
                         .reason = m->why};
    TRY(decisions_known_at(s, a, INT64_MAX, false, &l, e));
    for (size_t i = 0; i < l.n; i++) {
        const struct decision *o = &l.v[i];
        bool same = o->subject == DECISION_PEOPLE && o->verdict == d.verdict && o->person == d.person;
        if (same && o->other == d.other) return *id = o->id, RC_OK;
    }
    TRY(check_merge(s, a, m, e));
    TRY(screen_known_after(s, store_now_us(s), &d.known_from_us, &moved, e));
    TRY(store_begin(s, e));
    TRY(db_finish(store_db(s), decision_add(s, &d, e), e));
    *id = d.id;
    return RC_OK;
}

enum rc judge_merge(struct store *s, const struct merging *m, int64_t *id, struct err *e)
{
    struct arena a;
    *id = 0;
    arena_init(&a, MIB(256));
    enum rc rc = keep_merge(s, &a, m, id, e);
    arena_fini(&a);
    return rc;
}

/* ---- duplicates */

static bool shares_key(const struct judge_people *x, uint32_t at)
{
    const struct chain *k = &x->chain[CHAIN_KEY];
    for (uint32_t i = chain_first(k, x->key[at]); i; i = k->next[i - 1])
        if (i - 1 != at && x->key[i - 1] == x->key[at]) return true;
    return false;
}

/* Whose number two have, or who has none; two numbers in order are two people. */
static bool may_be_double(const struct judge_people *x, uint32_t at) { return !x->key[at] || shares_key(x, at); }

static enum rc suspects(struct judging *j, struct err *e)
{
    const struct judge_people *x = j->people;
    struct judge_rows *o = &j->rows;
    for (uint32_t i = 0; i < x->n; i++) {
        if (!may_be_double(x, i)) continue;
        if (o->n == o->cap && !vec_grow(&o->v, &o->cap, o->n, sizeof *o->v, UINT32_MAX)) return err_nomem(e);
        judge_row_of_person(x, i, &o->v[o->n++]);
    }
    return RC_OK;
}

static bool decided_apart(const struct decision_list *l, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct decision *d = &l->v[i];
        if (d->subject != DECISION_PEOPLE || d->verdict == DECISION_SAME) continue;
        if ((d->person == a && d->other == b) || (d->person == b && d->other == a)) return true;
    }
    return false;
}

/* Each pair once, and none that was decided on. */
static void drop_known(struct judging *j)
{
    for (size_t i = 0; i < j->set.n; i++) {
        struct judged *d = &j->set.of[i];
        uint32_t n = 0, self = j->people->person[j->rows.v[i].self - 1];
        for (uint32_t k = 0; k < d->n; k++) {
            bool other_way = d->v[k].person < self && may_be_double(j->people, d->v[k].at);
            if (!other_way && !decided_apart(&j->decisions, self, d->v[k].person)) d->v[n++] = d->v[k];
        }
        d->n = n;
    }
}

/* Two neighbouring digits exchanged. */
static bool is_turned(uint64_t a, uint64_t b)
{
    while (a && a % 10 == b % 10) a /= 10, b /= 10;
    return a % 10 == b / 10 % 10 && b % 10 == a / 10 % 10 && a / 100 == b / 100;
}

/* Two numbers in order of one name and day of birth. */
static bool has_two_numbers(const struct judge_people *x, uint32_t a, uint32_t b, struct two_numbers *out)
{
    if (!x->key[a] || !x->key[b] || x->key[a] == x->key[b] || x->sex[a] != x->sex[b]) return false;
    *out = (struct two_numbers){.person = x->person[a],
                                .other = x->person[b],
                                .like = IDL_FAR,
                                .household = x->household[a] && x->household[a] == x->household[b]};
    unsigned other = 0; /* of the seventeen; the check characters then differ too */
    for (uint64_t p = x->key[a], q = x->key[b]; p || q; p /= 10, q /= 10) other += p % 10 != q % 10;
    if (other == 1) out->like = IDL_ONE;
    else if (is_turned(x->key[a], x->key[b])) out->like = IDL_SWAPPED;
    return out->household || out->like != IDL_FAR;
}

static enum rc find_two_numbers(struct judging *j, struct err *e)
{
    const struct judge_people *x = j->people;
    size_t cap = 0;
    for (uint32_t i = 0; i < x->n; i++) {
        uint64_t h = x->key[i] ? chain_hash(x, CHAIN_NAME_BORN, i) : 0;
        const struct chain *c = &x->chain[CHAIN_NAME_BORN];
        for (uint32_t k = h ? chain_first(c, h) : 0; k; k = c->next[k - 1]) {
            struct two_numbers t;
            if (k - 1 <= i || chain_hash(x, CHAIN_NAME_BORN, k - 1) != h || !has_two_numbers(x, i, k - 1, &t)) continue;
            if (decided_apart(&j->decisions, t.person, t.other)) continue;
            if (j->n_two == TWO_NUMBERS_MAX) return RC_OK;
            if (j->n_two == cap && !vec_grow(&j->two, &cap, j->n_two, sizeof *j->two, TWO_NUMBERS_MAX))
                return err_nomem(e);
            j->two[j->n_two++] = t;
        }
    }
    return RC_OK;
}

enum rc judge_duplicates(struct judging *j, struct store *s, struct policy *p, int64_t k_us, struct err *e)
{
    *j = (struct judging){0};
    arena_init(&j->rows.a, MIB(256));
    TRY(judge_people_load(&j->people, s, p, k_us, e));
    TRY(decisions_known_at(s, &j->rows.a, k_us, false, &j->decisions, e));
    TRY(suspects(j, e));
    j->set = (struct judge_set){.people = j->people, .rows = j->rows.v, .n = j->rows.n};
    TRY(judge_find(&j->set, par_threads(), e));
    TRY(judge_learn(&j->set, &j->model, e));
    if (!j->model.learnt) j->model.prior += JUDGE_DOUBLE * LOG_ONE;
    judge_score(&j->set, &j->model);
    drop_known(j);
    return find_two_numbers(j, e);
}
