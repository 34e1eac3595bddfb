/* Households' codes of people, where rows say one. */
#include "base/mem.h"
#include "match/judge_int.h"
#include "store/people.h"

struct homes {
    uint64_t *hash; /* by number; 0: not published */
    size_t n;
};

static enum rc count(void *ctx, const struct household_row *h, struct err *e)
{
    struct homes *x = ctx;
    (void)e;
    if (h->no >= x->n) x->n = (size_t)h->no + 1;
    return RC_OK;
}

static enum rc take(void *ctx, const struct household_row *h, struct err *e)
{
    const struct homes *x = ctx;
    (void)e;
    if (h->no < x->n && h->code.n) x->hash[h->no] = str_hash(h->code);
    return RC_OK;
}

static enum rc read_codes(struct homes *h, struct store *s, struct err *e)
{
    TRY(households_each_code(s, count, h, e));
    h->hash = mem_zalloc_array(h->n + 1, sizeof *h->hash);
    return h->hash ? households_each_code(s, take, h, e) : err_nomem(e);
}

/* A number that is no household's here, as one that counts the lines of a list, tells nothing. */
static void forget_unknown(const struct judge_people *x, struct judge_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t at = rows[i].home ? chain_first(&x->chain[CHAIN_HOME], rows[i].home) : 0;
        while (at && x->home[at - 1] != rows[i].home) at = x->chain[CHAIN_HOME].next[at - 1];
        if (!at) rows[i].home = 0;
    }
}

enum rc judge_people_homes(struct judge_people *x, struct store *s, struct judge_row *rows, size_t n, struct err *e)
{
    struct homes h = {0};
    bool any = false;
    for (size_t i = 0; i < n && !any; i++) any = rows[i].home != 0;
    if (!any) return RC_OK;
    enum rc rc = read_codes(&h, s, e);
    for (size_t i = 0; !rc && i < x->n; i++) x->home[i] = x->household[i] < h.n ? h.hash[x->household[i]] : 0;
    mem_free(h.hash);
    if (!rc) rc = judge_chain_make(x, CHAIN_HOME, e);
    if (!rc) forget_unknown(x, rows, n);
    return rc;
}
