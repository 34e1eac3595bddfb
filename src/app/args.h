/* The command line: one table of commands drives parsing, help and messages. */
#ifndef APP_ARGS_H
#define APP_ARGS_H
#include "base/arena.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/out.h"

enum option_type {
    ARG_FLAG,
    ARG_TEXT,
    ARG_FILE,
    ARG_DATE,
    ARG_MONTH,
    ARG_PERIOD,
    ARG_DIVISION,
    ARG_NUMBER,
    ARG_LANG,
    ARG_LIST
};

enum option {
#define OPTION(id, name, type, metavar, en, zh) OPTION_##id,
#include "app/options.def"
#undef OPTION
    OPTION__MAX
};

enum { ARGS_MAX = 256, ARGS_TEXT_MAX = 4096, ARGS_LIST_MAX = 128 };

struct option_info {
    const char *name;
    enum option_type type;
    const char *metavar, *en, *zh;
};
extern const struct option_info option_info[OPTION__MAX];

#define OPT(x) (UINT64_C(1) << OPTION_##x)

struct app;
struct args;

/* `words` is the name; "DB" in it stands for the first argument ("param DB set"). Arguments: at least `min`, at most
 * `max` (DB counted). */
struct command {
    const char *words, *synopsis;
    const char *en, *zh;    /* one line */
    uint64_t options, need; /* bits of enum option; need: those that must be given */
    size_t min, max;
    enum rc (*run)(struct app *app, const struct args *a, struct err *e);
};
extern const struct command commands[];
extern const size_t commands_n;

struct option_value {
    bool given;
    struct str text;
    int64_t number;    /* NUMBER, DIVISION (12 digits), MONTH (date_month_index), LANG */
    date_day from, to; /* DATE: from; PERIOD */
};

struct args {
    const struct command *command; /* NULL: none given (help) */
    bool help;
    struct str arg[ARGS_MAX]; /* NUL-terminated */
    size_t n;
    struct option_value opt[OPTION__MAX];
    struct str list[ARGS_LIST_MAX]; /* values of the LIST options of the command, in order */
    size_t list_n;
    uint8_t list_option[ARGS_LIST_MAX]; /* whose value it is */
    uint8_t list_turn[ARGS_LIST_MAX];   /* which time that option was written, from 1 */
};

/* What a command runs in. */
struct app {
    struct out out;
    enum lang lang;
    struct clock clock;
};

/* RC_USAGE with a message that suggests what was meant. */
enum rc args_parse(struct args *a, int argc, char *const *argv, struct err *e) MUST_USE;
/* --lang before anything else is looked at, else the environment. */
enum lang args_lang(int argc, char *const *argv);
/* Help on one command, or the list of all. */
void args_help(const struct command *c, struct out *out);
static inline const char *args_z(const struct args *a, size_t i) { return a->arg[i].p; }
#endif
