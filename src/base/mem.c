#include "base/mem.h"
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef MEM_FAULTS
#include <stdatomic.h>

/* The only mutable state of the program outside its structs, and only in test builds. */
static struct {
    _Atomic uint64_t nth, seen, live;
    _Atomic int repeat, fired;
} faults;

void mem_fault_arm(uint64_t nth, int repeat)
{
    faults.nth = 0;
    faults.seen = 0;
    faults.fired = 0;
    faults.repeat = repeat;
    faults.nth = nth;
}

int mem_fault_fired(void) { return faults.fired; }

uint64_t mem_live_count(void) { return faults.live; }

static bool fault_now(void)
{
    uint64_t nth = faults.nth;
    if (nth == 0) return false;
    uint64_t seen = atomic_fetch_add(&faults.seen, 1) + 1;
    if (seen != nth && !(faults.repeat && seen > nth)) return false;
    faults.fired = 1;
    mem_fault_breakpoint();
    return true;
}

static void *count_live(void *p)
{
    if (p) atomic_fetch_add(&faults.live, 1);
    return p;
}

static void count_dead(const void *p)
{
    if (p) atomic_fetch_sub(&faults.live, 1);
}
#else
void mem_fault_arm(uint64_t nth, int repeat)
{
    (void)nth;
    (void)repeat;
}

int mem_fault_fired(void) { return 0; }

uint64_t mem_live_count(void) { return 0; }

static bool fault_now(void) { return false; }

static void *count_live(void *p) { return p; }

static void count_dead(const void *p) { (void)p; }
#endif

/* Kept as a call, so that a breakpoint has a place. */
__attribute__((noinline)) void mem_fault_breakpoint(void) { __asm__ volatile(""); }

/* No single block is larger: such a size can only be a mistake. */
static const size_t MEM_BLOCK_MAX = (size_t)1 << 36;

/* 0 when count * size overflows or is too large. */
static size_t bytes_of(size_t count, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(count, size, &bytes) || bytes > MEM_BLOCK_MAX ? 0 : bytes;
}

void *mem_alloc(size_t bytes)
{
    if (bytes == 0 || bytes > MEM_BLOCK_MAX || fault_now()) return NULL;
    return count_live(malloc(bytes));
}

void *mem_alloc_array(size_t count, size_t size) { return mem_alloc(bytes_of(count, size)); }

void *mem_zalloc_array(size_t count, size_t size)
{
    size_t bytes = bytes_of(count, size);
    if (bytes == 0 || fault_now()) return NULL;
    return count_live(calloc(bytes, 1));
}

void *mem_resize_array(void *p, size_t count, size_t size)
{
    size_t bytes = bytes_of(count, size);
    if (bytes == 0 || fault_now()) return NULL;
    void *q = realloc(p, bytes);
    return p ? q : count_live(q);
}

void mem_free(void *p)
{
    count_dead(p);
    free(p);
}

enum { HUGE_PAGE = 2 << 20, HEAP_AHEAD = 1 << 30, HEAP_STEP = 64 << 20, TRIM_FROM = HEAP_AHEAD + (512 << 20) };

void mem_keep_freed(void)
{
    /* A wish like huge pages: nothing is wrong when the library will not. */
    (void)mallopt(M_MMAP_MAX, 0);
    (void)mallopt(M_TRIM_THRESHOLD, TRIM_FROM);
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_TOP_PAD, HEAP_AHEAD);
    /* The first block makes the heap as long as that (addresses: memory comes when it is written to), and so one range
     * to ask huge pages for. Where so much is not allowed it grows as it needs. */
    void *first = malloc(1 << 20);
    (void)mallopt(M_TOP_PAD, HEAP_STEP);
    char *end = sbrk(0);
    uintptr_t from = ((uintptr_t)first + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    if (first && end != (void *)-1 && from < (uintptr_t)end) /* else the block lies elsewhere */
        (void)madvise((void *)from, (uintptr_t)end - from, MADV_HUGEPAGE);
    free(first);
}

/* Memory of the system comes in pages of 4 KiB or, where a block holds a whole aligned one, of 2 MiB; those are cleared
 * four times as fast. A tail that would cost more in small pages gets one of its own. */
enum { TAIL_MAX = 512 << 10, PAGE = 4 << 10 };

static size_t big_bytes(size_t bytes)
{
    size_t tail = bytes % HUGE_PAGE, unit = tail > TAIL_MAX ? HUGE_PAGE : PAGE;
    return (bytes + unit - 1) / unit * unit;
}

static void *big_map(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

/* More than is needed, and what lies before and behind the aligned part goes back. */
static void *big_map_aligned(size_t bytes)
{
    char *p = big_map(bytes + HUGE_PAGE);
    if (!p) return NULL;
    size_t before = (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE, behind = HUGE_PAGE - before;
    if (before) (void)munmap(p, before);
    if (behind) (void)munmap(p + before + bytes, behind);
    return p + before;
}

void *mem_big_alloc(size_t bytes)
{
    if (bytes == 0 || bytes > MEM_BLOCK_MAX || fault_now()) return NULL;
    size_t whole = big_bytes(bytes);
    void *p = whole < HUGE_PAGE ? big_map(whole) : big_map_aligned(whole);
    if (!p) return NULL;
    (void)madvise(p, whole, MADV_HUGEPAGE); /* a wish: the block is as good without it */
    return count_live(p);
}

void mem_big_free(void *p, size_t bytes)
{
    if (!p) return;
    count_dead(p);
    (void)munmap(p, big_bytes(bytes));
}

/* ---- others */

static size_t whole_pages(size_t bytes) { return (bytes + PAGE - 1) / PAGE * PAGE; }

void *mem_sparse_alloc(size_t bytes)
{
    if (bytes == 0 || bytes > MEM_BLOCK_MAX || fault_now()) return NULL;
    return count_live(big_map(whole_pages(bytes)));
}

void mem_sparse_free(void *p, size_t bytes)
{
    if (!p) return;
    count_dead(p);
    (void)munmap(p, whole_pages(bytes));
}

void *mem_room_alloc(size_t bytes)
{
    if (bytes == 0 || bytes > MEM_BLOCK_MAX || fault_now()) return NULL;
    char *p = aligned_alloc(PAGE, whole_pages(bytes));
    size_t before = (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE;
    if (p && bytes >= before + HUGE_PAGE)
        (void)madvise(p + before, (bytes - before) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE); /* a wish as well */
    return count_live(p);
}

void mem_room_touch(void *p, size_t bytes)
{
#ifdef MADV_POPULATE_WRITE
    (void)madvise(p, whole_pages(bytes), MADV_POPULATE_WRITE);
#else
    (void)p, (void)bytes;
#endif
}
