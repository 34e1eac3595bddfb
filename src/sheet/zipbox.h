/* Zip archives that may be broken or hostile: every number in them is checked, what is unpacked is counted while it is
 * unpacked. Nothing is ever written under a name that stands in an archive. */
#ifndef SHEET_ZIPBOX_H
#define SHEET_ZIPBOX_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct zip_entry {
    struct str name; /* as UTF-8, whatever it was (GB18030 where it is no UTF-8) */
    uint64_t size;   /* as the archive says: do not rely on it */
    bool folder, encrypted, unreadable /* a method of compression that nobody uses for such files */;
};

struct zip_box;
/* fd stays the caller's; name, for messages, is borrowed. RC_INPUT: not an archive, broken, too many entries. */
enum rc zip_box_open(struct zip_box **out, int fd, const char *name, struct err *e) MUST_USE;
void zip_box_close(struct zip_box *z); /* NULL is fine */
size_t zip_box_count(const struct zip_box *z);
const struct zip_entry *zip_box_entry(const struct zip_box *z, size_t i);
/* By name, letter case and a leading "/" not looked at; SIZE_MAX: there is none. */
size_t zip_box_find(const struct zip_box *z, struct str name);

struct zip_stream;
/* Unpack an entry from its beginning. ahead: on a thread of its own, while the caller works on what came before. */
enum rc zip_stream_open(struct zip_stream **out, struct zip_box *z, size_t i, bool ahead, struct err *e) MUST_USE;
/* The next bytes, good until the next call; *n 0: the end, and the checksum was right. RC_INPUT: broken, or more than
 * base/limits.h allows. */
enum rc zip_stream_next(struct zip_stream *s, const char **p, size_t *n, struct err *e) MUST_USE;
void zip_stream_close(struct zip_stream *s); /* NULL is fine; also before the end */
/* The whole entry into a file without a name in the folder `dir`; *fd is the caller's. */
enum rc zip_box_extract(struct zip_box *z, size_t i, const char *dir, int *fd, struct err *e) MUST_USE;
#endif
