/* The data folder: DB/fangpin.db, DB/lock, and the key file beside the folder.
 *
 * One process writes at a time (a lock on DB/lock, freed by the system when the process ends, however it ends); any
 * number read. What an interrupted import or screen left in state staging is removed by the next opening for
 * writing; readers never see it. A store belongs to one thread; open it again for another. */
#ifndef STORE_STORE_H
#define STORE_STORE_H
#include "base/arena.h"
#include "base/clock.h"
#include "base/out.h"
#include "store/db.h"

enum { STORE_FORMAT = 3 }; /* the database format this program writes */

enum store_access { STORE_READ, STORE_WRITE };

struct store;
struct keyring;

/* For another process that is writing: how long, and what says so, once, when a second has passed. since_us:
 * microseconds since 1970 UTC; pid 0: not known. */
enum { STORE_WAIT_MAX = 24 * 3600, STORE_WAIT_BAD = -1 };
struct store_wait {
    int seconds; /* 0: not at all; STORE_WAIT_BAD: somebody said what is no number of seconds */
    void (*tell)(const void *ctx, int pid, int64_t since_us, int seconds); /* NULL: nobody */
    const void *ctx;
};

/* key_path NULL: the file that FANGPIN_KEY names, else the folder's path with ".key". vfs NULL: the system's. */
struct store_options {
    const char *path, *key_path, *vfs;
    enum store_access access;
    struct clock clock;
    struct store_wait wait;
    bool damaged_too; /* for whoever looks for damage: it is not refused at the opening */
};

struct store_key_report {
    char path[DB_PATH_MAX];
    bool made; /* false: a key file was there and is used */
};

/* Make the folder, the key file (0600) unless there is one, and an empty database of the current format.
 * RC_INPUT when the folder already holds a database or anything foreign; an interrupted init can be repeated. */
enum rc store_init(const struct store_options *o, struct store_key_report *key, struct err *e) MUST_USE;
/* What the user must know after init: where the key is, and that data without it are lost. */
void store_say_key(struct out *o, const struct store_key_report *key);

/* RC_INPUT: no data folder, a wrong or missing key, or an older format (says to upgrade); RC_ENV: no permission, a
 * newer format, a damaged file, or another process is still writing after o->wait. */
enum rc store_open(struct store **out, const struct store_options *o, struct err *e) MUST_USE;
/* The same folder once more, read only, for another thread; s must outlive it and have no transaction open. */
enum rc store_open_again(struct store **out, const struct store *s, struct err *e) MUST_USE;
/* NULL is fine. */
void store_close(struct store *s);

/* After keyring_rotate: seal everything anew with the current key, in short transactions. Can be interrupted and
 * run again; the old key must stay in the key file until it is done. *resealed counts values and chunks. */
enum rc store_rekey(struct store *s, int64_t *resealed, struct err *e) MUST_USE;
/* *begun: the current key has sealed something, or would, but not yet everything: a rotation was interrupted, and
 * store_rekey alone goes on with it. */
enum rc store_rekey_begun(struct store *s, bool *begun, struct err *e) MUST_USE;
/* The key file that options mean (DB_PATH_MAX bytes). */
enum rc store_key_path(const struct store_options *o, char *out, struct err *e) MUST_USE;

/* Bring an older format to STORE_FORMAT, one numbered step after the other, each in one transaction. *from:
 * the format found. */
enum rc store_upgrade(const struct store_options *o, int64_t *from, struct err *e) MUST_USE;

bool store_can_write(const struct store *s);
struct db *store_db(struct store *s);
/* The data folder; for files without a name. */
const char *store_dir(const struct store *s);
/* For keyed hashes (columns/keyring.h). */
const struct keyring *store_keyring(const struct store *s);
struct clock store_clock(const struct store *s);
int64_t store_now_us(const struct store *s);
/* When much was written since it was last moved into the file: move the log there, aside while the caller goes on
 * (unless that is being done) or at once. What fails is done at the closing. */
void store_move_log(struct store *s, bool aside);
/* For whoever writes little from now on, aside: when the log is long, move it and make it empty, for a long file takes
 * its time to be removed at the closing. */
void store_empty_log(struct store *s);
/* For whoever has written all and does something else before the closing: what that would move goes to its place aside.
 */
void store_settle(struct store *s);
/* Bytes of the database file and its log. */
enum rc store_file_bytes(struct store *s, int64_t *bytes, struct err *e) MUST_USE;

/* A write transaction whose commit is on the disk when it returns. End it with db_commit, db_rollback or db_finish. */
#define store_begin(s, e) store_begin_at((s), true, __FILE__, __LINE__, (e))
/* A write transaction under an owner in state staging: its commit may wait for the publishing commit to reach the disk,
 * which takes every earlier one with it (WAL commits survive as a prefix). Keep it below about 15 ms. */
#define store_begin_staged(s, e) store_begin_at((s), false, __FILE__, __LINE__, (e))
enum rc store_begin_at(struct store *s, bool durable, const char *file, int line, struct err *e) MUST_USE;

/* For a command that does several things and tells of them together: from now on no commit waits for the disk, until
 * store_sync. Nothing may be acknowledged before that. */
void store_sync_later(struct store *s);
/* All that was committed is on the disk, and commits wait for it again. */
enum rc store_sync(struct store *s, struct err *e) MUST_USE;

/* Hand out n numbers of a series ("person", "household", …); never the same again. Opens its own staged transaction
 * unless one is open. RC_ENV when the series would pass 2^32 - 1. */
enum rc store_take_numbers(struct store *s, const char *series, uint32_t n, uint32_t *first, struct err *e) MUST_USE;

/* Settings. *found false and an empty value when there is none; the value is copied into the arena. */
enum rc store_meta_get(struct store *s, struct arena *a, struct str key, struct str *value, bool *found,
                       struct err *e) MUST_USE;
/* Inside a transaction of the caller or as one statement. */
enum rc store_meta_set(struct store *s, struct str key, struct str value, struct err *e) MUST_USE;

/* The journal: who did what to which object. Inside the caller's transaction, with the change it tells. No
 * personal data. */
enum rc event_add(struct store *s, struct str who, struct str what, struct str object, struct str detail,
                  struct err *e) MUST_USE;
/* When this first happened to the object; 0: never. */
enum rc event_first(struct store *s, struct str what, struct str object, int64_t *at_us, struct err *e) MUST_USE;
struct event {
    int64_t id, at_us;
    struct str who, what, object, detail;
};
#define EVENT_CONFIRM "confirm screen" /* findings beyond what was set as plausible, found right by somebody */
/* The newest `max` events of one kind (`what`), newest first. */
enum rc event_list_of(struct store *s, struct arena *a, struct str what, size_t max, struct event **v, size_t *n,
                      struct err *e) MUST_USE;
/* The newest `max` events, newest first. */
enum rc event_list(struct store *s, struct arena *a, size_t max, struct event **v, size_t *n, struct err *e) MUST_USE;
#endif
