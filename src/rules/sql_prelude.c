#include "rules/sql_int.h"
void sql_prelude(enum sql_dialect d, struct buf *out)
{
    (void)d;
    (void)out;
}
