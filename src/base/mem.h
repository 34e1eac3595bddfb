/* The one gate to the heap. In test builds the Nth allocation can be made to fail. */
#ifndef BASE_MEM_H
#define BASE_MEM_H
#include <stddef.h>
#include <stdint.h>

/* Once, when a program that works on large data begins: what is freed stays with the process for the next allocation,
 * because memory from the system is cleared page by page. */
void mem_keep_freed(void);
/* NULL when out of memory, when bytes is 0, or when count * size overflows or is above 64 GiB. */
void *mem_alloc(size_t bytes);
void *mem_alloc_array(size_t count, size_t size);
void *mem_zalloc_array(size_t count, size_t size);
/* As realloc; the old block is kept when NULL is returned. */
void *mem_resize_array(void *p, size_t count, size_t size);
void mem_free(void *p);
/* Large blocks (>= 1 MiB worth it): page-aligned, huge pages advised, zeroed. Freed with the same byte count. */
void *mem_big_alloc(size_t bytes);
void mem_big_free(void *p, size_t bytes);
/* Zeroed, in small pages: for what is mostly never written to. Freed with the same byte count. */
void *mem_sparse_alloc(size_t bytes);
void mem_sparse_free(void *p, size_t bytes);
/* Large blocks from the heap, page-aligned, with anything in it, freed with mem_free: what was freed serves the next
 * one (mem_keep_freed), while pages of the system are cleared each time. */
void *mem_room_alloc(size_t bytes);
/* Have the pages of a room cleared now, by this thread: two that first write to one large page at the same time both
 * clear it. */
void mem_room_touch(void *p, size_t bytes);

/* Fault injection (compiled in with -DMEM_FAULTS; otherwise these do nothing): after mem_fault_arm(n) the nth
 * allocation from now fails (n from 1), and with `repeat` every later one too. 0 disarms. Thread-safe. */
void mem_fault_arm(uint64_t nth, int repeat);
/* True if an armed fault fired since mem_fault_arm. */
int mem_fault_fired(void);
/* A function to put a debugger breakpoint on: called at each injected fault. */
void mem_fault_breakpoint(void);
/* Allocations now live (test builds; 0 otherwise): leak checks. */
uint64_t mem_live_count(void);
#endif
