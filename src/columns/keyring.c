#include "columns/keyring.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium/core.h>
#include <sodium/crypto_generichash_blake2b.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/io.h"

static const char *const CIPHER_NAMES[CHUNK_CIPHER__MAX] = {
    [CHUNK_AES_256_GCM] = "aes-256-gcm",
    [CHUNK_SM4_GCM] = "sm4-gcm",
};

void keyring_wipe(struct keyring *k) { explicit_bzero(k, sizeof *k); }

const struct keyring_key *keyring_find(const struct keyring *k, uint32_t id)
{
    for (uint32_t i = 0; i < k->n; i++)
        if (k->keys[i].id == id) return &k->keys[i];
    return NULL;
}

/* ---- the file's text ---- */

static unsigned hex_digit(char c)
{
    if (c >= '0' && c <= '9') return (unsigned)(c - '0');
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

static bool parse_key_bytes(struct str s, uint8_t out[KEY_BYTES])
{
    if (s.n != 2 * KEY_BYTES) return false;
    for (size_t i = 0; i < KEY_BYTES; i++) {
        unsigned hi = hex_digit(s.p[2 * i]), lo = hex_digit(s.p[2 * i + 1]);
        if (hi > 15 || lo > 15) return false;
        out[i] = (uint8_t)(hi << 4 | lo);
    }
    return true;
}

static bool parse_id(struct str s, uint32_t *id)
{
    int64_t v;
    if (s.n == 0 || s.p[0] < '1' || s.p[0] > '9' || !str_to_i64(s, 1, INT32_MAX, &v)) return false;
    *id = (uint32_t)v;
    return true;
}

static bool parse_cipher(struct str s, enum chunk_cipher *out)
{
    for (enum chunk_cipher c = CHUNK_AES_256_GCM; c < CHUNK_CIPHER__MAX; c++) {
        if (!str_eq(s, str_from(CIPHER_NAMES[c]))) continue;
        *out = c;
        return true;
    }
    return false;
}

static bool parse_key(struct str rest, struct keyring *k)
{
    struct str id, cipher;
    if (k->n == KEYRING_KEYS_MAX || !str_cut(&rest, ' ', &id) || !str_cut(&rest, ' ', &cipher)) return false;
    struct keyring_key *key = &k->keys[k->n];
    if (!parse_id(id, &key->id) || !parse_cipher(cipher, &key->cipher)) return false;
    if (!parse_key_bytes(rest, key->bytes)) return false;
    if (k->n > 0 && key->id <= k->keys[k->n - 1].id) return false;
    k->n++;
    return true;
}

enum line_kind { LINE_HEAD, LINE_HASH, LINE_KEY, LINE_CURRENT, LINE_BAD };

static enum line_kind parse_line(struct str line, struct keyring *k)
{
    if (str_eq(line, STR("fangpin-keys 1"))) return LINE_HEAD;
    struct str word;
    if (!str_cut(&line, ' ', &word)) return LINE_BAD;
    if (str_eq(word, STR("hash"))) return parse_key_bytes(line, k->hash_key) ? LINE_HASH : LINE_BAD;
    if (str_eq(word, STR("key"))) return parse_key(line, k) ? LINE_KEY : LINE_BAD;
    if (str_eq(word, STR("current"))) return parse_id(line, &k->current) ? LINE_CURRENT : LINE_BAD;
    return LINE_BAD;
}

/* Lines come in the order head, hash, keys, current. */
static bool parse_lines(struct str text, struct keyring *k, uint32_t *line)
{
    static const enum line_kind FIRST[] = {LINE_HEAD, LINE_HASH, LINE_KEY};
    enum line_kind got = LINE_BAD;
    if (text.n == 0 || text.p[text.n - 1] != '\n') return false;
    text.n--;
    if (str_ends(text, STR("\n"))) return false; /* an empty last line, which str_cut would pass over */
    struct str s;
    for (*line = 1; str_cut(&text, '\n', &s); ++*line) {
        if (got == LINE_CURRENT) return false;
        got = parse_line(s, k);
        bool fits = *line <= 3 ? got == FIRST[*line - 1] : got == LINE_KEY || got == LINE_CURRENT;
        if (!fits) return false;
    }
    return got == LINE_CURRENT && keyring_find(k, k->current) != NULL;
}

enum rc keyring_parse(struct str text, const char *path, struct keyring *out, struct err *e)
{
    uint32_t line = 1;
    memset(out, 0, sizeof *out);
    if (sodium_init() < 0) /* it picks the fastest BLAKE2b for this processor */
        return err_set(e, RC_ENV, pos_none(), "libsodium cannot be used on this machine; reinstall it",
                       "本机无法使用 libsodium；请重新安装");
    if (parse_lines(text, out, &line)) return RC_OK;
    keyring_wipe(out);
    return err_set(e, RC_ENV, (struct pos){path, line, 1},
                   "not a line of a key file of format 1; restore the key file from its copy",
                   "这一行不合密钥文件格式 1；请从副本恢复密钥文件");
}

static void add_key_bytes(struct buf *b, const uint8_t *p)
{
    static const char HEX[] = "0123456789abcdef";
    for (size_t i = 0; i < KEY_BYTES; i++) buf_addc(b, HEX[p[i] >> 4]), buf_addc(b, HEX[p[i] & 15]);
    buf_addc(b, '\n');
}

/* The buffer is reserved whole before the first key goes in, so that no copy of a key is left behind by growing. */
static enum rc write_keys(const char *path, const struct keyring *k, struct err *e)
{
    struct buf b;
    buf_init(&b, KEYRING_FILE_MAX);
    if (!buf_reserve(&b, KEYRING_FILE_MAX)) return buf_fini(&b), err_nomem(e);
    buf_addz(&b, "fangpin-keys 1\nhash ");
    add_key_bytes(&b, k->hash_key);
    for (uint32_t i = 0; i < k->n; i++) {
        buf_addf(&b, "key %" PRIu32 " %s ", k->keys[i].id, CIPHER_NAMES[k->keys[i].cipher]);
        add_key_bytes(&b, k->keys[i].bytes);
    }
    buf_addf(&b, "current %" PRIu32 "\n", k->current);
    enum rc rc = b.failed ? err_nomem(e) : io_write_file(path, buf_str(&b), 0600, e);
    explicit_bzero(b.p, b.cap);
    buf_fini(&b);
    return rc;
}

/* ---- the file ---- */

static enum rc read_failed(const char *path, struct err *e)
{
    return err_set(e, RC_ENV, (struct pos){path, 0, 0},
                   "the key file cannot be read (%s); name it with --key or FANGPIN_KEY",
                   "无法读取密钥文件（%s）；请用 --key 或 FANGPIN_KEY 指明", err_os(errno, e));
}

static enum rc check_mode(int fd, const char *path, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0) return read_failed(path, e);
    if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
        return err_set(e, RC_ENV, (struct pos){path, 0, 0},
                       "the key file must be a plain file of its owner only: chmod 600",
                       "密钥文件必须是仅属主可读的普通文件：chmod 600");
    return RC_OK;
}

