#include "app/commands.h"

#define MANY ARGS_MAX

const struct command commands[] = {
    {"init", "init DB --policy DIR... [--key FILE]", "make a data folder and load policy books",
     "新建数据文件夹并装载政策册", OPT(POLICY) | OPT(KEY) | OPT(BY), OPT(POLICY), 1, 1, cmd_init},
    {"import",
     "import DB DATASET FILE [DATASET FILE]... [--division CODE] [--covers FROM..TO] [--received DATE]\n            "
     "[--sender S] "
     "[--replaces ID | --adds] [--empty] [--dry-run] [--errors FILE] [--map COLUMN=FIELD]...\n            "
     "[--sheet NAME] [--fill-merged usual|all|none] [--hidden read|skip] [--as-written]\n"
     "       import DB [DATASET] FOLDER|ARCHIVE.zip|FILE [--covers FROM..TO] …\n"
     "       import DB … --screen DATE [--known-at DATE] [--findings OUT.csv] [--with-unknown] [--strict]",
     "take in a department's file or the roster; a folder or a zip of files, whose datasets are found by their columns",
     "导入部门数据文件或花名册；也可导入文件夹或 zip 压缩包，按各文件的列识别数据集",
     OPT(KEY) | OPT(JSON) | OPT(DIVISION) | OPT(COVERS) | OPT(RECEIVED) | OPT(SENDER) | OPT(REPLACES) | OPT(ADDS) |
         OPT(EMPTY) | OPT(DRY_RUN) | OPT(ERRORS) | OPT(BY) | OPT(MAP) | OPT(SHEET) | OPT(FILL_MERGED) | OPT(HIDDEN) |
         OPT(AS_WRITTEN) | OPT(SCREEN) | OPT(KNOWN_AT) | OPT(FINDINGS) | OPT(WITH_UNKNOWN) | OPT(STRICT),
     0, 2, MANY, cmd_import},
    {"layout DB look", "layout DB look FILE [DATASET] [--sender S] [--map COLUMN=FIELD]... [--sheet NAME]\n            "
     "[--division CODE] [--covers FROM..TO] [--received DATE]",
     "what a file is and what each column may be; stores nothing", "看文件是什么、各列可能是什么（不保存）",
     OPT(KEY) | OPT(JSON) | OPT(SENDER) | OPT(MAP) | OPT(SHEET) | OPT(DIVISION) | OPT(COVERS) | OPT(RECEIVED), 0, 2, 3,
     cmd_layout_look},
    {"layout DB list", "layout DB list [--all]", "list what is remembered of the columns of each sender's files",
     "列出为各报送单位记住的表头布局", OPT(KEY) | OPT(JSON) | OPT(ALL), 0, 1, 1, cmd_layout_list},
    {"layout DB import", "layout DB import FILE.json [--by WHO] [--dry-run]",
     "take over layouts that `layout DB list --json` of another data folder wrote",
     "导入另一数据文件夹用 `layout DB list --json` 导出的布局", OPT(KEY) | OPT(JSON) | OPT(BY) | OPT(DRY_RUN), 0, 2, 2,
     cmd_layout_import},
    {"layout DB forget", "layout DB forget ID [--by WHO]", "forget a remembered layout", "忘掉某个记住的表头布局",
     OPT(KEY) | OPT(BY), 0, 2, 2, cmd_layout_forget},
    {"screen",
     "screen DB --as-of DATE [--known-at DATE] [--findings OUT.csv] [--with-unknown] [--strict]\n"
     "            [--confirm RULE...|all --by WHO --reason TEXT]\n"
     "       screen DB --replay ID|DATE [--findings OUT.csv] [--with-unknown]",
     "judge every household by every rule", "按全部规则筛查每一户",
     OPT(KEY) | OPT(JSON) | OPT(AS_OF) | OPT(KNOWN_AT) | OPT(FINDINGS) | OPT(WITH_UNKNOWN) | OPT(STRICT) | OPT(BY) |
         OPT(REPLAY) | OPT(CONFIRM) | OPT(REASON),
     0, 1, 1, cmd_screen},
    {"checks", "checks DB [--as-of DATE] [--known-at DATE] [--rule R,...] [--all]",
     "run the data checks and count what they find", "运行数据核查并计数",
     OPT(KEY) | OPT(JSON) | OPT(AS_OF) | OPT(KNOWN_AT) | OPT(RULES) | OPT(ALL), 0, 1, 1, cmd_checks},
    {"checks DB list",
     "checks DB list --out FILE.xlsx|FILE.csv [--as-of DATE] [--known-at DATE] [--division CODE] [--rule R,...] "
     "[--names]",
     "write the list of findings to send down to villages", "写出下发各村的核查清单",
     OPT(KEY) | OPT(AS_OF) | OPT(KNOWN_AT) | OPT(RULES) | OPT(DIVISION) | OPT(NAMES) | OPT(OUT), OPT(OUT), 1, 1,
     cmd_checks_list},
    {"checks DB return", "checks DB return FILE... --by WHO", "take in lists that came back answered",
     "收回填好答复的清单", OPT(KEY) | OPT(BY), OPT(BY), 2, MANY, cmd_checks_return},
    {"checks DB answers", "checks DB answers", "list the answers", "列出答复", OPT(KEY) | OPT(JSON), 0, 1, 1,
     cmd_checks_answers},
    {"checks DB accept", "checks DB accept NO... --by WHO [--until DATE] [--reason TEXT]",
     "accept exceptions that answers ask for", "接受答复申请的例外", OPT(KEY) | OPT(BY) | OPT(UNTIL_DAY) | OPT(REASON),
     OPT(BY), 2, MANY, cmd_checks_accept},
    {"checks DB exceptions", "checks DB exceptions", "list accepted exceptions", "列出已接受的例外",
     OPT(KEY) | OPT(JSON), 0, 1, 1, cmd_checks_exceptions},
    {"checks DB revoke", "checks DB revoke NO --by WHO --reason TEXT", "revoke an accepted exception",
     "撤销已接受的例外", OPT(KEY) | OPT(BY) | OPT(REASON), OPT(BY) | OPT(REASON), 2, 2, cmd_checks_revoke},
    {"backtest",
     "backtest DB RULE... --from MONTH --to MONTH [--policy DIR... [--policy DIR...]] [--set PARAM=VALUE...]\n"
     "            [--decided DATASET.FIELD] [--lead MONTHS] [--known-at received|as-if]\n"
     "            [--by village|township|county] [--out FILE.csv]",
     "how a rule would have done in past months", "检验规则在过去各月的表现",
     OPT(KEY) | OPT(JSON) | OPT(FIRST_MONTH) | OPT(LAST_MONTH) | OPT(POLICY) | OPT(TRIAL_SET) | OPT(DECIDED) |
         OPT(LEAD) | OPT(BY_LEVEL) | OPT(KNOWN_MODE) | OPT(ALERTS_OUT),
     OPT(FIRST_MONTH) | OPT(LAST_MONTH), 2, MANY, cmd_backtest},
    {"whatif",
     "whatif DB --as-of DATE [--known-at DATE] --set NAME[@DIVISION]=VALUE... | --policy DIR...\n            [--by "
     "county,township,category,cause] [--rule R,... | --all] [--out FILE]",
     "who would enter and leave with other parameter values or other books", "改参数或换政策册后谁进谁退",
     OPT(KEY) | OPT(JSON) | OPT(AS_OF) | OPT(KNOWN_AT) | OPT(SET) | OPT(POLICY) | OPT(GROUP) | OPT(RULES) | OPT(ALL) |
         OPT(OUT),
     OPT(AS_OF), 1, 1, cmd_whatif},
    {"explain", "explain DB HOUSEHOLD RULE [--as-of DATE] [--known-at DATE]",
     "why a rule did or did not fire for a household", "说明某户某条规则为何成立或不成立",
     OPT(KEY) | OPT(JSON) | OPT(AS_OF) | OPT(KNOWN_AT), 0, 3, 3, cmd_explain},
    {"history", "history DB HOUSEHOLD [--from DATE] [--to DATE] [--rule R] [--known-at DATE]",
     "what was known when about a household", "某户何时知道了什么",
     OPT(KEY) | OPT(JSON) | OPT(SINCE) | OPT(UNTIL) | OPT(RULE) | OPT(KNOWN_AT), 0, 2, 2, cmd_history},
    {"status", "status DB", "what has arrived, what waits, what is missing", "已到、待处理与缺少的数据",
     OPT(KEY) | OPT(JSON) | OPT(ALL), 0, 1, 1, cmd_status},
    {"deliveries", "deliveries DB", "list the files taken in", "列出已导入的文件", OPT(KEY) | OPT(JSON), 0, 1, 1,
     cmd_deliveries},
    {"withdraw", "withdraw DB ID --reason TEXT", "take back a wrong delivery", "撤回错误的交付",
     OPT(KEY) | OPT(REASON) | OPT(BY), OPT(REASON), 2, 2, cmd_withdraw},
    {"param DB list", "param DB list [--division CODE] [--as-of DATE] [--known-at DATE]",
     "list parameters, their values and who must set them", "列出参数、取值与应由谁设定",
     OPT(KEY) | OPT(JSON) | OPT(DIVISION) | OPT(AS_OF) | OPT(KNOWN_AT), 0, 1, 1, cmd_param_list},
    {"param DB set", "param DB set NAME VALUE [--division CODE] [--from DATE] --by WHO --document NO [--received DATE]",
     "set a parameter", "设定参数", OPT(KEY) | OPT(DIVISION) | OPT(FROM_DATE) | OPT(BY) | OPT(DOCUMENT) | OPT(RECEIVED),
     OPT(BY) | OPT(DOCUMENT), 3, 3, cmd_param_set},
    {"policy check", "policy check DIR... [--strict] [--dump ast|ir|sql]", "compile policy books and show their errors",
     "检查政策册", OPT(JSON) | OPT(DUMP) | OPT(STRICT_BOOKS), 0, 1, MANY, cmd_policy_check},
    {"policy test", "policy test DIR... [NAME] [--engines all]", "run the examples of policy books on every engine",
     "运行政策册里的示例", OPT(JSON) | OPT(ENGINES), 0, 1, MANY, cmd_policy_test},
    {"policy diff", "policy diff DIR_A DIR_B [--db DB --as-of D [--known-at K]]",
     "what changed between two folders of policy books, and for whom", "两份政策册之间改了什么、影响到谁",
     OPT(JSON) | OPT(DB) | OPT(KEY) | OPT(AS_OF) | OPT(KNOWN_AT), 0, 2, 2, cmd_policy_diff},
    {"policy list", "policy list DIR...|DB [--kind K]", "list rules, measures and parameters", "列出规则、措施与参数",
     OPT(KEY) | OPT(JSON) | OPT(KIND), 0, 1, MANY, cmd_policy_list},
    {"policy explain", "policy explain RULE DIR...|DB [--division CODE] [--as-of DATE]",
     "what a rule says, where it comes from, what it needs", "某条规则的内容、出处与所需数据",
     OPT(KEY) | OPT(JSON) | OPT(DIVISION) | OPT(AS_OF), 0, 2, MANY, cmd_policy_explain},
    {"policy load", "policy load DB DIR... [--received DATE]", "put other policy books in force", "换用新的政策册",
     OPT(KEY) | OPT(BY) | OPT(RECEIVED), 0, 2, MANY, cmd_policy_load},
    {"divisions DB import", "divisions DB import FILE", "take in corrections to the list of divisions",
     "导入行政区划更正", OPT(KEY), 0, 2, 2, cmd_divisions_import},
    {"divisions DB find", "divisions DB find CODE|NAME [--as-of DATE]", "look up a division", "查行政区划",
     OPT(KEY) | OPT(JSON) | OPT(AS_OF), 0, 2, 2, cmd_divisions_find},
    {"match DB list", "match DB list [DELIVERY] [--from N] [--all]",
     "rows that wait, the likeliest candidate of each, likeliest first", "列出待处理的行及各自最可能的人",
     OPT(KEY) | OPT(JSON) | OPT(FROM_ROW) | OPT(ALL), 0, 1, 2, cmd_match_list},
    {"match DB show", "match DB show DELIVERY:LINE",
     "the candidates of a waiting row and what speaks for and against each", "说明某行的候选人及正反依据",
     OPT(KEY) | OPT(JSON), 0, 2, 2, cmd_match_show},
    {"match DB auto", "match DB auto [DELIVERY] [--by WHO]",
     "link waiting rows above the set precision, and as was decided before", "按设定的精确度和以前的决定关联待处理的行",
     OPT(KEY) | OPT(JSON) | OPT(BY), 0, 1, 2, cmd_match_auto},
    {"match DB decide", "match DB decide DELIVERY:LINE same|not|unsure [PERSON] --by WHO --reason TEXT [--anyway]",
     "decide whose row it is; remembered for later files", "决定某行是谁，并记住以用于以后的文件",
     OPT(KEY) | OPT(BY) | OPT(REASON) | OPT(ANYWAY), OPT(BY) | OPT(REASON), 3, 4, cmd_match_decide},
    {"match DB undo", "match DB undo DECISION --by WHO --reason TEXT", "take a decision back, with what it did",
     "撤销一个决定及其结果", OPT(KEY) | OPT(BY) | OPT(REASON), OPT(BY) | OPT(REASON), 2, 2, cmd_match_undo},
    {"match DB log", "match DB log", "all decisions, undone ones too", "列出全部决定（含已撤销的）",
     OPT(KEY) | OPT(JSON), 0, 1, 1, cmd_match_log},
    {"match DB duplicates", "match DB duplicates [--from N] [--all]",
     "people of the roster who may be one, the likeliest pairs first", "花名册里可能是同一人的人员，最可能的在前",
     OPT(KEY) | OPT(JSON) | OPT(FROM_ROW) | OPT(ALL), 0, 1, 1, cmd_match_duplicates},
    {"match DB merge", "match DB merge PERSON OTHER --by WHO --reason TEXT [--anyway]",
     "two people found to be one: OTHER is read as PERSON; `match DB undo` makes them two again",
     "两人实为一人：OTHER 视为 PERSON；`match DB undo` 可恢复", OPT(KEY) | OPT(BY) | OPT(REASON) | OPT(ANYWAY),
     OPT(BY) | OPT(REASON), 3, 3, cmd_match_merge},
    {"match DB apart", "match DB apart PERSON OTHER --by WHO --reason TEXT",
     "two people are two; no longer listed as duplicates", "确认是两个人，不再列为疑似重复",
     OPT(KEY) | OPT(BY) | OPT(REASON), OPT(BY) | OPT(REASON), 3, 3, cmd_match_apart},
    {"match DB links", "match DB links [DELIVERY] [--all] [--out FILE]",
     "which rows are linked to whom by judgement (--all: by ID and name too)",
     "列出经判定关联的行（--all 含按号码姓名匹配的）", OPT(KEY) | OPT(JSON) | OPT(ALL) | OPT(OUT), 0, 1, 2,
     cmd_match_links},
    {"check", "check DB", "verify the data folder", "核验数据文件夹", OPT(KEY) | OPT(JSON), 0, 1, 1, cmd_check},
    {"compact", "compact DB [--dry-run]", "make the data folder smaller without changing an answer",
     "压缩数据文件夹，不改变任何结果", OPT(KEY) | OPT(JSON) | OPT(DRY_RUN), 0, 1, 1, cmd_compact},
    {"upgrade", "upgrade DB", "bring an older data folder to this version's format", "把旧格式的数据文件夹升级到本版",
     OPT(KEY), 0, 1, 1, cmd_upgrade},
    {"key new", "key new DB [--key FILE]", "make the key of a data folder to come", "为将建的数据文件夹新建密钥",
     OPT(KEY), 0, 1, 1, cmd_key_new},
    {"key rotate", "key rotate DB", "seal everything with a new key", "更换密钥并重新加密", OPT(KEY), 0, 1, 1,
     cmd_key_rotate},
    {"generate",
     "generate DIR --people N --county CODE [--seed S] [--months N] [--from YYYY-MM] [--leave-out DATASET:MONTH] "
     "[--export]",
     "make synthetic department files", "生成模拟的部门数据文件",
     OPT(PEOPLE) | OPT(COUNTY) | OPT(SEED) | OPT(MONTHS) | OPT(FROM_MONTH) | OPT(LEAVE_OUT) | OPT(EXPORT),
     OPT(PEOPLE) | OPT(COUNTY), 1, 1, cmd_generate},
    {"version", "version", "version and formats", "版本与格式", OPT(JSON), 0, 0, 0, cmd_version},
    {"help", "help [COMMAND]", "this list, or help on one command", "本列表，或某个命令的说明", 0, 0, 0, 3, cmd_help},
};
const size_t commands_n = sizeof commands / sizeof commands[0];

static size_t same_words(const struct command *c, const struct args *a)
{
    struct str rest = str_from(c->words), word;
    size_t n = 0;
    while (str_cut(&rest, ' ', &word)) {
        if (str_eq(word, STR("DB"))) continue;
        if (n == a->n || !str_eq(word, a->arg[n])) return n == a->n ? n : 0;
        n++;
    }
    return n;
}

/* `help policy` shows every form of it. */
enum rc cmd_help(struct app *app, const struct args *a, struct err *e)
{
    size_t shown = 0;
    if (!a->n) {
        args_help(NULL, &app->out);
        return RC_OK;
    }
    for (size_t i = 0; i < commands_n; i++) {
        if (same_words(&commands[i], a) != a->n) continue;
        if (shown++) out_say(&app->out, "\n", "\n");
        args_help(&commands[i], &app->out);
    }
    if (shown) return RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "there is no command \"%.*s\". See: fangpin help",
                   "没有命令“%.*s”。请看：fangpin help", STR_ARG(a->arg[0]));
}
