#include "app/args.h"
#include "base/utf8.h"
#include "ident/division_code.h"

const struct option_info option_info[OPTION__MAX] = {
#define OPTION(id, name, type, metavar, en, zh) {name, ARG_##type, metavar, en, zh},
#include "app/options.def"
#undef OPTION
};

enum { GLOBAL_MASK_BITS = 64, NEAR_MAX = 3, HELP_WIDTH = 28 };
_Static_assert((int)OPTION__MAX <= (int)GLOBAL_MASK_BITS, "a command's options are bits of a word");

#define GLOBAL (OPT(LANG) | OPT(HELP))

/* ---------------------------------------------------------------- suggestions */

struct near {
    struct str word, best;
    unsigned distance;
};

static void near_try(struct near *n, struct str candidate)
{
    unsigned d = str_distance(n->word, candidate, n->distance);
    if (d >= n->distance) return;
    n->distance = d;
    n->best = candidate;
}

static struct str option_near(const struct command *c, struct str wrong)
{
    struct near n = {wrong, {0}, NEAR_MAX + 1};
    for (int i = 0; i < OPTION__MAX; i++)
        if ((c->options | GLOBAL) >> i & 1) near_try(&n, str_from(option_info[i].name));
    return n.best;
}

static struct str word_near(struct str wrong)
{
    struct near n = {wrong, {0}, NEAR_MAX + 1};
    for (size_t i = 0; i < commands_n; i++) {
        struct str rest = str_from(commands[i].words), head;
        if (str_cut(&rest, ' ', &head)) near_try(&n, head);
    }
    return n.best;
}

/* ---------------------------------------------------------------- options */

static enum rc bad_value(enum option o, struct str value, const char *en, const char *zh, struct err *e)
{
    return err_set(e, RC_USAGE, pos_none(), "%s: \"%.*s\" is not %s.", "%s：“%.*s”不是%s。", option_info[o].name,
                   STR_ARG(value), lang_pick(e->lang, en, zh));
}

static date_day parse_month(struct str s)
{
    if (s.n != 7) return 0;
    char day[DATE_TEXT_MAX] = {0};
    memcpy(day, s.p, 7);
    memcpy(day + 7, "-01", 3);
    return date_parse_iso(str_make(day, 10));
}

static enum rc parse_period(struct option_value *v, struct str s, struct err *e)
{
    size_t dots = str_find(s, STR(".."), 0);
    if (dots != SIZE_MAX) {
        v->from = date_parse_iso(str_sub(s, 0, dots));
        v->to = date_parse_iso(str_sub(s, dots + 2, s.n));
    } else if (parse_month(s)) {
        v->from = parse_month(s);
        v->to = date_month_end(v->from);
    } else v->from = v->to = date_parse_iso(s);
    if (v->from && v->to && v->from <= v->to) return RC_OK;
    return bad_value(OPTION_COVERS, s, "a period such as 2026-08-01..2026-08-31 or 2026-08",
                     "起止日期，例如 2026-08-01..2026-08-31 或 2026-08", e);
}

