#include "store/sql.h"
#include <stddef.h>

static const struct {
    const char *name, *text;
} statements[] = {
#define SQL_STATEMENT(name, text) {#name, text},
#include "sql.inc"
#undef SQL_STATEMENT
};

const char *sql_text(enum sql_id id)
{
    return id >= 0 && id < SQL__MAX ? statements[id].text : NULL;
}

const char *sql_name(enum sql_id id)
{
    return id >= 0 && id < SQL__MAX ? statements[id].name : "?";
}
