#include "sheet/ole.h"
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/str.h"

enum { HEADER = 512, ENTRY = 128, SECTOR_MAX = 4096, SECTORS_LOOKED = 4096, FAT_IN_HEADER = 109 };
#define END_OF_CHAIN 0xFFFFFFFAu

struct ole {
    int fd;
    unsigned shift; /* of a sector's size */
    unsigned char header[HEADER], sector[SECTOR_MAX];
};

static uint32_t u32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool read_at(const struct ole *o, uint64_t off, unsigned char *to, size_t n)
{
    return pread(o->fd, to, n, (off_t)off) == (ssize_t)n;
}

static uint64_t sector_at(const struct ole *o, uint32_t sector) { return ((uint64_t)sector + 1) << o->shift; }

/* The sector behind one in its chain; files whose directory lies beyond the first 109 sectors of the table (7 MB of
 * directory and more) are looked at so far only. */
static bool next_sector(const struct ole *o, uint32_t sector, uint32_t *next)
{
    uint32_t per = 1u << (o->shift - 2), table = sector / per;
    unsigned char b[4];
    if (table >= FAT_IN_HEADER) return false;
    uint32_t at = u32(o->header + 76 + 4 * table);
    if (at >= END_OF_CHAIN || !read_at(o, sector_at(o, at) + 4 * (uint64_t)(sector % per), b, 4)) return false;
    *next = u32(b);
    return *next < END_OF_CHAIN;
}

/* A name of the directory (UTF-16) as ASCII; other characters as '?'. */
static struct str entry_name(const unsigned char *entry, char out[32])
{
    unsigned bytes = entry[64] | (unsigned)entry[65] << 8;
    size_t n = bytes >= 2 && bytes <= 64 ? bytes / 2 - 1 : 0;
    for (size_t i = 0; i < n; i++) out[i] = entry[2 * i + 1] || entry[2 * i] > 0x7E ? '?' : (char)entry[2 * i];
    return str_make(out, n);
}

static void note_entry(const unsigned char *entry, struct ole_streams *out)
{
    char text[32];
    struct str name = entry_name(entry, text);
    if (!entry[66]) return; /* unused */
    if (str_eq_nocase(name, STR("Workbook")) || str_eq_nocase(name, STR("Book"))) out->workbook = true;
    if (str_eq(name, STR("EncryptedPackage"))) out->encrypted = true;
    if (str_eq_nocase(name, STR("_VBA_PROJECT_CUR"))) out->macros = true;
    if (str_eq(name, STR("WordDocument"))) out->document = true;
}

enum rc ole_look(int fd, struct ole_streams *out, struct err *e)
{
    *out = (struct ole_streams){0};
    struct ole *o = mem_alloc(sizeof *o);
    if (!o) return err_nomem(e);
    o->fd = fd;
    bool ok = read_at(o, 0, o->header, HEADER);
    o->shift = ok ? o->header[30] | (unsigned)o->header[31] << 8 : 0;
    ok = ok && (o->shift == 9 || o->shift == 12);
    uint32_t sector = ok ? u32(o->header + 48) : END_OF_CHAIN;
    for (unsigned i = 0; i < SECTORS_LOOKED && sector < END_OF_CHAIN; i++) {
        size_t size = (size_t)1 << o->shift;
        if (!read_at(o, sector_at(o, sector), o->sector, size)) break;
        for (size_t k = 0; k + ENTRY <= size; k += ENTRY) note_entry(o->sector + k, out);
        if (!next_sector(o, sector, &sector)) break;
    }
    mem_free(o);
    return RC_OK;
}