static enum rc take_value(struct args *a, enum option o, struct str s, struct err *e)
{
    struct option_value *v = &a->opt[o];
    v->text = s;
    switch (option_info[o].type) {
    case ARG_DATE:
        v->from = date_parse_iso(s);
        return v->from ? RC_OK : bad_value(o, s, "a date such as 2026-08-31", "日期，例如 2026-08-31", e);
    case ARG_MONTH:
        if (!parse_month(s)) return bad_value(o, s, "a month such as 2026-08", "月份，例如 2026-08", e);
        v->number = date_month_index(parse_month(s));
        return RC_OK;
    case ARG_PERIOD: return parse_period(v, s, e);
    case ARG_DIVISION:
        if (division_parse(s, &v->number)) return RC_OK;
        return bad_value(o, s, "a division code of 2, 4, 6, 9 or 12 digits", "2、4、6、9 或 12 位的行政区划代码", e);
    case ARG_NUMBER:
        return str_to_i64(s, 0, INT64_MAX, &v->number) ? RC_OK : bad_value(o, s, "a whole number", "整数", e);
    case ARG_LANG:
        if (!str_eq(s, STR("zh")) && !str_eq(s, STR("en"))) return bad_value(o, s, "zh or en", " zh 或 en", e);
        v->number = str_eq(s, STR("en")) ? LANG_EN : LANG_ZH;
        return RC_OK;
    case ARG_LIST:
        if (a->list_n == ARGS_LIST_MAX)
            return err_set(e, RC_USAGE, pos_none(), "%s: more than %d values.", "%s：超过 %d 个。", option_info[o].name,
                           (int)ARGS_LIST_MAX);
        a->list_option[a->list_n] = (uint8_t)o;
        a->list_turn[a->list_n] = (uint8_t)v->number;
        a->list[a->list_n++] = s;
        return RC_OK;
    case ARG_TEXT:
    case ARG_FILE:
        if (!s.n) return err_set(e, RC_USAGE, pos_none(), "%s needs a value.", "%s 需要一个值。", option_info[o].name);
        return RC_OK;
    case ARG_FLAG: break;
    }
    return RC_OK;
}

static int option_find(const struct command *c, struct str name)
{
    for (int i = 0; i < OPTION__MAX; i++)
        if ((c->options | GLOBAL) >> i & 1 && str_eq(name, str_from(option_info[i].name))) return i;
    return -1;
}

static enum rc unknown_option(const struct command *c, struct str name, struct err *e)
{
    struct str best = option_near(c, name);
    if (best.n)
        return err_set(e, RC_USAGE, pos_none(), "\"%s\" has no option %.*s. Did you mean %.*s?",
                       "“%s”没有选项 %.*s。是否要用 %.*s？", c->words, STR_ARG(name), STR_ARG(best));
    return err_set(e, RC_USAGE, pos_none(), "\"%s\" has no option %.*s. See: fangpin help %s",
                   "“%s”没有选项 %.*s。请看：fangpin help %s", c->words, STR_ARG(name), c->words);
}

/* One option; *i is moved over its value. A LIST takes every word up to the next option when it is written "DIR...". */
static enum rc take_option(struct args *a, int argc, char *const *argv, int *i, struct err *e)
{
    struct str name = str_from(argv[*i]), value = {0};
    size_t eq = str_find(name, STR("="), 0);
    if (eq != SIZE_MAX) {
        value = str_sub(name, eq + 1, name.n);
        name = str_sub(name, 0, eq);
    }
    int o = str_eq(name, STR("-h")) ? (int)OPTION_HELP : option_find(a->command, name);
    if (o < 0) return unknown_option(a->command, name, e);
    const struct option_info *info = &option_info[o];
    if (a->opt[o].given && info->type != ARG_LIST)
        return err_set(e, RC_USAGE, pos_none(), "%s is given twice.", "%s 写了两次。", info->name);
    a->opt[o].given = true;
    if (info->type == ARG_LIST && a->opt[o].number < UINT8_MAX) a->opt[o].number++;
    if (info->type == ARG_FLAG) {
        if (eq == SIZE_MAX) return RC_OK;
        return err_set(e, RC_USAGE, pos_none(), "%s takes no value.", "%s 不带值。", info->name);
    }
    if (eq == SIZE_MAX && (*i + 1 >= argc || str_starts(str_from(argv[*i + 1]), STR("--"))))
        return err_set(e, RC_USAGE, pos_none(), "%s needs a value: %s %s", "%s 需要一个值：%s %s", info->name,
                       info->name, info->metavar);
    if (eq == SIZE_MAX) value = str_from(argv[++*i]);
    TRY(take_value(a, (enum option)o, value, e));
    bool many = info->type == ARG_LIST && str_ends(str_from(info->metavar), STR("..."));
    while (many && *i + 1 < argc && !str_starts(str_from(argv[*i + 1]), STR("--")))
        TRY(take_value(a, (enum option)o, str_from(argv[++*i]), e));
    return RC_OK;
}

/* ---------------------------------------------------------------- the command */

