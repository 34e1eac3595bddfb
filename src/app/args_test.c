#include "app/args.h"
#include "base/test.h"

enum { WORDS_MAX = 32 };

static enum rc parse(struct args *a, const char *line, char *text, size_t cap, struct err *e)
{
    char *argv[WORDS_MAX] = {text};
    int argc = 1;
    size_t n = 0;
    *e = (struct err){.lang = LANG_EN};
    (void)snprintf(text, cap, "%s", line);
    for (bool word = false; text[n] && argc < WORDS_MAX; n++) {
        bool blank = text[n] == ' ';
        if (blank) text[n] = 0;
        else if (!word) argv[argc++] = text + n;
        word = !blank;
    }
    return args_parse(a, argc, argv, e);
}

struct wrong {
    const char *line, *says;
};

static void test_wrong(struct test *t)
{
    static const struct wrong v[] = {
        {"scren db", "Did you mean \"screen\""},
        {"zzzzzzzz", "there is no command"},
        {"param db", "param DB list"},
        {"policy", "policy check"},
        {"withdraw db 1", "--reason TEXT is missing"},
        {"screen", "argument is missing"},
        {"screen db --as-of", "needs a value"},
        {"screen db --as-of --json", "needs a value"},
        {"screen db --as-of=", "is not a date"},
        {"screen db --as-of 2026-02-30", "is not a date"},
        {"screen db --as-of 2026-08-31 --as-of 2026-08-31", "given twice"},
        {"screen db --asof 2026-08-31", "Did you mean --as-of"},
        {"screen db --as-of 2026-08-31 --strict=yes", "takes no value"},
        {"screen db more --as-of 2026-08-31", "one argument too many"},
        {"import db roster f --covers 2026-13", "is not a period"},
        {"import db roster f --covers 2026-08-02..2026-08-01", "is not a period"},
        {"import db roster f --division 12345", "is not a division code"},
        {"import db roster f --replaces -1", "is not a whole number"},
        {"generate d --people 10 --county 610724 --from 2026-08-01", "is not a month"},
        {"status db --lang fr", "is not zh or en"},
        {"--json status db", "write the command before"},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct args a;
        struct err e;
        char text[256];
        CHECK_I64(t, parse(&a, v[i].line, text, sizeof text, &e), RC_USAGE);
        CHECK(t, str_find(str_from(e.msg), str_from(v[i].says), 0) != SIZE_MAX);
    }
}

static void test_right(struct test *t)
{
    struct args a;
    struct err e;
    char text[256];
    CHECK_I64(t,
              parse(&a, "param db set line 200 --division 610724 --by office --document=no.1", text, sizeof text, &e),
              RC_OK);
    CHECK_I64(t, (int64_t)a.n, 3);
    CHECK(t, str_eq(a.arg[0], STR("db")) && str_eq(a.arg[1], STR("line")) && str_eq(a.arg[2], STR("200")));
    CHECK_I64(t, a.opt[OPTION_DIVISION].number, INT64_C(610724000000));
    CHECK(t, str_eq(a.opt[OPTION_DOCUMENT].text, STR("no.1")));
    CHECK_I64(t, parse(&a, "--lang en import db roster f --covers 2026-02 --adds", text, sizeof text, &e), RC_OK);
    CHECK_I64(t, a.opt[OPTION_COVERS].from, date_make(2026, 2, 1));
    CHECK_I64(t, a.opt[OPTION_COVERS].to, date_make(2026, 2, 28));
    CHECK(t, a.opt[OPTION_ADDS].given && !a.opt[OPTION_DRY_RUN].given);
    CHECK_I64(t, parse(&a, "init db --policy a b --key k c", text, sizeof text, &e),
              RC_USAGE); /* c belongs to nothing */
    CHECK_I64(t, parse(&a, "init db --policy a b --policy c", text, sizeof text, &e), RC_OK);
    CHECK_I64(t, (int64_t)a.list_n, 3);
    CHECK_I64(t, parse(&a, "screen --help", text, sizeof text, &e), RC_OK);
    CHECK(t, a.help && a.command);
    CHECK_I64(t, parse(&a, "", text, sizeof text, &e), RC_OK);
    CHECK(t, a.help && !a.command);
}

/* The table itself: what a command needs it also takes; every command has its words at the head of its synopsis. */
static void test_table(struct test *t)
{
    for (size_t i = 0; i < commands_n; i++) {
        const struct command *c = &commands[i];
        CHECK_I64(t, (int64_t)(c->need & ~c->options), 0);
        CHECK(t, str_starts(str_from(c->synopsis), str_from(c->words)));
        CHECK(t, c->min <= c->max && c->run && c->en[0] && c->zh[0]);
        for (size_t k = 0; k < i; k++) CHECK(t, !str_eq(str_from(commands[k].words), str_from(c->words)));
        for (int o = 0; o < OPTION__MAX; o++) {
            bool shown = str_find(str_from(c->synopsis), str_from(option_info[o].name), 0) != SIZE_MAX;
            bool named = c->need >> o & 1;
            CHECK(t, shown || !named);
        }
    }
}

void args_test(struct test *t);
void args_test(struct test *t)
{
    if (TEST(t, "args: refuse with what was meant")) test_wrong(t);
    if (TEST(t, "args: take commands and options")) test_right(t);
    if (TEST(t, "args: the table of commands agrees with itself")) test_table(t);
}
