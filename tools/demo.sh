#!/bin/sh
# make demo [SERVE=no]: three counties' files to explained, cited findings, in demo/. DEMO_PEOPLE (100000)
# people a county.
# A second run starts fresh. Nobody in the files exists. Language: FANGPIN_LANG or the locale.
set -eu
cd "$(dirname "$0")/.."
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES FANGPIN_KEY
began=$(date +%s)
people=${DEMO_PEOPLE:-100000}
case "${FANGPIN_LANG:-}" in
zh | en) lang=$FANGPIN_LANG ;;
*) case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in en*) lang=en ;; *) lang=zh ;; esac ;;
esac
export FANGPIN_LANG=$lang
export FANGPIN_TODAY=2026-10-20 # the day of the last screen: the demo is the same on any day
export LC_ALL=C.UTF-8
fangpin=bin/fangpin
db=demo/db
shaanxi=610724
shanxi=140924
hebei=130725
counties="$shaanxi $shanxi $hebei"
books="policy/core policy/national policy/shaanxi policy/shanxi policy/hebei policy/example"

say() { # say EN ZH
    if [ "$lang" = en ]; then printf '%s\n' "$1"; else printf '%s\n' "$2"; fi
}
title() {
    printf '\n\033[1m== '
    say "$1" "$2" | tr -d '\n'
    printf ' ==\033[0m\n'
}

say "building" "编译"
make -s bin/fangpin
rm -rf demo
mkdir -p demo/log

# ---------------------------------------------------------------- books, parameters

# A county may have a book of its own. This one tries a rule out for the flood season only: after 31 August
# it is withdrawn.
mkdir -p demo/policy/county
cat >demo/policy/county/county.md <<'END'
# 西乡县：汛期临时排查

演示用的县级政策册：汛期内排查饮水不安全且有老人的户，8 月底结束。

```policy
book xixiang_2026 "西乡县 汛期排查（演示）" {
  jurisdiction 610724 inherits core, national_2021, shaanxi_2021 issued 2026-06-01 }
```

## 汛期

```policy
rule flood_check "汛期排查：老人户" risk yellow to 2026-08-31 { when any(members where age >= 75) }
```
END

title "A data folder with the policy books" "建立数据文件夹，装载政策册"
# shellcheck disable=SC2086
$fangpin init $db --policy $books demo/policy

title "Parameters that the documents leave open" "文件未给出数字、由当地设定的参数"
set_param() { $fangpin param $db set "$@" --received 2026-08-01; }
set_param premium_full 400 --division $shaanxi --by "西乡县医保局（演示）" --document "演示〔2026〕1号"
set_param premium_fixed 200 --division $shaanxi --by "西乡县医保局（演示）" --document "演示〔2026〕1号"
set_param income_line 8400 --division $hebei --by "尚义县农业农村局（演示）" --document \
    "演示〔2026〕2号"

# ---------------------------------------------------------------- files

title "Synthetic department files: $people people a county, two months" \
    "模拟部门数据：每县 $people 人，两个月"
for county in $counties; do
    $fangpin generate demo/files/$county --people "$people" --county $county --seed $county
done