static enum rc read_all(int fd, const char *path, char *text, size_t *n, struct err *e)
{
    for (*n = 0; *n < KEYRING_FILE_MAX;) {
        ssize_t got = read(fd, text + *n, KEYRING_FILE_MAX - *n);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return read_failed(path, e);
        if (got == 0) return RC_OK;
        *n += (size_t)got;
    }
    return err_set(e, RC_ENV, (struct pos){path, 0, 0}, "the key file exceeds %d bytes; it is not one",
                   "密钥文件超过 %d 字节，不是密钥文件", KEYRING_FILE_MAX);
}

enum rc keyring_load(const char *path, struct keyring *out, struct err *e)
{
    char text[KEYRING_FILE_MAX];
    size_t n = 0;
    memset(out, 0, sizeof *out);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is refused, not waited for */
    if (fd < 0) return read_failed(path, e);
    enum rc rc = check_mode(fd, path, e);
    if (!rc) rc = read_all(fd, path, text, &n, e);
    close(fd);
    if (!rc) rc = keyring_parse(str_make(text, n), path, out, e);
    explicit_bzero(text, sizeof text);
    return rc;
}

static enum rc random_bytes(uint8_t *p, struct err *e)
{
    if (getrandom(p, KEY_BYTES, 0) == KEY_BYTES) return RC_OK; /* up to 256 bytes are never cut short */
    return err_set(e, RC_ENV, pos_none(), "the system gave no random bytes for a key (%s); try again",
                   "系统未能提供生成密钥的随机数（%s）；请重试", err_os(errno, e));
}

