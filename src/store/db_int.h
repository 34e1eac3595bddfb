/* Shared by db.c, db_func.c and db_heap.c. */
#ifndef STORE_DB_INT_H
#define STORE_DB_INT_H
#include <sqlite3.h>
#include "store/db.h"

struct db_stmt {
    sqlite3_stmt *s;
    struct db *db;
    int failed;   /* the first bind or column read that failed, an SQLite code */
    bool running; /* stepped and not yet reset */
};

struct db {
    sqlite3 *h;
    const char *txn_file; /* NULL: no transaction of ours */
    int txn_line;
    bool txn_write;
    int64_t txn_began_us, longest_us;
    int log_pages; /* in the write-ahead log after the last commit */
    struct db_stmt cached[SQL__MAX];
};

struct db_call {
    sqlite3_context *ctx;
    sqlite3_value **args;
    int n;
};

/* Turn an SQLite code into our error. */
enum rc db_fail(struct db *db, int code, struct err *e);
/* SQLite's heap goes through mem_*; idempotent and thread-safe. */
enum rc db_heap_install(struct err *e);
#endif
