#include "ident/name_written.h"
#include "base/test.h"

static void test_kinds(struct test *t)
{
    static const struct {
        const char *text;
        enum name_written is;
    } CASES[] = {{"WANG HONG", NAME_PINYIN}, {"wanghong", NAME_PINYIN}, {"ＷＡＮＧ", NAME_PINYIN},
                 {"Lü Li", NAME_PINYIN},     {"张**", NAME_MASKED},     {"*三", NAME_MASKED},
                 {"王＊国", NAME_MASKED},    {"张某某", NAME_MASKED},   {"张XX", NAME_MASKED},
                 {"王○国", NAME_MASKED},     {"张三", NAME_PLAIN},      {"***", NAME_PLAIN},
                 {"", NAME_PLAIN},           {"王HONG", NAME_PLAIN},    {"W4NG", NAME_PLAIN},
                 {"张?", NAME_PLAIN},        {" ", NAME_PLAIN},         {"\xFF\xFE*", NAME_PLAIN}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        test_eq_i64(t, name_written(str_from(CASES[i].text)), CASES[i].is, __FILE__, __LINE__, CASES[i].text);
}

static void test_pinyin(struct test *t)
{
    static const struct {
        const char *text, *roster;
        bool same;
    } CASES[] = {
        {"WANG HONG", "王红", true},
        {"Hong Wang", "王红", true},
        {"wanghong", "王红", true},
        {"HONGWANG", "王红", true},
        {"WANGHONG", "王红娟", false},
        {"WANG HONG JUAN", "王红", false},
        {"WANG HUNG", "王红", false},
        {"LI HONG", "王红", false},
        {"LYU LI", "吕丽", true},
        {"LV LI", "吕丽", true},
        {"LU LI", "吕丽", true},
        {"Lü Li", "吕丽", true},
        {"SHAN XIONG", "单雄", true}, /* as a surname */
        {"DAN XIONG", "单雄", true},
        {"ZENG LI", "曾丽", true},
        {"XIE FANG", "解放", true},
        {"NIMA CIREN", "尼玛次仁", true},
        {"Ciren Nima", "尼玛次仁", false}, /* no surname, and nothing says where the second part begins */
        {"OUYANG NA", "欧阳娜", true},
        {"Na Ouyang", "欧阳娜", true},
        {"Ou-yang Na", "欧阳娜", true},
        {"AYIGULI·MAIMAITI", "阿依古丽·买买提", true},
        {"MAIMAITI AYIGULI", "阿依古丽·买买提", true},
        {"XI AN", "先", false},
        {"WANG XI AN", "王先", false}, /* a blank inside a syllable */
        {"WANG XIAN", "王西安", true},
        {"ZHANG FANGAN", "张芳安", true},
        {"W H", "王红", false},
        {"WANG", "王", false},
        {"WANGHONGWANGHONGWANGHONGWANGHONGWANGHONGWANGHONGWANGHONGWANGHONG", "王红", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        test_eq_i64(t, name_written_same(str_from(CASES[i].text), str_from(CASES[i].roster)), CASES[i].same, __FILE__,
                    __LINE__, CASES[i].text);
}

static void test_masked(struct test *t)
{
    static const struct {
        const char *text, *roster;
        bool same;
    } CASES[] = {
        {"张**", "张国强", true},
        {"张*强", "张国强", true},
        {"*国强", "张国强", true},
        {"张＊＊", "张国强", true},
        {"张某某", "张国强", true},
        {"张X强", "张国强", true},
        {"張*強", "张国强", true},
        {"张*", "张国强", false},
        {"张**", "张强", false},
        {"李**", "张国强", false},
        {"张*国", "张国强", false},
        {"***", "张国强", false},
        {"欧阳*", "欧阳娜", true},
        {"张**", "", false},
        {"张国强", "张国强", false}, /* not masked at all */
        {"阿依**·买*提", "阿依古丽·买买提", true},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        test_eq_i64(t, name_written_same(str_from(CASES[i].text), str_from(CASES[i].roster)), CASES[i].same, __FILE__,
                    __LINE__, CASES[i].text);
}

void name_written_test(struct test *t);
void name_written_test(struct test *t)
{
    if (TEST(t, "name written: kinds")) test_kinds(t);
    if (TEST(t, "name written: pinyin")) test_pinyin(t);
    if (TEST(t, "name written: masked")) test_masked(t);
}
