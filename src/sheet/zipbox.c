#include "sheet/zipbox.h"
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>
#include <zip.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ingest/text_source.h"
#include "sheet/sheet_int.h"

enum { PIECE = 256 * 1024, PIECES = 4, NAME_BYTES_MAX = 4096 };
#define BOX_ARENA_MAX MIB(64)

struct zip_box {
    zip_t *z;
    const char *name;
    struct zip_entry *entry;
    size_t n;
    uint64_t unpacked; /* of all entries so far */
    struct arena arena;
};

static struct pos at(const struct zip_box *z) { return (struct pos){.file = z->name}; }

/* ---- opening */

static enum rc broken(const struct zip_box *z, struct err *e)
{
    return err_set(e, RC_INPUT, at(z), "the archive is broken or was cut; ask for it again, or open and save it anew",
                   "压缩包已损坏或不完整；请对方重发，或重新打开另存");
}

static enum rc keep_name(struct zip_box *z, struct zip_entry *x, struct str s, struct err *e)
{
    struct buf shown;
    buf_init(&shown, 4 * NAME_BYTES_MAX);
    text_show(&shown, s);
    x->name = shown.failed ? (struct str){0} : s.n ? str_dup(&z->arena, buf_str(&shown)) : STR("");
    buf_fini(&shown);
    return x->name.p ? RC_OK : err_nomem(e);
}

/* Names are UTF-8, or what Chinese Windows writes. */
static enum rc set_name(struct zip_box *z, struct zip_entry *x, const char *raw, struct gb18030 **gb, struct err *e)
{
    struct str s = str_from(raw);
    size_t bad;
    if (s.n > NAME_BYTES_MAX) return broken(z, e);
    if (utf8_valid(s)) return keep_name(z, x, s, e);
    if (!*gb) TRY(gb18030_new(gb, e));
    char *to = mem_alloc(2 * s.n + 8);
    if (!to) return err_nomem(e);
    size_t n = gb18030_to_utf8(*gb, s, to, &bad);
    enum rc rc = keep_name(z, x, str_make(to, n), e);
    mem_free(to);
    return rc;
}

