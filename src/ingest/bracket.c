#include "ingest/bracket.h"

#define HAS(s, ...) \
    is_in((s), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), false)
#define IS(s, ...) \
    is_in((s), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), true)

static bool is_in(struct str s, const char *const *words, size_t n, bool whole)
{
    for (size_t i = 0; i < n; i++) {
        struct str w = str_from(words[i]);
        if (whole ? str_eq(s, w) : str_find(s, w, 0) != SIZE_MAX) return true;
    }
    return false;
}

/* Another time, a share, a plan. */
static bool says_other(struct str s)
{
    return HAS(s, "累计", "累积", "上年", "去年", "前年", "上期", "同期", "上月", "上季", "往年", "历年", "上一年",
               "比例", "占比", "比率", "人次", "次数", "预计", "预算", "计划", "目标", "增长", "增减", "同比", "环比");
}

bool group_is_other(struct str s) { return says_other(s); }

bool bracket_is_other_unit(struct str s)
{
    size_t slash = str_find(s, STR("/"), 0);
    if (slash != SIZE_MAX && slash) s = str_sub(s, 0, slash);
    return IS(s, "分", "角", "人", "户", "人次", "个", "次", "只", "头", "口", "岁", "年", "月", "天", "日", "小时",
              "件", "台", "套", "间", "栋", "座", "棵", "株", "亩", "公顷", "平方米", "平米", "㎡", "m2", "m²",
              "平方公里", "公里", "里", "米", "千米", "km", "m", "公斤", "千克", "kg", "斤", "吨", "%", "%%");
}

/* How to fill it in, what form it has. */
static bool says_form(struct str s)
{
    return HAS(s, "填", "选", "格式", "样式", "示例", "文本", "数字", "字符", "汉字", "大写", "小写", "年月日", "年-月",
               "yyyy", "签字", "签名", "签章", "盖章", "说明", "保留", "小数", "整数", "唯一", "空", "必录", "脱敏",
               "系统", "导出", "√", "代码", "编码", "编号", "全称", "简称", "代号", "optional", "required", "text");
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* "18位", "11或8位"; "1", "2026-01-01", "20260101". A year alone says of which year the column is. */
static bool says_digits(struct str s)
{
    size_t digits = 0, other = 0;
    if (str_ends(s, STR("位")) && s.n > 3 && is_digit(s.p[s.n - 4])) return true;
    if (str_ends(s, STR("位数"))) return true;
    for (size_t i = 0; i < s.n; i++) {
        if (is_digit(s.p[i])) digits++;
        else if (!strchr("-./:~", s.p[i])) return false;
        else other++;
    }
    return digits && (digits != 4 || other);
}

/* "①", "一", "a": a number among columns of one name. */
static bool is_number(struct str s)
{
    bool circled = s.n == 3 && (unsigned char)s.p[0] == 0xE2 && (unsigned char)s.p[1] == 0x91;
    bool letter = s.n == 1 && s.p[0] >= 'a' && s.p[0] <= 'z';
    return circled || letter || IS(s, "一", "二", "三", "四", "五", "六", "七", "八", "九", "十");
}

/* 男/女, 是、否, 1是2否: what it may hold. */
static bool is_choice(struct str s)
{
    if (HAS(s, "/", "、", "|", ";", "或")) return true;
    bool words = false;
    for (size_t i = 0; i < s.n; i++) words |= (unsigned char)s.p[i] >= 0x80;
    return words && is_digit(s.p[0]) && HAS(s, "1") && HAS(s, "2");
}

bool bracket_is_harmless(struct str s)
{
    if (!s.n) return true;
    if (says_other(s)) return IS(s, "人次");
    if (HAS(s, "元", "yuan", "rmb", "cny")) return true; /* the plan reads them, or asks */
    if (bracket_is_other_unit(s) || says_form(s) || says_digits(s) || is_number(s) || is_choice(s)) return true;
    if (str_starts(s, STR("如")) || str_starts(s, STR("例")) || str_starts(s, STR("见"))) return true;
    return IS(s, "身份证", "身份证号", "身份证号码", "公民身份号码", "证件号码", "证件号", "居民身份证", "手机",
              "手机号", "手机号码", "电话", "座机", "公历", "阳历", "本人", "本月", "本期", "当期", "当月", "本次",
              "本季", "本季度", "社区", "街道", "居", "村", "镇", "乡", "市", "区", "县", "旗", "组", "屯", "社",
              "居委会", "村委会", "注", "备注", "单位", "中文", "以下同", "下同", "只", "日期", "时间", "名称", "姓名");
}