/* Words of the command matched at the head of argv (options not counted); 0: another command. *db: index of the word
 * that DB stands for. */
static int match_words(const struct command *c, int argc, char *const *argv, int *db)
{
    struct str rest = str_from(c->words), word;
    int i = 1, matched = 0;
    *db = 0;
    while (str_cut(&rest, ' ', &word)) {
        if (i >= argc || argv[i][0] == '-') return 0;
        if (str_eq(word, STR("DB"))) *db = i;
        else if (!str_eq(word, str_from(argv[i]))) return 0;
        i++, matched++;
    }
    return matched;
}

static void add_forms(struct str first, struct buf *b)
{
    for (size_t i = 0; i < commands_n; i++) {
        struct str rest = str_from(commands[i].words), head;
        if (!str_cut(&rest, ' ', &head) || !str_eq(head, first)) continue;
        buf_addf(b, "\n    fangpin %s", commands[i].synopsis);
    }
}

static enum rc no_command(const char *word, struct err *e)
{
    struct str first = str_from(word), best = word_near(first);
    char forms[ERR_MSG_MAX / 2] = "";
    struct buf b;
    buf_init(&b, sizeof forms - 1);
    add_forms(first, &b);
    if (b.n) memcpy(forms, b.p, b.n);
    buf_fini(&b);
    if (forms[0]) return err_set(e, RC_USAGE, pos_none(), "\"%s\" is used so:%s", "“%s”的用法：%s", word, forms);
    if (best.n)
        return err_set(e, RC_USAGE, pos_none(), "there is no command \"%s\". Did you mean \"%.*s\"? See: fangpin help",
                       "没有命令“%s”。是否要用“%.*s”？请看：fangpin help", word, STR_ARG(best));
    return err_set(e, RC_USAGE, pos_none(), "there is no command \"%s\". See: fangpin help",
                   "没有命令“%s”。请看：fangpin help", word);
}

static enum rc find_command(struct args *a, int argc, char *const *argv, int *words, int *db, struct err *e)
{
    for (size_t i = 0; i < commands_n; i++) {
        int at = 0, n = match_words(&commands[i], argc, argv, &at);
        if (n <= *words) continue;
        *words = n;
        *db = at;
        a->command = &commands[i];
    }
    return a->command ? RC_OK : no_command(argv[1], e);
}

static enum rc take_arg(struct args *a, struct str s, struct err *e)
{
    if (a->n == ARGS_MAX || s.n > ARGS_TEXT_MAX)
        return err_set(e, RC_USAGE, pos_none(), "too many arguments, or one is too long.", "参数过多或过长。");
    a->arg[a->n++] = s;
    return RC_OK;
}

static enum rc check_complete(const struct args *a, struct err *e)
{
    const struct command *c = a->command;
    if (a->n < c->min)
        return err_set(e, RC_USAGE, pos_none(), "an argument is missing. Usage: fangpin %s",
                       "缺少参数。用法：fangpin %s", c->synopsis);
    if (a->n > c->max)
        return err_set(e, RC_USAGE, pos_none(), "one argument too many: \"%.*s\". Usage: fangpin %s",
                       "多出参数“%.*s”。用法：fangpin %s", STR_ARG(a->arg[c->max]), c->synopsis);
    for (int i = 0; i < OPTION__MAX; i++)
        if (c->need >> i & 1 && !a->opt[i].given)
            return err_set(e, RC_USAGE, pos_none(), "%s %s is missing. Usage: fangpin %s",
                           "缺少 %s %s。用法：fangpin %s", option_info[i].name, option_info[i].metavar, c->synopsis);
    return RC_OK;
}