static enum rc read_entry(struct zip_box *z, size_t i, struct gb18030 **gb, struct err *e)
{
    struct zip_entry *x = &z->entry[i];
    zip_stat_t st;
    const char *raw = zip_get_name(z->z, i, ZIP_FL_ENC_RAW);
    if (!raw || zip_stat_index(z->z, i, 0, &st)) return broken(z, e);
    TRY(set_name(z, x, raw, gb, e));
    x->size = st.valid & ZIP_STAT_SIZE ? st.size : 0;
    x->folder = x->name.n && x->name.p[x->name.n - 1] == '/';
    x->encrypted = (st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE;
    x->unreadable = (st.valid & ZIP_STAT_COMP_METHOD) && st.comp_method != ZIP_CM_STORE &&
                    st.comp_method != ZIP_CM_DEFLATE;
    return RC_OK;
}

static enum rc read_entries(struct zip_box *z, struct err *e)
{
    zip_int64_t n = zip_get_num_entries(z->z, 0);
    struct gb18030 *gb = NULL;
    enum rc rc = RC_OK;
    if (n < 0 || n > ZIP_ENTRIES_MAX)
        return err_set(e, RC_INPUT, at(z), "the archive says it holds %lld files; at most %d are read",
                       "压缩包内有 %lld 个文件；最多读取 %d 个", (long long)n, ZIP_ENTRIES_MAX);
    z->n = (size_t)n;
    z->entry = ARENA_ARRAY(&z->arena, struct zip_entry, z->n + 1);
    if (!z->entry) return err_nomem(e);
    for (size_t i = 0; i < z->n && !rc; i++) rc = read_entry(z, i, &gb, e);
    mem_free(gb);
    return rc;
}

enum rc zip_box_open(struct zip_box **out, int fd, const char *name, struct err *e)
{
    struct zip_box *z = *out = mem_zalloc_array(1, sizeof *z);
    int why = 0;
    if (!z) return err_nomem(e);
    arena_init(&z->arena, BOX_ARENA_MAX);
    z->name = name;
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    z->z = own >= 0 ? zip_fdopen(own, 0, &why) : NULL;
    if (!z->z && own >= 0) (void)close(own);
    enum rc rc = z->z ? read_entries(z, e) : why == ZIP_ER_MEMORY ? err_nomem(e) : broken(z, e);
    if (!rc) return RC_OK;
    zip_box_close(z);
    *out = NULL;
    return rc;
}

void zip_box_close(struct zip_box *z)
{
    if (!z) return;
    if (z->z) zip_discard(z->z);
    arena_fini(&z->arena);
    mem_free(z);
}

size_t zip_box_count(const struct zip_box *z) { return z->n; }

const struct zip_entry *zip_box_entry(const struct zip_box *z, size_t i) { return &z->entry[i]; }

size_t zip_box_find(const struct zip_box *z, struct str name)
{
    if (name.n && name.p[0] == '/') name = str_sub(name, 1, name.n);
    for (size_t i = 0; i < z->n; i++)
        if (str_eq_nocase(z->entry[i].name, name)) return i;
    return SIZE_MAX;
}

/* ---- unpacking */

struct piece {
    size_t n;
    char bytes[PIECE];
};

/* One producer, one consumer; pieces are filled and emptied in turn. */
struct zip_stream {
    struct zip_box *box;
    zip_file_t *f;
    uint64_t got, packed;
    struct piece *piece; /* PIECES, or one without a thread */
    bool ahead, ended;
    size_t taken, given; /* pieces handed out to the consumer; filled by the producer */
    bool holds;          /* the consumer still reads the piece taken last */
    bool stop, done;
    enum rc rc; /* the producer's end */
    struct err err;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
};

static enum rc too_large(const struct zip_stream *s, struct err *e)
{
    return err_set(e, RC_INPUT, at(s->box),
                   "the archive unpacks to more than is allowed (%llu bytes packed, %llu unpacked so far): this is how "
                   "harmful files are made. Ask the sender for a plain file",
                   "压缩包解压后超出限制（压缩前 %llu 字节，已解出 %llu 字节），有害文件常如此制作；请对方发送普通文件",
                   (unsigned long long)s->packed, (unsigned long long)s->got);
}

static enum rc fill(struct zip_stream *s, struct piece *p, struct err *e)
{
    zip_int64_t n = zip_fread(s->f, p->bytes, PIECE);
    p->n = n > 0 ? (size_t)n : 0;
    if (n < 0) return broken(s->box, e);
    s->got += p->n;
    s->box->unpacked += p->n;
    bool bomb = s->got > ZIP_RATIO_FROM && s->got / ZIP_RATIO_MAX > s->packed;
    if (bomb || s->got > (uint64_t)ZIP_BYTES_MAX || s->box->unpacked > (uint64_t)ZIP_TOTAL_MAX) return too_large(s, e);
    return RC_OK;
}

static void *produce(void *arg)
{
    struct zip_stream *s = arg;
    struct err e = {.lang = s->err.lang};
    enum rc rc = RC_OK;
    for (bool end = false; !end;) {
        (void)pthread_mutex_lock(&s->lock);
        while (!s->stop && s->given - (s->taken - s->holds) == PIECES) (void)pthread_cond_wait(&s->emptied, &s->lock);
        bool stop = s->stop;
        (void)pthread_mutex_unlock(&s->lock);
        struct piece *p = &s->piece[s->given % PIECES];
        if (!stop) rc = fill(s, p, &e);
        end = stop || rc || p->n == 0;
        (void)pthread_mutex_lock(&s->lock);
        if (end) {
            s->done = true;
            s->rc = rc;
            s->err = e;
        } else {
            s->given++;
        }
        (void)pthread_cond_signal(&s->filled);
        (void)pthread_mutex_unlock(&s->lock);
    }
    return NULL;
}

static enum rc next_ahead(struct zip_stream *s, const char **p, size_t *n, struct err *e)
{
    (void)pthread_mutex_lock(&s->lock);
    s->holds = false;
    (void)pthread_cond_signal(&s->emptied);
    while (!s->done && s->given == s->taken) (void)pthread_cond_wait(&s->filled, &s->lock);
    bool any = s->given > s->taken;
    const struct piece *piece = &s->piece[s->taken % PIECES];
    if (any) s->taken++, s->holds = true;
    (void)pthread_mutex_unlock(&s->lock);
    *p = piece->bytes;
    *n = any ? piece->n : 0;
    if (any || !s->rc) return RC_OK;
    if (e) *e = s->err;
    return s->rc;
}

enum rc zip_stream_next(struct zip_stream *s, const char **p, size_t *n, struct err *e)
{
    if (s->ahead) return next_ahead(s, p, n, e);
    *n = 0;
    *p = s->piece->bytes;
    if (s->ended) return RC_OK;
    TRY(fill(s, s->piece, e));
    *n = s->piece->n;
    s->ended = *n == 0;
    return RC_OK;
}

/* Without a thread it is only slower. */
static void start_thread(struct zip_stream *s)
{
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_cond_init(&s->filled, NULL);
    (void)pthread_cond_init(&s->emptied, NULL);
    s->ahead = pthread_create(&s->thread, NULL, produce, s) == 0;
    if (s->ahead) return;
    (void)pthread_mutex_destroy(&s->lock);
    (void)pthread_cond_destroy(&s->filled);
    (void)pthread_cond_destroy(&s->emptied);
}

static enum rc open_entry(struct zip_stream *s, size_t i, struct err *e)
{
    const struct zip_entry *x = &s->box->entry[i];
    zip_stat_t st;
    if (x->encrypted)
        return err_set(e, RC_INPUT, at(s->box), "the archive has a password; ask for it without one",
                       "压缩包设有密码；请对方去掉密码后重发");
    if (x->unreadable || zip_stat_index(s->box->z, i, 0, &st)) return broken(s->box, e);
    s->packed = st.valid & ZIP_STAT_COMP_SIZE ? st.comp_size : 0;
    s->f = zip_fopen_index(s->box->z, i, 0);
    return s->f ? RC_OK : broken(s->box, e);
}

enum rc zip_stream_open(struct zip_stream **out, struct zip_box *z, size_t i, bool ahead, struct err *e)
{
    struct zip_stream *s = *out = mem_zalloc_array(1, sizeof *s);
    if (!s) return err_nomem(e);
    s->box = z;
    s->err.lang = e ? e->lang : LANG_ZH;
    s->piece = mem_alloc_array(ahead ? PIECES : 1, sizeof *s->piece);
    enum rc rc = s->piece ? open_entry(s, i, e) : err_nomem(e);
    if (!rc && ahead) start_thread(s);
    if (!rc) return RC_OK;
    zip_stream_close(s);
    *out = NULL;
    return rc;
}

void zip_stream_close(struct zip_stream *s)
{
    if (!s) return;
    if (s->ahead) {
        (void)pthread_mutex_lock(&s->lock);
        s->stop = true;
        s->holds = false;
        (void)pthread_cond_signal(&s->emptied);
        (void)pthread_mutex_unlock(&s->lock);
        (void)pthread_join(s->thread, NULL);
        (void)pthread_mutex_destroy(&s->lock);
        (void)pthread_cond_destroy(&s->filled);
        (void)pthread_cond_destroy(&s->emptied);
    }
    if (s->f) (void)zip_fclose(s->f);
    mem_free(s->piece);
    mem_free(s);
}

enum rc zip_box_extract(struct zip_box *z, size_t i, const char *dir, int *fd, struct err *e)
{
    struct zip_stream *s = NULL;
    const char *p;
    size_t n = 1;
    *fd = -1;
    TRY(zip_stream_open(&s, z, i, false, e));
    enum rc rc = sheet_temp_file(dir, fd, e);
    while (!rc && n) {
        rc = zip_stream_next(s, &p, &n, e);
        if (!rc && n) rc = sheet_write_all(*fd, p, n, e);
    }
    zip_stream_close(s);
    if (rc && *fd >= 0) (void)close(*fd);
    if (rc) *fd = -1;
    return rc;
}