late() { # late EN ZH FILE: it has not come when its month is taken in
    mkdir -p demo/files/late
    mv "$3" "demo/files/late/$(echo "${3#demo/files/}" | tr / -)"
    say "$1" "$2"
}

month() { # month MONTH RECEIVED: a folder a county; dataset, division and days are read off the files
    for county in $counties; do
        mkdir -p "demo/log/$county-$1"
        $fangpin import $db "demo/files/$county/$1" --received "$2" --errors "demo/log/$county-$1" \
            >"demo/log/$county-$1.log"
        tail -n 1 "demo/log/$county-$1.log"
    done
}

title "August: the files arrive on 5 September" "8 月：数据于 9 月 5 日收到"
month 2026-08 2026-09-05
title "Screen of 31 August, with what was known on 20 September" \
    "8 月 31 日筛查（按 9 月 20 日已知的数据）"
$fangpin screen $db --as-of 2026-08-31 --known-at 2026-09-20 --findings demo/findings-2026-08.csv

title "September: the files arrive on 8 October" "9 月：数据于 10 月 8 日收到"
late "  $shanxi: the medical file of September does not come" "  $shanxi：9 月医保结算没有报来" \
    demo/files/$shanxi/2026-09/medical.csv
late "  $hebei: the school roll of the autumn term is late" "  $hebei：秋季学籍名册迟迟未到" \
    demo/files/$hebei/2026-09/school.csv
month 2026-09 2026-10-08
title "Rows that no ID number settles: linked above 99.9 % (an example value), the others ranked for a person" \
    "证件号码对不上的行：把握超过 99.9%（示例值）的自动关联，其余排好候选由人决定"
$fangpin match $db auto --by demo
$fangpin match $db list | sed -n 1,7p

title "Screen of 30 September, with what was known on 20 October" \
    "9 月 30 日筛查（按 10 月 20 日已知的数据）"
$fangpin screen $db --as-of 2026-09-30 --known-at 2026-10-20 --findings demo/findings-2026-09.csv

title "Data checks: what contradicts itself in the records" "数据核查：登记里互相矛盾的地方"
$fangpin checks $db --as-of 2026-09-30 --known-at 2026-10-20

title "Where the data stand" "数据到位情况"
$fangpin status $db >demo/status.txt
awk 'NR == 1' demo/status.txt
say "(the whole list: demo/status.txt)" "（完整清单见 demo/status.txt）"

# ---------------------------------------------------------------- explained

first_hit() { # first_hit PREFIX STATE RULE…: a household of the province whose finding is in that state
    prefix=$1
    state=$2
    shift 2
    for rule in "$@"; do
        hit=$(awk -F, -v p="$prefix" -v s="$state" -v r="$rule" \
            'index($1, p) == 1 && $2 == r && $5 == s { print $1; exit }' demo/findings-2026-09.csv)
        if [ -n "$hit" ]; then
            echo "$hit $rule"
            return
        fi
    done
}
explain() { # explain HOUSEHOLD RULE
    [ -z "${1:-}" ] || $fangpin explain $db "$1" "$2" --as-of 2026-09-30 --known-at 2026-10-20
}

title "Shaanxi: one household, explained" "陕西：一户的说明"
# shellcheck disable=SC2046
explain $(first_hit 61 new oop_high below_line unsafe_house)
title "Shanxi: one that cannot be judged any more" "山西：一户“待确认”的说明"
# shellcheck disable=SC2046
explain $(first_hit 14 unconfirmed oop_high oop_stay below_line)
title "Hebei: one household, explained" "河北：一户的说明"
# shellcheck disable=SC2046
explain $(first_hit 13 new unsafe_house below_line oop_high)

title "Why a rule did not fire, and what would change it" "为什么没有触发，怎样的变化会触发"
quiet=$(awk -F, '
    NR == FNR { if ($2 == "oop_high" || $2 == "below_line") known["h" $1]; next }
    FNR > 1 && !(("h" $1) in known) { print $1; exit }
' demo/findings-2026-09.csv demo/files/$shaanxi/2026-08/roster.csv)
explain "$quiet" oop_high

# ---------------------------------------------------------------- two provinces, one family

title "The same family under two provinces" "同一户情况，两省判断不同"
say "8,550 yuan a head; a grade C house that is being rebuilt. Registered once in Shaanxi, once in Hebei." \
    "人均 8550 元，C 级住房正在改造；一份登记在陕西，一份登记在河北。"
family() { # family DIVISION NAME BIRTH ID
    dir=demo/family/$1
    mkdir -p "$dir"
    cat >"$dir/roster.csv" <<END
户编号,姓名,证件号码,性别,与户主关系,出生日期,健康状况,劳动技能,户类型,登记日期,行政区划代码,饮水是否安全
${1}000001,$2,$4,男,户主,$3,健康,普通劳动力,一般农户,2025-01-01,$1,是
END
    cat >"$dir/income.csv" <<END
申报编号,证件号码,户主姓名,收入日期,工资性收入,生产经营性收入,财产性收入,转移性收入,生产经营性支出,必要就业成本,赔付收入
F$1,$4,$2,2026-05-31,8550,0,0,0,0,0,0
END
    cat >"$dir/housing.csv" <<END
户主身份证,户主姓名,房屋编号,鉴定等级,建筑面积,鉴定日期,是否另有安全住房,改造状态,统计日期
$4,$2,F$1,C,80,2026-03-01,否,改造中,2026-09-30
END
    cat >"$dir/medical.csv" <<END
结算编号,身份证号,姓名,结算日期,就诊类别,医疗机构,疾病名称,总费用,统筹支付,大病保险支付,医疗救助,个人自付
F$1,$4,$2,2024-06-01,门诊,乡镇卫生院,,100,100,0,0,0
END
    f="$fangpin import demo/family/db"
    end="--division $(echo "$1" | cut -c1-6) --received 2026-10-08"
    # shellcheck disable=SC2086
    {
        $f roster "$dir/roster.csv" $end
        $f income "$dir/income.csv" $end --covers 2024-09-01..2026-09-30
        $f medical "$dir/medical.csv" $end --covers 2024-06-01..2026-09-30
        $f housing "$dir/housing.csv" $end --covers 2026-09-30
    } >>demo/log/family.log
}
mkdir -p demo/family
# shellcheck disable=SC2086
$fangpin init demo/family/db --policy $books >demo/log/family.log
family 610724100201 张甲 1985-01-01 610724198501010012
family 130725100201 张乙 1985-01-01 130725198501010014
for rule in below_line unsafe_house; do
    for home in 610724100201 130725100201; do
        printf '\n-- %s\n' "$home"
        $fangpin explain demo/family/db ${home}000001 $rule --as-of 2026-09-30 --known-at 2026-10-20 | grep -v \
            -e '^ \{4,\}' -e '^建议' -e '^Suggested' | head -n 14
    done
done

# ---------------------------------------------------------------- end

title "What is left here" "留下的文件"
say "demo/db (the data folder), demo/db.key (its key), demo/findings-*.csv, demo/files, demo/log
Try: bin/fangpin param $db list    bin/fangpin policy list policy    bin/fangpin help" \
    "demo/db（数据文件夹）、demo/db.key（密钥）、demo/findings-*.csv（疑点清单）、demo/files（部门数据）、demo/log（导入记录）
可试：bin/fangpin param $db list    bin/fangpin policy list policy    bin/fangpin help"
say "All in $(($(date +%s) - began)) seconds." "全程 $(($(date +%s) - began)) 秒。"
