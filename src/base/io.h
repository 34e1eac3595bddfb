/* Whole files and safe writing. */
#ifndef BASE_IO_H
#define BASE_IO_H
#include "base/buf.h"

enum { IO_PATH_MAX = 4096, IO_NAMES_MAX = 1000000 };

/* Read a whole regular file of at most b->max bytes; replaces what b held. RC_INPUT when there is no such readable
 * file, it is a pipe or device or too large, RC_ENV when the disk fails. */
enum rc io_read_file(const char *path, struct buf *b, struct err *e) MUST_USE;
/* Write to path.tmp, fsync, rename, fsync the folder: afterwards the file is whole or the old one is still there. mode
 * e.g. 0600. */
enum rc io_write_file(const char *path, struct str content, unsigned mode, struct err *e) MUST_USE;
/* The same in two steps: what takes long, then what lets it be seen; or give it up. */
enum rc io_stage_file(const char *path, struct str content, unsigned mode, struct err *e) MUST_USE;
enum rc io_publish_file(const char *path, struct err *e) MUST_USE;
void io_drop_staged(const char *path);
/* The first step piece by piece, by any thread, one at a time. What has begun is ended, with what the pieces came to:
 * the file is then whole and synced, or rc (or the failure of ending it) is returned and nothing is left to drop. */
struct io_staging {
    const char *path; /* the caller's, until the end */
    int fd;
    uint64_t bytes, started; /* given to the system; of these, on their way to the disk */
};
enum rc io_stage_begin(struct io_staging *f, const char *path, unsigned mode, struct err *e) MUST_USE;
enum rc io_stage_add(struct io_staging *f, struct str piece, struct err *e) MUST_USE;
enum rc io_stage_end(struct io_staging *f, enum rc rc, struct err *e) MUST_USE;
bool io_exists(const char *path);
bool io_is_dir(const char *path);
enum rc io_make_dir(const char *path, struct err *e) MUST_USE; /* parents too, for the owner only; existing is fine */
/* Names in a folder (not . and ..), sorted by bytes; each NUL-terminated in the arena. */
struct arena;
enum rc io_list_dir(struct arena *a, const char *path, const char ***names, size_t *n, struct err *e) MUST_USE;
/* dir + "/" + name in the arena. */
const char *io_join(struct arena *a, const char *dir, const char *name);
#endif
