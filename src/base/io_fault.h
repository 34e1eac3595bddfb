/* Tests only: system calls of this program that fail when they are told to. The test binary is linked with --wrap for
 * each of them (Makefile), so the shipped program has none of this. Calls inside libraries (SQLite's, the C library's
 * own) are not seen; store/vfs_fault.h does SQLite's. */
#ifndef BASE_IO_FAULT_H
#define BASE_IO_FAULT_H
#include <stdint.h>
#include <stdio.h>

/* Bits: what is counted and fails. IO_WRITE is write, pwrite, fwrite, fflush and a written file's fclose. */
enum io_fault_op { IO_OPEN = 1, IO_READ = 2, IO_WRITE = 4, IO_SYNC = 8, IO_RENAME = 16, IO_OTHER = 32, IO_ALL = 63 };

struct io_fault_plan {
    unsigned ops; /* bits of enum io_fault_op */
    uint64_t nth; /* the one that fails, from 1; 0: none, only count */
    int error;    /* errno */
    int lasting;  /* every later one fails too */
    FILE *spare;  /* not counted: what the test itself writes to */
};
void io_fault_arm(const struct io_fault_plan *plan);
/* Calls counted since it was armed. Disarms. */
uint64_t io_fault_end(int *fired);
/* Renames, since it was armed, of a file that had been written and not synced. */
uint64_t io_fault_unsynced_renames(void);
/* Random bytes of the system are all the same: what is sealed twice is the same. */
void io_fault_constant_random(int on);
#endif
