/* Removing what an interrupted process left behind. Runs with the writer's lock held, so nobody else is writing it. */
#include "store/delivery.h"
#include "store/screenstore.h"
#include "store/store_int.h"

enum rc staging_clean(struct store *s, struct err *e)
{
    int64_t id = 0;
    bool found = false;
    for (;;) {
        TRY(db_get_i64(s->db, SQL_delivery_staging, &id, &found, e));
        if (!found) break;
        TRY(delivery_abandon(s, id, e));
    }
    for (;;) {
        TRY(db_get_i64(s->db, SQL_screen_staging, &id, &found, e));
        if (!found) return RC_OK;
        TRY(screen_abandon(s, id, e));
    }
}
