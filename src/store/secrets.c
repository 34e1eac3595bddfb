/* What the store seals, with which key, bound to which place. */
#include <errno.h>
#include <sys/stat.h>
#include "base/arena.h"
#include "base/io.h"
#include "base/limits.h"
#include "store/store_int.h"

enum { CONTEXT_MAX = 256 };

#define KEY_CHECK_META STR("key_check")
#define KEY_CHECK_TEXT STR("fangpin key check 1")

uint32_t secret_key_id(const struct store *s)
{
    return s->keys.current;
}

static struct str place_context(char out[CONTEXT_MAX], const struct chunk_place *at)
{
    int n = snprintf(out, CONTEXT_MAX, "chunk/%d/%lld/%.*s/%u", (int)at->owner_kind, (long long)at->owner,
                     STR_ARG(at->name), at->seq);
    return str_make(out, n > 0 && n < CONTEXT_MAX ? (size_t)n : 0);
}

static struct str value_context(char out[CONTEXT_MAX], enum seal_place place, uint64_t a, uint64_t b)
{
    int n = snprintf(out, CONTEXT_MAX, "value/%d/%llu/%llu", (int)place, (unsigned long long)a, (unsigned long long)b);
    return str_make(out, n > 0 ? (size_t)n : 0);
}

enum rc secret_seal_chunk(struct store *s, const struct chunk_place *at, struct str chunk, struct buf *out,
                          struct err *e)
{
    char context[CONTEXT_MAX];
    size_t start = out->n;
    if (!buf_reserve(out, chunk.n + SEAL_TAG_BYTES)) return err_nomem(e);
    buf_add(out, chunk);
    enum rc rc = chunk_seal(&s->sealer, out, start, place_context(context, at), e);
    if (rc) out->n = start;
    return rc;
}

enum rc secret_unseal_chunk(struct store *s, const struct chunk_place *at, struct str chunk, struct buf *out,
                            struct err *e)
{
    char context[CONTEXT_MAX];
    return chunk_unseal(&s->sealer, chunk, place_context(context, at), out, e);
}

enum rc secret_seal(struct store *s, enum seal_place place, uint64_t a, uint64_t b, struct str plain, struct buf *out,
                    struct err *e)
{
    char context[CONTEXT_MAX];
    return seal_bytes(&s->sealer, plain, value_context(context, place, a, b), out, e);
}

enum rc secret_unseal(struct store *s, enum seal_place place, uint64_t a, uint64_t b, struct str sealed,
                      struct buf *out,
                      struct err *e)
{
    char context[CONTEXT_MAX];
    return unseal_bytes(&s->sealer, sealed, value_context(context, place, a, b), out, e);
}

/* ---- keys */

enum rc secret_key_make(const char *path, bool *made, struct err *e)
{
    *made = !io_exists(path);
    return *made ? keyring_create(path, CHUNK_AES_256_GCM, e) : RC_OK;
}

enum rc secret_keys_load(struct store *s, struct err *e)
{
    struct stat st; /* one that is there but cannot be read is told by keyring_load */
    if (stat(s->key_path, &st) && (errno == ENOENT || errno == ENOTDIR))
        return err_set(e, RC_INPUT, pos_none(),
                       "%s: the key file of this data folder is not there; name it with --key or FANGPIN_KEY",
                       "%s：找不到本数据文件夹的密钥文件；请用 --key 或 FANGPIN_KEY 指定", s->key_path);
    return keyring_load(s->key_path, &s->keys, e);
}

enum rc secret_check_write(struct store *s, struct err *e)
{
    buf_clear(&s->sealed);
    TRY(secret_seal(s, SEAL_KEY_CHECK, 0, 0, KEY_CHECK_TEXT, &s->sealed, e));
    return store_meta_set(s, KEY_CHECK_META, buf_str(&s->sealed), e);
}

static enum rc fail_key(const struct store *s, struct err *e)
{
    return err_set(e, RC_INPUT, pos_none(), "%s: not the key of this data folder; name the right one with --key "
                                            "or FANGPIN_KEY",
                   "%s：不是本数据文件夹的密钥；请用 --key 或 FANGPIN_KEY 指定正确的密钥", s->key_path);
}

static enum rc check_read(struct store *s, struct arena *a, uint32_t *key_id, struct err *e)
{
    struct str sealed = {0};
    bool found = false;
    struct err why = {0};
    TRY(store_meta_get(s, a, KEY_CHECK_META, &sealed, &found, e));
    if (!found) return fail_key(s, e);
    buf_clear(&s->sealed);
    enum rc rc = secret_unseal(s, SEAL_KEY_CHECK, 0, 0, sealed, &s->sealed, &why);
    if (rc == RC_NOMEM) return err_nomem(e);
    if (rc || !str_eq(buf_str(&s->sealed), KEY_CHECK_TEXT)) return fail_key(s, e);
    *key_id = sealed_key_id(sealed);
    return RC_OK;
}

enum rc secret_check_read(struct store *s, uint32_t *key_id, struct err *e)
{
    struct arena a;
    arena_init(&a, KIB(64));
    enum rc rc = check_read(s, &a, key_id, e);
    arena_fini(&a);
    return rc;
}