enum rc args_parse(struct args *a, int argc, char *const *argv, struct err *e)
{
    *a = (struct args){0};
    int words = 0, db = 0;
    /* Options may stand before the command: only --lang and --help do there. */
    while (argc > 1 && argv[1][0] == '-') {
        struct str s = str_from(argv[1]);
        if (str_eq(s, STR("--help")) || str_eq(s, STR("-h"))) return a->help = true, RC_OK;
        if (str_eq(s, STR("--version"))) break;
        int skip = str_eq(s, STR("--lang")) && argc > 2 ? 2 : str_starts(s, STR("--lang=")) ? 1 : 0;
        if (!skip)
            return err_set(e, RC_USAGE, pos_none(), "write the command before its options (%s). See: fangpin help",
                           "请先写命令，再写选项（%s）。请看：fangpin help", argv[1]);
        argc -= skip;
        argv += skip;
    }
    if (argc < 2) return a->help = true, RC_OK;
    static char word[] = "version", *const version[] = {word, word, NULL};
    if (str_eq(str_from(argv[1]), STR("--version"))) argv = version, argc = 2;
    if (str_eq(str_from(argv[1]), STR("-"))) return no_command(argv[1], e);
    TRY(find_command(a, argc, argv, &words, &db, e));
    if (db) TRY(take_arg(a, str_from(argv[db]), e));
    for (int i = 1 + words; i < argc; i++) {
        if (str_starts(str_from(argv[i]), STR("--")) || str_eq(str_from(argv[i]), STR("-h")))
            TRY(take_option(a, argc, argv, &i, e));
        else TRY(take_arg(a, str_from(argv[i]), e));
    }
    a->help = a->opt[OPTION_HELP].given;
    return a->help ? RC_OK : check_complete(a, e);
}

enum lang args_lang(int argc, char *const *argv)
{
    for (int i = 1; i < argc; i++) {
        struct str s = str_from(argv[i]);
        if (str_eq(s, STR("--lang")) && i + 1 < argc) s = str_from(argv[i + 1]);
        else if (str_starts(s, STR("--lang="))) s = str_sub(s, 7, s.n);
        else continue;
        if (str_eq(s, STR("en"))) return LANG_EN;
        if (str_eq(s, STR("zh"))) return LANG_ZH;
    }
    return lang_from_env();
}

/* ---------------------------------------------------------------- help */

static void help_option(int o, bool need, struct out *out)
{
    const struct option_info *i = &option_info[o];
    char left[80];
    int n = snprintf(left, sizeof left, "%s %s", i->name, i->metavar);
    const char *must = need ? lang_pick(out->lang, " (needed)", "（必填）") : "";
    const char *text = lang_pick(out->lang, i->en, i->zh);
    out_say(out, "  %-*s %s%s\n", "  %-*s %s%s\n", n < HELP_WIDTH ? HELP_WIDTH : n, left, text, must);
}

static void help_one(const struct command *c, struct out *out)
{
    out_say(out, "%s\n\n    fangpin %s\n", "%s\n\n    fangpin %s\n", lang_pick(out->lang, c->en, c->zh), c->synopsis);
    if (c->options) out_say(out, "\nOptions\n", "\n选项\n");
    for (int i = 0; i < OPTION__MAX; i++)
        if ((c->options | OPT(LANG)) >> i & 1) help_option(i, c->need >> i & 1, out);
}

static void help_all(struct out *out)
{
    out_say(out, "fangpin: monitoring against falling back into poverty. Department files in, cited findings out.\n\n",
            "fangpin（防贫）：防止返贫监测。部门数据文件进，注明条款的疑点出。\n\n");
    for (size_t i = 0; i < commands_n; i++)
        out_say(out, "  %-18s %s\n", "  %-18s %s\n", commands[i].words,
                lang_pick(out->lang, commands[i].en, commands[i].zh));
    out_say(
        out,
        "\nDB is a data folder. More on one command: fangpin help COMMAND. Language: --lang zh|en or FANGPIN_LANG.\n"
        "Exit codes: 0 done; 1 bad input; 2 wrong command line; 3 disk or system; 4 a screen held for confirmation.\n",
        "\nDB 是数据文件夹。某个命令的说明：fangpin help 命令。语言：--lang zh|en 或环境变量 FANGPIN_LANG。\n"
        "返回码：0 完成；1 输入有误；2 命令写错；3 磁盘或系统；4 筛查待确认。\n");
}

void args_help(const struct command *c, struct out *out)
{
    if (c) help_one(c, out);
    else help_all(out);
}
