/* The closed list of SQL statements of the whole program, from src/x/foo.sql by tools/mksql. */
#ifndef STORE_SQL_H
#define STORE_SQL_H

enum sql_id {
#define SQL_STATEMENT(name, text) SQL_##name,
#include "sql.inc"
#undef SQL_STATEMENT
    SQL__MAX
};

/* The statement's text, NUL-terminated; NULL outside the list. */
const char *sql_text(enum sql_id id);
/* The statement's name, for error messages. */
const char *sql_name(enum sql_id id);
#endif
