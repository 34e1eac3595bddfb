#include "match/villages.h"
#include "store/people.h"

static enum rc take(void *ctx, const struct household_row *h, struct err *e)
{
    return h->division <= 0 || map64_put(ctx, (uint64_t)h->division, 1) ? RC_OK : err_nomem(e);
}

enum rc villages_read(struct map64 *out, struct store *s, struct err *e)
{
    return households_each(s, INT64_MAX, take, out, e);
}
