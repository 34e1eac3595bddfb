/* Every value of the monitoring system's lists, as its export writes them, is read by the books that are shipped. */
#include "base/limits.h"
#include "base/test.h"
#include "ingest/cell.h"
#include "match/plan.h"

struct value_list {
    const char *dataset, *field;
    const char *values; /* with blanks between; a=b: a is read as b; of a bool 是 and 否 */
};

static const struct value_list LISTS[] = {
    {"roster", "relation",
     "户主 配偶 之子 之女 之儿媳 之女婿 之孙子 之孙女 之外孙子 之外孙女 之父 之母 之岳父 之岳母 之公公 之婆婆 之祖父 "
     "之祖母 之外祖父 之外祖母 之兄弟姐妹 之曾孙子 之曾孙女 之侄儿 之侄女 之兄弟媳妇 之叔伯 其他"},
    {"roster", "schooling", "文盲或半文盲 小学 初中 高中 大专 本科及以上"},
    {"roster", "school_state",
     "学龄前儿童 学前教育 小学 七年级 八年级 九年级 普通高中一年级 普通高中二年级 普通高中三年级 中职一年级 "
     "中职二年级 中职三年级 高职高专一年级 高职高专二年级 高职高专三年级 技师学院一年级 技师学院二年级 技师学院三年级 "
     "技师学院四年级 本科一年级 本科二年级 本科三年级 本科四年级 本科五年级 硕士研究生及以上"},
    {"roster", "labour", "普通劳动力 技能劳动力 弱劳动力或半劳动力 丧失劳动力 无劳动力"},
    {"roster", "health", "健康 长期慢性病 患有大病 残疾"},
    {"roster", "politics", "中共党员 中共预备党员 共青团员 群众"},
    {"roster", "hh_type",
     "脱贫户（享受政策）=脱贫户 脱贫户(享受政策)=脱贫户 脱贫户（不享受政策）=脱贫户 脱贫户(不享受政策)=脱贫户 "
     "一般农户 脱贫户"},
    {"roster", "watch_type",
     "脱贫不稳定户 边缘易致贫户 突发严重困难户 脱贫不稳定=脱贫不稳定户 边缘易致贫=边缘易致贫户 "
     "突发严重困难=突发严重困难户"},
    {"roster", "destitute", "不享受=否 农村特困=是 城市特困=是 是 否"},
    {"member_form", "listed_dibao", "未享受=否 农村低保=是 城市低保=是 是 否"},
    {"household_form", "road", "泥土路 砂石路 水泥路 沥青路"},
    {"household_form", "fuel", "柴草 干畜粪 煤炭 清洁能源 其他=其他燃料"},
    {"housing", "grade", "A B C D A级=A Ｂ级=B C　级=C"},
    {"object_form", "category", "脱贫不稳定户 边缘易致贫户 突发严重困难户"},
    {"object_form", "risks",
     "因病 因学 因残 因自然灾害 因意外事故 因产业项目失败 因务工就业不稳 缺劳动力 因安全住房 因安全饮水 其他"},
    {"object_form", "disasters",
     "洪涝 地质 旱灾 生物 气象 地震 其他=其他灾害 洪涝灾害=洪涝 地质灾害=地质 生物灾害=生物 气象灾害=气象 "
     "地震灾害=地震"},
    {"object_form", "measures",
     "产业帮扶 就业帮扶 金融帮扶 公益岗位帮扶 健康帮扶 义务教育保障 其他教育帮扶=教育帮扶 综合保障 住房安全保障 "
     "饮水安全保障 社会帮扶 搬迁 生产生活条件改善 基础设施建设"},
    {"object_form", "help_state", "已实施 尚未实施"},
};

/* What it is read as; empty: it is not. */
static struct str read_as(const struct plan_column *c, struct str value)
{
    bool yes;
    enum cell_reason why;
    uint16_t code = c->codes ? plan_code_find(c->codes, value) : STAGE_BLANK16;
    if (c->kind != CK_BOOL) return code == STAGE_BLANK16 ? STR("") : c->codes->name[code];
    if (cell_bool(value, &yes, &why) == CELL_OK) return yes ? STR("是") : STR("否");
    return code == STAGE_BLANK16 ? STR("") : code ? STR("是") : STR("否");
}

static void check_list(struct test *t, struct policy *p, const struct value_list *l, struct arena *a)
{
    struct plan pl;
    struct err e = {.lang = LANG_EN};
    struct str rest = str_from(l->values), item;
    CHECK_I64(t, plan_dataset(&pl, p, str_from(l->dataset), a, &e), RC_OK);
    int32_t field = plan_field_index(&pl, str_from(l->field));
    CHECK(t, field >= 0 && (size_t)field < pl.n_cols);
    while (field >= 0 && str_cut(&rest, ' ', &item)) {
        struct str want = item, value;
        if (!str_cut(&want, '=', &value) || !want.n) want = value = item;
        test_eq_str(t, read_as(&pl.cols[field], value), want, __FILE__, __LINE__, l->field);
    }
    plan_fini(&pl);
}

static void all_lists(struct test *t)
{
    static const char *const DIRS[] = {"policy/core", "policy/national"};
    struct arena a;
    struct books books;
    struct diags d;
    struct policy *p = NULL;
    struct err e = {.lang = LANG_EN};
    arena_init(&a, MIB(256));
    diags_init(&d, &a, LANG_EN);
    books_init(&books, &a);
    CHECK_I64(t, books_load(&books, DIRS, 2, &d, &e), RC_OK);
    CHECK_I64(t, policy_new(&p, &books, &a, &d, &e), RC_OK);
    for (size_t i = 0; p && i < sizeof LISTS / sizeof *LISTS; i++) check_list(t, p, &LISTS[i], &a);
    policy_free(p);
    arena_fini(&a);
}

void value_lists_test(struct test *t);

void value_lists_test(struct test *t)
{
    if (TEST(t, "value_lists: every value of the national system's lists is read")) all_lists(t);
}
