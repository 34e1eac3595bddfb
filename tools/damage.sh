#!/bin/sh
# damage.sh HOUSEHOLDS DIR: a county that is in order but for known damage, as the monitoring system would export it, and
# the truth: truth.csv has a line RULE,COUNT for each data check that must find something, and no check else may. Three
# people a household, a hundred households a village. Damage k lies in the households h with h mod 500 = 5 k; the same
# HOUSEHOLDS give the same bytes.
set -eu
households=$1
dir=$2
mkdir -p "$dir"
awk -v N="$households" -v dir="$dir" '
function check(s,   i, sum, w) {
    split("7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2", w, " ")
    for (i = 1; i <= 17; i++) sum += substr(s, i, 1) * w[i]
    return substr("10X98765432", sum % 11 + 1, 1)
}
function id(born, seq,   s) {
    s = sprintf("610926%s%03d", born, seq)
    return s check(s)
}
# Field f of the row of the table at hand, unless damage says otherwise.
function put(f, v) { return (f in over) ? over[f] : v }
function hit(rule, n) { truth[rule] += n }
# Damage: what is otherwise than it should be, and which checks must find it.
function hurt(k, h) {
    split("", over)
    object_off = 0
    if (k == 1) { over["check"] = 1; hit("id_check", 1) }
    else if (k == 2) { over["sex2"] = "男"; hit("spouse_of_head", 1); }
    else if (k == 3) { over["born3"] = sprintf("2013%02d%02d", 1 + int(h / 500) % 12, 1 + int(h / 6000) % 28); over["state3"] = "学前教育"; hit("stage_pre", 1) }
    else if (k == 4) { over["labour3"] = "普通劳动力"; hit("child_labour", 1); hit("student_labour", 1) }
    else if (k == 5) { over["health2"] = ""; hit("health_blank", 1) }
    else if (k == 6) { over["schooling2"] = ""; hit("school_neither", 1) }
    else if (k == 7) { over["schooling3"] = "小学"; hit("school_both", 1) }
    else if (k == 8) { over["labour2"] = "弱劳动力或半劳动力"; hit("adult_weak", 1) }
    else if (k == 9) { over["house"] = "是"; hit("miss_house", 1) }
    else if (k == 10) { over["water"] = "否"; hit("miss_water", 1) }
    else if (k == 11) { over["crop"] = "100.01"; hit("area_crop", 1); hit("land_jump", 1) }
    else if (k == 12) { over["returned"] = "9"; hit("returned_more", 1) }
    else if (k == 13) { over["road_km"] = "5.5"; hit("road_far", 1) }
    else if (k == 14) { over["toilet"] = ""; hit("blank_toilet", 1) }
    else if (k == 15) { over["net"] = "50001"; hit("net_sum_wrong", 1); hit("per_head_wrong", 1) }
    else if (k == 16) { over["cost"] = "0"; over["net"] = "52000"; hit("business_no_cost", 1); hit("per_head_wrong", 1) }
    else if (k == 17) { over["pension_sum"] = "50"; hit("pension_tiny", 1); hit("transfer_parts", 1) }
    else if (k == 18) { over["resident1"] = "否"; hit("insured_none", 1); hit("serious_differs", 1); hit("insurance_lost", 1); hit("lifted_uninsured", 1) }
    else if (k == 19) { over["worker1"] = "是"; hit("insured_both", 1) }
    else if (k == 20) { over["serious2"] = ""; hit("serious_blank", 1) }
    else if (k == 21) { over["post3"] = "是"; over["post_months3"] = "6"; hit("post_child", 1); hit("post_no_labour", 1) }
    else if (k == 22) { over["post2"] = "是"; hit("post_no_months", 1) }
    else if (k == 23) { over["pay"] = "50"; hit("work_pay_floor", 1) }
    else if (k == 24) { over["pay"] = "40000"; hit("work_pay_ceiling", 1) }
    else if (k == 25) { over["employer"] = ""; hit("work_employer_blank", 1) }
    else if (k == 26) { over["place"] = "440000000000"; hit("work_place_level", 1) }
    else if (k == 27) { over["channel"] = "帮扶车间"; hit("work_away_workshop", 1) }
    else if (k == 28) { over["phone"] = "1380013800"; hit("work_phone", 1) }
    else if (k == 29) { over["last_end"] = "2026-04-01"; hit("work_overlap", 1) }
    else if (k == 30) { over["bank"] = "6200000000000000"; hit("bank_other_household", 1) }
    else if (k == 31) { over["object"] = 1; over["risks"] = "因病"; hit("risk_ill", 1); hit("open_unhelped_ill", 1); hit("risk_ill_oop", 1) }
    else if (k == 32) { over["object"] = 1; over["risks"] = "其他"; hit("object_other_note", 1) }
    else if (k == 33) { over["object"] = 1; over["identified"] = ""; hit("object_no_time", 1) }
    else if (k == 34) { over["object"] = 1; over["help"] = "尚未实施"; hit("object_not_done", 1) }
    else if (k == 35) { over["object"] = 1; over["floor_help"] = "特困供养"; hit("measure_floor_nobody", 1); hit("measure_destitute_wrong", 1) }
    else if (k == 36) { over["object"] = 1; over["industry"] = "其他"; hit("object_thin_industry", 1) }
    else if (k == 37) { over["object"] = 1; over["gone"] = 1; hit("object_vanished", 1) }
    else if (k == 38) { over["object"] = 1; over["per_head_then"] = "20001"; hit("head_high_identified", 1) }
    else if (k == 39) { over["object"] = 1; over["cleared"] = 1; hit("clear_no_contact", 1); hit("clear_no_phone", 1); hit("clear_soon", 1) }
    else if (k == 40) { over["vanish"] = 1; hit("member_vanished", 1) }
    else if (k == 41) { over["power"] = "否"; hit("power_none", 1) }
    else if (k == 42) { over["post_months3"] = "6"; hit("post_months_only", 1) }
    else if (k == 43) { over["planned"] = "是"; over["labour1"] = "无劳动力"; hit("adult_no_labour", 1); hit("work_no_labour", 1)
        hit("plan_no_labour", 1); hit("work_plan_needs", 1); hit("plan_place", 1) }
    else if (k > 43) hurt_more(k)
}
function hurt_more(k) {
    if (k == 44) { over["health2"] = "患有大病"; over["serious2"] = "否"; hit("miss_serious", 1); hit("serious_differs", 1); hit("serious_lifted", 1); hit("adult_strong", 1) }
    else if (k == 45) { cleared_well(); over["house_after"] = "是"; hit("clear_house_flag", 1) }
    else if (k == 46) { cleared_well(); over["per_head_after"] = ""; hit("clear_values_blank", 1) }
    else if (k == 47) { cleared_well(); over["cleared_how"] = "帮扶消除"; over["measures"] = ""; hit("clear_no_measure", 1); hit("clear_unhelped_study", 1) }
    else if (k == 48) { over["object"] = 1; over["risks"] = "缺劳动力"; hit("risk_labour_share", 1) }
    else if (k == 49) { over["object"] = 1; over["jobs"] = "劳务输出"; hit("measure_export_old", 1) }
    else if (k == 50) { over["object"] = 1; over["measures"] = "教育帮扶,产业帮扶,搬迁"; hit("resettled_late", 1) }
    else if (k == 51) { over["phone1"] = "13999999999"; hit("phone_other_household", 1) }
    else if (k == 52) { over["short"] = 1; hit("id_length", 1) }
    else if (k == 53) { over["relation3"] = ""; hit("relation_blank", 1) }
    else if (k == 54) { over["relation3"] = "配偶"; over["sex3"] = "女"; hit("spouses_many", 1) }
    else if (k == 55) { over["health2"] = "残疾"; hit("disabled_no_cert", 1); hit("adult_strong", 1) }
    else if (k == 56) { over["state3"] = "普通高中一年级"; hit("stage_senior", 1) }
    else if (k == 57) { over["pension2"] = ""; over["worker_pension2"] = ""; hit("pension_blank", 1); hit("pensions_blank", 1) }
    else if (k == 58) { over["began"] = ""; hit("work_start_blank", 1) }
    else if (k == 59) { over["labour1"] = "弱劳动力或半劳动力"; hit("adult_weak", 1); hit("work_half_labour", 1) }
    else if (k == 60) { over["planned"] = "是"; over["plan_place"] = "440000000000"; over["needs"] = "岗位推荐"; hit("plan_place", 1) }
    else if (k == 61) { over["phone"] = "12000000000"; hit("work_phone_mobile", 1) }
    else if (k == 62) { over["area"] = "县内"; over["travel"] = "300"; hit("travel_local", 1) }
    else if (k == 63) { over["channel"] = "公益性岗位"; hit("work_away_post", 1) }
    else if (k == 64) { over["post_kinds2"] = "护林员,护路员,保洁员"; hit("posts_kinds", 1) }
    else if (k == 65) { over["house_phone"] = "1380013800"; hit("household_phone", 1) }
    else if (k == 66) { over["house"] = ""; hit("blank_unsafe", 1) }
    else if (k == 67) { over["object"] = 1; over["identified"] = "2026-05-09"; hit("identified_changed", 1) }
    else if (k == 68) { over["away2"] = "省外,"; hit("area_no_months", 1) }
    else if (k == 69) { over["away2"] = ",6"; hit("months_no_area", 1) }
    else if (k == 70) { over["people"] = "4"; over["per_head"] = "12500"; hit("people_differ", 1) }
    else if (k == 71) { over["object"] = 1; over["category"] = "边缘易致贫户"; hit("category_type", 1) }
    else if (k == 72) { over["per_head"] = "20000"; hit("per_head_wrong", 1) }
    else if (k == 73) { cleared_well(); over["state3"] = ""; over["schooling3"] = "小学"; hit("clear_school_now", 1)
        hit("compulsory_lifted", 1); hit("compulsory_object", 1); hit("leave_reason_blank", 1) }
    else if (k == 74) { over["date2"] = "1980-02-03"; hit("born_not_id", 1) }
    else if (k == 75) { over["shown3"] = "女"; over["relation3"] = "之女"; hit("sex_not_id", 1) }
    else if (k == 76) { over["marriage3"] = "离婚"; hit("married_child", 1) }
    else if (k == 77) { over["politics3"] = "中共党员"; hit("party_child", 1) }
    else if (k == 78) { over["registered"] = "1950-01-01"; hit("registered_before", 1) }
}
# A cleared risk in order: long identified, with a contact.
function cleared_well() { over["object"] = 1; over["cleared"] = 1; over["long_ago"] = 1; over["contact"] = "村干部"; over["contact_phone"] = "13800138000" }
# A village is damaged by its number, in June.
function village_row(v, now,   k) {
    split("", over)
    k = now ? v % 8 : 0
    if (k == 1) { over["doctors"] = ""; hit("village_blank_doctors", 1) }
    else if (k == 2) { over["unsafe"] = "101"; hit("village_unsafe_more", 1); hit("village_problem_more", 1) }
    else if (k == 3) { over["land"] = "400"; if (v % 5 != 0 && v % 5 != 2) hit("village_land", 1) } # there a household has no form
    else if (k == 4) { over["paved"] = "否"; hit("village_road_none", 1) }
    else if (k == 5) { over["income"] = "0"; hit("village_no_income", 1) }
    else if (k == 6) { over["disabled"] = ""; hit("village_blank_disabled", 1) }
    else if (k == 7) { over["households"] = "99"; hit("village_households_less", 1) }
    line(sprintf("%02d-village_form.csv", now ? 6 : 5), cid[1] ",甲1," village ",是," put("households", "100") ",300," put("land", "2000") \
        "," put("income", "50000") ",是,是," put("paved", "是") ",是," put("doctors", "1") ",2,3,是," put("unsafe", "5") ",5,0,0," \
        put("disabled", "4") ",200," (now ? "2026-06-30" : "2026-05-31"))
}
function line(file, s) { print s > (dir "/" file) }
BEGIN {
    heads["roster.csv"] = "户编号,姓名,证件号码,性别,与户主关系,出生日期,民族,政治面貌,婚姻状况" \
        ",文化程度,在校生状况,健康状况,劳动技能,是否参加城乡居民基本医疗保险" \
        ",是否特困供养,联系电话,户类型,监测对象类别,登记日期,行政区划代码,乡镇" \
        ",村名,家庭住址,饮水是否安全,住房面积,耕地面积,银行卡号"
    heads["member_form.csv"] = "证件号码,姓名,失辍学原因,是否参加城镇职工基本医疗保险" \
        ",是否参加城乡居民基本医疗保险,是否参加大病保险" \
        ",是否参加城乡居民基本养老保险,是否参加城镇职工基本养老保险,务工区域" \
        ",务工时间（月）,是否公益性岗位,公益性岗位（月数）" \
        ",公益性岗位类型,是否享受农村低保政策,是否易地搬迁人口,统计日期"
    heads["household_form.csv"] = "户主证件号码,户主姓名,家庭人口,耕地面积（亩）,林地面积（亩）" \
        ",退耕还林面积（亩）,林果面积（亩）,牧草地面积（亩）,水域面积（亩）" \
        ",与村主干路距离（公里）,入户路类型,是否通生活用电,是否通广播电视" \
        ",是否有卫生厕所,是否解决安全饮用水,主要燃料类型,住房是否危房" \
        ",住房面积（平方米）,工资性收入,生产经营性收入,财产性收入,转移性收入" \
        ",生产经营性支出,计划生育金,低保金,特困供养金,养老保险金,生态补偿金" \
        ",纯收入,人均纯收入,户联系电话,统计日期"
    heads["object_form.csv"] = "户主证件号码,户主姓名,监测对象类别,致贫返贫风险,因自然灾害子项" \
        ",风险备注,识别时间,整户无劳动能力兜底保障户,识别时住房出现安全问题" \
        ",识别时义务教育阶段失学辍学,识别时饮水出现安全问题" \
        ",识别时有成员未参加基本医疗保险,识别时工资性收入,识别时合规自付支出" \
        ",识别时人均纯收入,帮扶措施,产业帮扶子项,就业帮扶子项,金融帮扶子项" \
        ",健康帮扶子项,教育帮扶子项,综合保障子项,实施开发式帮扶措施情况" \
        ",参保缴费补贴时间,风险是否消除,风险消除方式,风险消除时间,监测联系人" \
        ",监测联系人电话,消除时住房出现安全问题,消除时义务教育阶段失学辍学" \
        ",消除时饮水出现安全问题,消除时有成员未参加基本医疗保险" \
        ",消除时工资性收入,消除时生产经营性收入,消除时转移性收入" \
        ",消除时人均纯收入,统计日期"
    heads["work_form.csv"] = "证件号码,姓名,是否已务工,务工开始时间,务工结束时间" \
        ",上一次务工结束时间,务工所在地,务工区域,务工企业名称,所属行业" \
        ",就业渠道,是否点对点输送,务工月收入（元）,交通补贴（元）,联系电话" \
        ",是否计划外出务工,就业服务需求,计划务工所在地,统计日期"
    heads["village_form.csv"] = "填表人证件号码,填表人,行政村代码,是否出列,总户数,总人口,耕地面积（亩）,村集体经济收入（元）" \
        ",村小学,通客运班车,到乡镇通沥青（水泥）路,卫生室,执业医师,公共厕所,垃圾堆放点,图书室,危房户数,未解决安全饮水户数" \
        ",低保户数,特困户数,残疾人口数,参加养老保险人数,统计日期"
    heads["dibao.csv"] = "低保证号,姓名,公民身份号码,保障类别,月保障金额,享受起始日期" \
        ",收入超标日期,村名,统计日期"
    heads["disability.csv"] = "姓名,身份证号,残疾人证号,残疾类别,残疾等级,发证日期,统计日期"
    heads["monitored.csv"] = "户编号,户主姓名,户主证件号码,监测对象类别,风险类型,风险说明,识别时间" \
        ",风险状态,消除时间,统计日期"
    heads["measure_given.csv"] = "户编号,户主姓名,户主证件号码,帮扶措施,实施部门,开始日期,结束日期,金额" \
        ",实施状态,统计日期"
    for (f in heads) {
        if (f != "roster.csv") line("05-" f, heads[f])
        line((f == "roster.csv" ? "" : "06-") f, heads[f])
    }
    for (h = 0; h < N; h++) {
        k = h % 500 % 5 == 0 ? h % 500 / 5 : 0
        if (h == 0) k = 0
        # Several counts a thousand households; the first bank account is shared by all who have damage 30.
        if (k == 30 && h == 150 && N <= 500) k = 0
        if (k == 51 && N <= 500) k = 0
        hurt(k, h)
        village = sprintf("610926%03d%03d", 100 + int(h / 10000), 201 + int(h / 100) % 100)
        hid = sprintf("H%08d", h)
        seq = h % 500 # of each sex: the last digit but one of an ID is odd for men
        day = int(h / 500)
        born[1] = sprintf("%04d%02d%02d", 1975 + day % 10, 1 + int(day / 10) % 12, 1 + int(day / 120) % 28)
        born[2] = sprintf("%04d%02d%02d", 1986 + day % 10, 1 + int(day / 10) % 12, 1 + int(day / 120) % 28)
        born[3] = put("born3", sprintf("%04d%02d%02d", 2014 + day % 4, 1 + int(day / 4) % 6, 1 + int(day / 24) % 28))
        for (m = 1; m <= 3; m++) {
            sex = m == 2 ? put("sex2", "女") : m == 3 ? put("sex3", "男") : "男"
            cid[m] = id(born[m], 2 * seq + (sex == "男"))
            wrong = m == 1 && (("check" in over) || ("short" in over))
            shown = !wrong ? cid[m] : substr(cid[m], 1, 17) (("short" in over) ? "" : substr(cid[m], 18) == "0" ? "1" : "0")
            date = substr(born[m], 1, 4) "-" substr(born[m], 5, 2) "-" substr(born[m], 7, 2)
            if (m == 2) date = put("date2", date)
            if (m == 3) sex = put("shown3", sex)
            labour = m == 3 ? put("labour3", "无劳动力") : m == 2 ? put("labour2", "普通劳动力") : put("labour1", "普通劳动力")
            schooling = m == 3 ? put("schooling3", "") : m == 2 ? put("schooling2", "初中") : "初中"
            relation = m == 1 ? "户主" : m == 2 ? "配偶" : put("relation3", "之子")
            line("roster.csv", hid ",甲" m "," shown "," sex "," relation "," date ",汉族," \
                (m == 3 ? put("politics3", "群众") "," put("marriage3", "未婚") : "群众,已婚") "," schooling "," \
                (m == 3 ? put("state3", "小学") : "") "," (m == 2 ? put("health2", "健康") : "健康") "," labour ",是,否," \
                (m == 1 ? put("phone1", "1" (30000000 + h * 3 + m) "01") : "1" (30000000 + h * 3 + m) "0" m) \
                ",脱贫户,," put("registered", "2020-01-01") "," village ",镇,村,住址,是,100,5," \
                (m == 1 ? put("bank", sprintf("62%014d", h + 1)) : ""))
            if (wrong) continue
            for (month = 5; month <= 6; month++) {
                if (month == 6 && m == 3 && ("vanish" in over)) continue
                now = month == 6
                end = month == 5 ? "2026-05-31" : "2026-06-30"
                post = now && m == 3 ? put("post3", "否") : now && m == 2 ? put("post2", "否") : "否"
                line(sprintf("%02d-member_form.csv", month), cid[m] ",甲" m ",," (now && m == 1 ? put("worker1", "否") : "否") "," \
                    (now && m == 1 ? put("resident1", "是") : "是") "," (now && m == 2 ? put("serious2", "是") : "是") "," \
                    (now && m == 2 ? put("pension2", "是") "," put("worker_pension2", "否") : m == 3 ? "否,否" : "是,否") "," \
                    (m == 1 ? "省外,6" : now && m == 2 ? put("away2", ",") : ",") "," post "," \
                    (now && m == 3 ? put("post_months3", "") : "") \
                    ",\"" (now && m == 2 ? put("post_kinds2", "") : "") "\",否,否," end)
            }
        }
        if (("check" in over) || ("short" in over)) continue
        for (month = 5; month <= 6; month++) {
            end = month == 5 ? "2026-05-31" : "2026-06-30"
            now = month == 6
            if (!now) { for (f in over) kept[f] = over[f]; object = ("object" in over); long_ago = ("long_ago" in over); split("", over) }
            line(sprintf("%02d-household_form.csv", month), cid[1] ",甲1," put("people", "3") "," put("crop", "5") ",6," \
                put("returned", "4") ",1,1,0," put("road_km", "1") ",水泥路," put("power", "是") ",是," \
                put("toilet", "是") "," put("water", "是") ",清洁能源," put("house", "否") \
                ",100,40000,12000,0,0," put("cost", "2000") ",0,0,0," put("pension_sum", "0") ",0," \
                put("net", "50000") "," put("per_head", "16666.67") "," put("house_phone", "13800138000") "," end)
            line(sprintf("%02d-work_form.csv", month), cid[1] ",甲1,是," put("began", "2026-03-01") ",," put("last_end", "") "," \
                put("place", "440106000000") "," put("area", "省外") "," put("employer", "某厂") ",制造业," \
                put("channel", "企业招用") ",否," put("pay", "4000") "," put("travel", "0") "," put("phone", "13800138000") "," \
                put("planned", "否") "," put("needs", "") "," put("plan_place", "") "," end)
            gone = now && ("gone" in over)
            if (object && !gone) {
                cleared = ("cleared" in over)
                line(sprintf("%02d-object_form.csv", month), cid[1] ",甲1," put("category", "脱贫不稳定户") "," put("risks", "因学") ",,," \
                    put("identified", long_ago ? "2025-01-10" : "2026-05-10") ",否,否,否,否,否,5000,0," \
                    put("per_head_then", "7000") ",\"" put("measures", "教育帮扶,产业帮扶") "\"," put("industry", "种植业") "," put("jobs", "") ",,,," \
                    put("floor_help", "") "," put("help", "已实施") ",," \
                    (cleared ? "已消除," put("cleared_how", "自然消除") ",2026-06-20," put("contact", "") "," put("contact_phone", "") "," \
                                   put("house_after", "否") ",否,否,否,40000,12000,0," put("per_head_after", "9000") \
                             : "未消除,,,,,,,,,,,,") "," end)
            }
            if (!now) { for (f in kept) over[f] = kept[f]; split("", kept) }
        }
        if (h % 100 == 1) {
            village_row(int(h / 100), 0)
            village_row(int(h / 100), 1)
        }
    }
    if (truth["bank_other_household"] == 1) delete truth["bank_other_household"]
    if (truth["phone_other_household"] == 1) delete truth["phone_other_household"]
    for (r in truth) if (truth[r]) line("truth.unsorted", r "," truth[r])
}'
LC_ALL=C sort "$dir/truth.unsorted" >"$dir/truth.csv"
rm "$dir/truth.unsorted"
