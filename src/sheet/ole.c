#include "sheet/ole.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/mem.h"

enum { HEADER = 512, ENTRY = 128, SECTOR_MAX = 4096, MINI = 64, ENTRIES_MAX = 65536, FAT_IN_HEADER = 109 };
#define END_OF_CHAIN 0xFFFFFFFAu

struct ole {
    int fd;
    unsigned shift; /* of a sector's size */
    unsigned char header[HEADER], sector[SECTOR_MAX];
    uint32_t *fat; /* the sector behind each */
    size_t n_fat, cap_fat;
};

struct place {
    uint32_t start;
    uint64_t size;
    bool found;
};

static uint32_t u32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static size_t sector_size(const struct ole *o) { return (size_t)1 << o->shift; }

static bool read_at(const struct ole *o, uint64_t off, void *to, size_t n)
{
    return pread(o->fd, to, n, (off_t)off) == (ssize_t)n;
}

/* The last sector of a file may be cut short. */
static bool read_sector(const struct ole *o, uint32_t sector, unsigned char *to)
{
    memset(to, 0, sector_size(o));
    return pread(o->fd, to, sector_size(o), (off_t)(((uint64_t)sector + 1) << o->shift)) > 0;
}

/* ---- the table of sectors */

static bool add_fat_sector(struct ole *o, uint32_t at)
{
    size_t per = sector_size(o) / 4;
    if (at >= END_OF_CHAIN || o->n_fat + per > o->cap_fat || !read_sector(o, at, o->sector)) return false;
    for (size_t i = 0; i < per; i++) o->fat[o->n_fat++] = u32(o->sector + 4 * i);
    return true;
}

static void add_far_sectors(struct ole *o)
{
    unsigned char list[SECTOR_MAX];
    uint32_t at = u32(o->header + 68);
    size_t per = sector_size(o) / 4 - 1;
    for (size_t seen = 0; at < END_OF_CHAIN && seen < o->cap_fat; seen++) {
        if (!read_sector(o, at, list)) return;
        for (size_t i = 0; i < per; i++)
            if (!add_fat_sector(o, u32(list + 4 * i))) return;
        at = u32(list + 4 * per);
    }
}

static enum rc load(struct ole *o, int fd, struct err *e)
{
    struct stat st;
    o->fd = fd;
    if (fstat(fd, &st) || !read_at(o, 0, o->header, HEADER)) return RC_OK;
    o->shift = o->header[30] | (unsigned)o->header[31] << 8;
    if (o->shift != 9 && o->shift != 12) return RC_OK;
    /* As many entries as there can be sectors, in whole sectors of the table. */
    o->cap_fat = ((size_t)st.st_size >> o->shift) + 2 * sector_size(o);
    o->fat = mem_alloc_array(o->cap_fat, sizeof *o->fat);
    if (!o->fat) return err_nomem(e);
    size_t i = 0;
    while (i < FAT_IN_HEADER && add_fat_sector(o, u32(o->header + 76 + 4 * i))) i++;
    if (i == FAT_IN_HEADER) add_far_sectors(o);
    return RC_OK;
}

static enum rc open_ole(struct ole **out, int fd, struct err *e)
{
    struct ole *o = *out = mem_zalloc_array(1, sizeof *o);
    if (!o) return err_nomem(e);
    enum rc rc = load(o, fd, e);
    if (!rc) return RC_OK;
    mem_free(o);
    *out = NULL;
    return rc;
}

static void close_ole(struct ole *o)
{
    mem_free(o->fat);
    mem_free(o);
}

/* size bytes of a chain, appended; false when it breaks off or b is full. */
static bool add_chain(struct ole *o, uint32_t sector, uint64_t size, struct buf *b)
{
    for (size_t seen = 0; size && seen <= o->n_fat; seen++) {
        size_t n = size < sector_size(o) ? (size_t)size : sector_size(o);
        if (sector >= o->n_fat || !read_sector(o, sector, o->sector)) return false;
        buf_add_bytes(b, o->sector, n);
        if (b->failed) return false;
        size -= n;
        sector = o->fat[sector];
    }
    return size == 0;
}

