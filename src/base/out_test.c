#include "base/out.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/test.h"

enum { TEXT_MAX = 100000 };

static void test_say(struct test *t)
{
    if (!TEST(t, "speaks the user's language")) return;
    char text[100] = {0};
    FILE *f = fmemopen(text, sizeof text, "w");
    CHECK(t, f != NULL);
    if (!f) return;
    struct out o = {.f = f, .lang = LANG_EN};
    out_say(&o, "%d rows\n", "%d 行\n", 5);
    o.lang = LANG_ZH;
    out_say(&o, "%d rows\n", "%d 行\n", 5);
    out_str(&o, STR("a\n"));
    out_str(&o, (struct str){NULL, 0});
    (void)fclose(f);
    CHECK_STR(t, str_from(text), STR("5 rows\n5 行\na\n"));
}

static void set_env(const char *name, const char *value)
{
    if (value) (void)setenv(name, value, 1);
    else (void)unsetenv(name);
}

static void test_lang(struct test *t)
{
    if (!TEST(t, "the language comes from the environment")) return;
    static const char *const names[] = {"FANGPIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"};
    static const struct {
        const char *v[4];
        enum lang want;
    } cases[] = {
        {{NULL, NULL, NULL, NULL}, LANG_ZH},    {{"en", "zh_CN.UTF-8", NULL, NULL}, LANG_EN},
        {{"zh", "en_US", "en", "en"}, LANG_ZH}, {{NULL, NULL, NULL, "en_US.UTF-8"}, LANG_EN},
        {{NULL, "", "en_GB", "zh"}, LANG_EN},   {{NULL, "C", "en_GB", "en"}, LANG_ZH},
        {{"fr", NULL, NULL, "en"}, LANG_EN},    {{NULL, NULL, "zh_CN", "en"}, LANG_ZH},
    };
    const char *old[4];
    char kept[4][64];
    for (size_t k = 0; k < 4; k++) {
        old[k] = getenv(names[k]);
        if (old[k]) (void)snprintf(kept[k], sizeof kept[k], "%s", old[k]);
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t k = 0; k < 4; k++) set_env(names[k], cases[i].v[k]);
        CHECK_I64(t, lang_from_env(), cases[i].want);
    }
    for (size_t k = 0; k < 4; k++) set_env(names[k], old[k] ? kept[k] : NULL);
    CHECK_STR(t, str_from(lang_pick(LANG_EN, "a", "甲")), STR("a"));
    CHECK_STR(t, str_from(lang_pick(LANG_ZH, "a", "甲")), STR("甲"));
}

static void speak(void)
{
    struct out o;
    struct progress p;
    out_init(&o, stderr, LANG_EN);
    progress_begin(&p, &o, "work", 10);
    for (int i = 0; i < 12; i++) progress_add(&p, 1);
    progress_end(&p);
    log_write(LOG_ERROR, "bad %d", 1);
    log_write(LOG_WARN, "odd %d", 2);
    log_write(LOG_INFO, "fine %d", 3);
    log_write(LOG_DEBUG, "deep %d", 4);
}

/* What speak says to stderr, which here is a file and no terminal. */
static void heard(struct test *t, const char *level, struct str want)
{
    char path[IO_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/stderr", t->tmp_dir);
    set_env("FANGPIN_LOG", level);
    (void)fflush(stderr);
    int saved = dup(STDERR_FILENO);
    FILE *f = freopen(path, "w", stderr);
    if (f) speak();
    (void)fflush(stderr);
    (void)dup2(saved, STDERR_FILENO);
    (void)close(saved);
    set_env("FANGPIN_LOG", NULL);
    struct buf b;
    buf_init(&b, TEXT_MAX);
    CHECK_I64(t, io_read_file(path, &b, NULL), RC_OK);
    CHECK_STR(t, buf_str(&b), want);
    buf_fini(&b);
}

/* A line that was lost is not forgotten by a later flush that has nothing to write. */
static void test_flush(struct test *t)
{
    struct out o;
    struct err e = {.lang = LANG_EN};
    if (!TEST(t, "what cannot be written is said, also later")) return;
    FILE *f = fopen("/dev/full", "w");
    if (!f) return; /* a system without it */
    out_init(&o, f, LANG_EN);
    CHECK_I64(t, out_flush(&o, &e), RC_OK);
    out_str(&o, STR("lost\n"));
    (void)fflush(f);
    CHECK_I64(t, out_flush(&o, &e), RC_ENV);
    (void)fclose(f);
}

#ifdef MEM_FAULTS
static void test_not_whole(struct test *t)
{
    struct out o;
    struct buf b;
    struct err e = {.lang = LANG_EN};
    if (!TEST(t, "a text that memory did not reach for is said to be missing")) return;
    FILE *f = tmpfile();
    if (!f) return;
    out_init(&o, f, LANG_EN);
    buf_init(&b, 100);
    buf_addz(&b, "there");
    out_str(&o, out_text(&o, &b));
    CHECK_I64(t, out_flush(&o, &e), RC_OK);
    buf_fini(&b);
    mem_fault_arm(1, 0);
    buf_addz(&b, "missing");
    mem_fault_arm(0, 0);
    out_str(&o, out_text(&o, &b));
    CHECK_I64(t, out_flush(&o, &e), RC_NOMEM);
    buf_fini(&b);
    (void)fclose(f);
}
#endif

static void test_log(struct test *t)
{
    if (!TEST(t, "the log keeps its level and no bar is drawn in a file")) return;
    heard(t, NULL, STR("fangpin: error: bad 1\nfangpin: warn: odd 2\n"));
    heard(t, "error", STR("fangpin: error: bad 1\n"));
    heard(t, "nonsense", STR("fangpin: error: bad 1\nfangpin: warn: odd 2\n"));
    heard(t, "debug",
          STR("fangpin: error: bad 1\nfangpin: warn: odd 2\nfangpin: info: fine 3\nfangpin: debug: deep 4\n"));
}

void out_test(struct test *t);
void out_test(struct test *t)
{
    test_say(t);
    test_lang(t);
    test_flush(t);
#ifdef MEM_FAULTS
    test_not_whole(t);
#endif
    test_log(t);
}
