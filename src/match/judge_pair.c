/* Two people of the roster compared, before somebody makes them one. */
#include "base/limits.h"
#include "base/mem.h"
#include "match/judge_int.h"
#include "match/judge_run.h"

static uint32_t place_of(const struct judge_people *x, uint32_t person)
{
    for (uint32_t i = 0; i < x->n; i++)
        if (x->person[i] == person) return i;
    return UINT32_MAX;
}

/* By law a person has one number; sex and day of birth do not change either. */
static unsigned against_of(const struct judge_people *x, uint32_t a, uint32_t b)
{
    unsigned against = 0;
    if (x->key[a] && x->key[b] && x->key[a] != x->key[b]) against |= PAIR_NUMBERS;
    if (x->sex[a] && x->sex[b] && x->sex[a] != x->sex[b]) against |= PAIR_SEX;
    if (x->born[a] && x->born[b] && x->born[a] != x->born[b]) against |= PAIR_BORN;
    return against;
}

static enum rc compare(struct judging *j, uint32_t a, uint32_t b, struct err *e)
{
    const struct judge_people *x = j->people;
    struct row_owners nobody = {.n = 0};
    struct judge_row *row = j->rows.v = mem_zalloc_array(1, sizeof *row);
    j->set.of = mem_zalloc_array(1, sizeof *j->set.of);
    struct judge_candidate *c = j->set.all = mem_zalloc_array(1, sizeof *c);
    if (!row || !j->set.of || !c) return err_nomem(e);
    judge_row_of_person(x, a, row);
    c->at = b;
    judge_levels(x, row, &nobody, c);
    c->kin_named = (uint8_t)judge_kin_named(x, row, c);
    j->set.of[0] = (struct judged){c, 1};
    j->set.rows = row;
    j->rows.n = j->set.n = j->set.n_all = 1;
    return RC_OK;
}

enum rc judge_pair(struct judging *j, struct store *s, struct policy *p, uint32_t first, uint32_t second,
                   struct people_pair *out, struct err *e)
{
    *j = (struct judging){0};
    *out = (struct people_pair){0};
    arena_init(&j->rows.a, MIB(256));
    TRY(judge_people_load(&j->people, s, p, INT64_MAX, e));
    j->set.people = j->people;
    uint32_t a = place_of(j->people, first), b = place_of(j->people, second);
    if (a != UINT32_MAX) out->key[0] = j->people->key[a];
    if (b != UINT32_MAX) out->key[1] = j->people->key[b];
    if (a == UINT32_MAX || b == UINT32_MAX || a == b) return RC_OK;
    out->against = against_of(j->people, a, b);
    TRY(compare(j, a, b, e));
    TRY(judging_weights(j, s, INT64_MAX, e));
    j->model.prior += JUDGE_DOUBLE * LOG_ONE;
    judge_score(&j->set, &j->model);
    return RC_OK;
}