/* ---- the directory */

/* A name of the directory (UTF-16) as ASCII; other characters as '?'. */
static struct str entry_name(const unsigned char *entry, char out[32])
{
    unsigned bytes = entry[64] | (unsigned)entry[65] << 8;
    size_t n = bytes >= 2 && bytes <= 64 ? bytes / 2 - 1 : 0;
    for (size_t i = 0; i < n; i++) out[i] = (char)(entry[2 * i + 1] || entry[2 * i] > 0x7E ? '?' : entry[2 * i]);
    return str_make(out, n);
}

static void note_entry(const unsigned char *entry, struct ole_streams *out, struct place *book, struct place *root)
{
    char text[32];
    struct str name = entry_name(entry, text);
    struct place at = {.start = u32(entry + 116), .size = u32(entry + 120), .found = true};
    bool workbook = str_eq_nocase(name, STR("Workbook")) || str_eq_nocase(name, STR("Book"));
    if (!entry[66]) return; /* unused */
    if (entry[66] == 5) *root = at;
    if (workbook && !book->found) *book = at;
    out->workbook |= workbook;
    if (str_eq(name, STR("EncryptedPackage"))) out->encrypted = true;
    if (str_eq_nocase(name, STR("_VBA_PROJECT_CUR"))) out->macros = true;
    if (str_eq(name, STR("WordDocument"))) out->document = true;
}

static void read_directory(struct ole *o, struct ole_streams *out, struct place *book, struct place *root)
{
    uint32_t sector = o->fat ? u32(o->header + 48) : END_OF_CHAIN;
    size_t entries = 0, seen = 0; /* of a chain that bites its tail each sector once */
    while (sector < o->n_fat && seen++ < o->n_fat && entries < ENTRIES_MAX && read_sector(o, sector, o->sector)) {
        for (size_t k = 0; k + ENTRY <= sector_size(o); k += ENTRY, entries++)
            note_entry(o->sector + k, out, book, root);
        sector = o->fat[sector];
    }
}

enum rc ole_look(int fd, struct ole_streams *out, struct err *e)
{
    struct ole *o;
    struct place book = {0}, root = {0};
    *out = (struct ole_streams){0};
    TRY(open_ole(&o, fd, e));
    read_directory(o, out, &book, &root);
    close_ole(o);
    return RC_OK;
}

/* ---- streams */

/* Small streams lie in one large one, in pieces of 64 bytes with a table of their own. */
static bool add_small(struct ole *o, const struct place *book, const struct place *root, struct buf *b)
{
    struct buf all, table;
    uint32_t at = book->start;
    uint64_t left = book->size;
    buf_init(&all, b->max);
    buf_init(&table, b->max);
    bool ok = add_chain(o, root->start, root->size, &all) &&
              add_chain(o, u32(o->header + 60), (uint64_t)u32(o->header + 64) << o->shift, &table);
    for (size_t seen = 0; ok && left && seen <= table.n / 4; seen++) {
        size_t n = left < MINI ? (size_t)left : MINI, from = (size_t)at * MINI;
        ok = from + n <= all.n && (size_t)at < table.n / 4;
        if (!ok) break;
        buf_add_bytes(b, all.p + from, n);
        left -= n;
        at = u32((const unsigned char *)table.p + 4 * (size_t)at);
    }
    buf_fini(&all);
    buf_fini(&table);
    return ok && !left && !b->failed;
}

enum rc ole_stream(int fd, struct buf *b, struct err *e)
{
    struct ole *o;
    struct ole_streams has = {0};
    struct place book = {0}, root = {0};
    TRY(open_ole(&o, fd, e));
    read_directory(o, &has, &book, &root);
    bool small = book.size < u32(o->header + 56);
    bool ok = book.found && (small ? add_small(o, &book, &root, b) : add_chain(o, book.start, book.size, b));
    close_ole(o);
    if (ok) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "the workbook's stream is broken", "工作簿的数据流已损坏");
}