static enum rc add_key(struct keyring *k, enum chunk_cipher cipher, struct err *e)
{
    if (cipher <= CHUNK_PLAIN || cipher >= CHUNK_CIPHER__MAX)
        return err_set(e, RC_USAGE, pos_none(), "a key needs a cipher: aes-256-gcm or sm4-gcm",
                       "密钥须指明算法：aes-256-gcm 或 sm4-gcm");
    if (k->n == KEYRING_KEYS_MAX || (k->n > 0 && k->keys[k->n - 1].id >= INT32_MAX))
        return err_set(e, RC_INPUT, pos_none(),
                       "the key file already has %d keys, which is the most; compact the data first",
                       "密钥文件已有 %d 个密钥，达到上限；请先整理数据", KEYRING_KEYS_MAX);
    struct keyring_key *key = &k->keys[k->n];
    key->id = k->n > 0 ? k->keys[k->n - 1].id + 1 : 1;
    key->cipher = cipher;
    TRY(random_bytes(key->bytes, e));
    k->current = key->id;
    k->n++;
    return RC_OK;
}

enum rc keyring_create(const char *path, enum chunk_cipher cipher, struct err *e)
{
    struct keyring k = {0};
    if (io_exists(path))
        return err_set(e, RC_CONFLICT, (struct pos){path, 0, 0}, "a key file is there already; to add a key, rotate it",
                       "密钥文件已存在；要添加密钥，请轮换");
    enum rc rc = random_bytes(k.hash_key, e);
    if (!rc) rc = add_key(&k, cipher, e);
    if (!rc) rc = write_keys(path, &k, e);
    keyring_wipe(&k);
    return rc;
}

enum rc keyring_rotate(const char *path, enum chunk_cipher cipher, struct err *e)
{
    struct keyring k;
    TRY(keyring_load(path, &k, e));
    enum rc rc = add_key(&k, cipher, e);
    if (!rc) rc = write_keys(path, &k, e);
    keyring_wipe(&k);
    return rc;
}

/* ---- keyed hashes ---- */

void keyring_hash128(const struct keyring *k, struct str label, struct str value, uint8_t out[KEYRING_HASH_BYTES])
{
    uint8_t personal[crypto_generichash_blake2b_PERSONALBYTES] = {0};
    _Static_assert(sizeof personal == KEYRING_LABEL_MAX, "a label is BLAKE2b's personalisation");
    if (label.n > 0) memcpy(personal, label.p, label.n < sizeof personal ? label.n : sizeof personal);
    static const uint8_t NOTHING[1] = {0};
    const uint8_t *p = value.n > 0 ? (const uint8_t *)value.p : NOTHING;
    /* Fails only for lengths outside its bounds, and ours are constants. */
    crypto_generichash_blake2b_salt_personal(out, KEYRING_HASH_BYTES, p, value.n, k->hash_key, KEY_BYTES, NULL,
                                             personal);
}

uint64_t keyring_hash64(const struct keyring *k, struct str label, struct str value)
{
    uint8_t h[KEYRING_HASH_BYTES];
    uint64_t v = 0;
    keyring_hash128(k, label, value, h);
    for (unsigned i = 0; i < 8; i++) v |= (uint64_t)h[i] << (8 * i);
    return v;
}
