/* SQLite's memory comes through base/mem.h, so that limits, leak checks and fault injection see it too.
 * SQLite asks for the size of a block; a header in front of it remembers that. */
#include <pthread.h>
#include "base/mem.h"
#include "store/db_int.h"

enum { HEAP_HEADER = 16 }; /* keeps 16-byte alignment */

static size_t *heap_size_of(void *p)
{
    return (size_t *)(void *)((char *)p - HEAP_HEADER);
}

static void *heap_malloc(int n)
{
    char *p = n > 0 ? mem_alloc((size_t)n + HEAP_HEADER) : NULL;
    if (!p) return NULL;
    *(size_t *)(void *)p = (size_t)n;
    return p + HEAP_HEADER;
}

static void heap_free(void *p)
{
    if (p) mem_free((char *)p - HEAP_HEADER);
}

static void *heap_realloc(void *old, int n)
{
    char *p = mem_resize_array((char *)old - HEAP_HEADER, 1, (size_t)n + HEAP_HEADER);
    if (!p) return NULL;
    *(size_t *)(void *)p = (size_t)n;
    return p + HEAP_HEADER;
}

static int heap_size(void *p)
{
    return p ? (int)*heap_size_of(p) : 0;
}

static int heap_roundup(int n)
{
    return (n + 7) & ~7;
}

static int heap_init(void *ctx)
{
    (void)ctx;
    return SQLITE_OK;
}

static void heap_shutdown(void *ctx)
{
    (void)ctx;
}

/* The only global of the module: SQLite's own configuration is global too. */
static pthread_once_t heap_once = PTHREAD_ONCE_INIT;

static void heap_install(void)
{
    static const sqlite3_mem_methods methods = {heap_malloc,  heap_free, heap_realloc,  heap_size,
                                                heap_roundup, heap_init, heap_shutdown, NULL};
    /* Failing is harmless: SQLite then keeps its own heap. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

enum rc db_heap_install(struct err *e)
{
    if (pthread_once(&heap_once, heap_install)) return err_nomem(e);
    return sqlite3_initialize() == SQLITE_OK ? RC_OK : err_nomem(e);
}
