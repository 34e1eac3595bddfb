#!/bin/sh
# What a file says of itself against what it holds: the days of titles and names against stragglers, days of birth and
# sexes against ID numbers, a remembered header in a folder, names of places without a county, what `layout look` tells.
# Run by make check. FANGPIN names another program to test.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21
books="$root/policy/core $root/policy/national $root/policy/hebei"

"$fp" generate gen --people 300 --county 130725 --seed 5 >out 2>&1
count "data" $?
# shellcheck disable=SC2086
"$fp" init db --policy $books >out 2>&1 &&
    "$fp" import db roster gen/2026-08/roster.csv --received 2026-09-05 --errors r.csv >out 2>&1
count "set up" $?
awk -F, 'NR > 1 && length($3) == 18 && !seen[$3]++ { print $3 "," $2 }' gen/2026-08/roster.csv | head -n 24 >people
head=结算编号,身份证号,姓名,结算日期,就诊类别,总费用,个人自付
table() { # table FILE TITLE: 24 rows of June, the first of them on the last of May
    {
        [ -z "$2" ] || printf '%s\n' "$2"
        printf '%s\n' $head
        awk -F, '{ day = NR == 1 ? "2026-05-31" : sprintf("2026-06-%02d", NR)
            printf "J%d,%s,%s,%s,住院,25,12\n", NR, $1, $2, day }' people
    } >"$1"
}
take() { "$fp" import db medical "$@" --dry-run --received 2026-09-05 --errors e.csv; }

# ---------------------------------------------------------------- stragglers
table a.csv 2026年6月医保结算,,,,,,
gives "the title wins" 0 "Covers: 2026-06-01 to 2026-06-30 (by the title)" take a.csv
says "the straggler waits, with its line" "they wait and do not count (lines 3)"
says "the others count" "24 rows = 23 matched + 1 waiting"
gives "told in JSON" 0 '"outside":1,"outside_lines":"3"' take a.csv --json
table 医保2026年6月.csv ""
gives "the file's name wins" 0 "Covers: 2026-06-01 to 2026-06-30 (by the name)" take 医保2026年6月.csv
says "the name: the straggler waits" "23 matched + 1 waiting"
table b.csv ""
gives "nothing says: asked" 1 "only 1 of 24 rows are dated 2026-05-01 to 2026-05-31 (the first in line 2)" take b.csv
says "asked: the answer" "say --covers 2026-06-01..2026-06-30"
gives "answered: it waits" 0 "23 matched + 1 waiting" take b.csv --covers 2026-06-01..2026-06-30
gives "answered: both months" 0 "24 rows = 24 matched" take b.csv --covers 2026-05-01..2026-06-30
sed 's/,2026-06-[01]/,2026-05-1/' b.csv >c.csv
gives "two months with as many rows" 0 "Covers: 2026-05-01 to 2026-06-30 (guessed)" take c.csv
table d.csv 2026年7月医保结算,,,,,,
gives "a title of another month" 1 "the titles or the name say 2026-07-01 to 2026-07-31, but 24 of 24" take d.csv

# ---------------------------------------------------------------- days of birth and sexes against the IDs
born=$(head -n 1 gen/2026-08/roster.csv | tr -d '\r' | tr ',' '\n' | grep -n 出生日期 | cut -d: -f1)
sex=$(head -n 1 gen/2026-08/roster.csv | tr -d '\r' | tr ',' '\n' | grep -n 性别 | cut -d: -f1)
roster() { "$fp" import new roster "$@" --received 2026-09-06 --dry-run --errors e.csv; }
# shellcheck disable=SC2086
"$fp" init new --policy $books >out 2>&1
count "another data folder" $?
awk -F, -v OFS=, -v c="$born" 'NR > 1 { $c = "2026-01-05" } 1' gen/2026-08/roster.csv >born.csv
gives "days of birth of others" 1 "are not what the ID numbers say; the whole file is refused" roster born.csv
gives "left out" 0 "New households" roster born.csv --map "#$born="
awk -F, -v OFS=, -v c="$sex" 'NR > 1 { $c = $c ~ /男/ ? "女" : "男" } 1' gen/2026-08/roster.csv >sex.csv
gives "sexes the other way round" 1 "Are 男 and 女 exchanged" roster sex.csv
awk -F, -v OFS=, -v c="$sex" -v b="$born" 'NR == 5 { $c = $c ~ /男/ ? "女" : "男"; $b = "2001-02-03" } 1' gen/2026-08/roster.csv >one.csv
gives "single ones count" 0 "days of birth are not those of the ID (the first in line" roster one.csv
says "single ones: sexes" "sexes are not those of the ID (the first in line"
gives "single ones, JSON" 0 '"sex_not_of_id":' roster one.csv --json

# ---------------------------------------------------------------- what brackets and groups say
for other in 累计 上年同期 全家 比例 户主 预计 2025; do
    sed "1s/个人自付/个人自付（$other）/" b.csv >bracket.csv
    gives "（$other） is asked about" 1 "Is it column 7 \"个人自付（$other）\" (a near name" take bracket.csv --covers 2026-06
done
gives "it is said once" 0 "个人自付（2025） → self_pay" take bracket.csv --covers 2026-06-01..2026-06-30 --map "个人自付（2025）=self_pay"
for fine in 必填 元 是/否 10位以内必填 本月; do
    sed "1s|个人自付|个人自付（$fine）|" b.csv >bracket.csv
    gives "（$fine） says nothing else" 0 "个人自付（$fine） → self_pay" take bracket.csv --covers 2026-06-01..2026-06-30
done
for unit in 分 角 人次; do
    sed "1s/个人自付/个人自付（$unit）/" b.csv >bracket.csv
    gives "amounts in $unit" 1 "\"$unit\" is no unit in which amounts of money are read" take bracket.csv --covers 2026-06
done
sed '1s/个人自付/非个人自付/' b.csv >not.csv
gives "what says no" 0 "header in line 1" "$fp" layout db look not.csv medical
silent "what says no is not near" "非个人自付\" (a near name"
silent "what says no is not near, as a guess" "self_pay ← 非个人自付"
gives "amounts in yuan all the same" 0 "24 rows" take bracket.csv --covers 2026-06-01..2026-06-30 --map "个人自付（人次）=self_pay in 元"
for group in 本年累计 上年同期; do
    { echo ",,,,,$group,"; cat b.csv; } >group.csv
    gives "the group $group is asked about" 1 "\"$group/总费用\" (a near name" take group.csv --covers 2026-06
done
sed '1s/.*/,,,,,本月,,本年累计,\n结算编号,身份证号,姓名,结算日期,就诊类别,总费用,个人自付,总费用,个人自付/; 2,$s/$/,900,800/' b.csv >group.csv
gives "this month beside the year so far" 0 "Columns not used: 本年累计/总费用, 本年累计/个人自付" take group.csv \
    --covers 2026-06-01..2026-06-30

# ---------------------------------------------------------------- a remembered header names its dataset
sed '1s/.*/流水,卡号,对象,日期,类,总额,自负/' c.csv >odd.csv
mkdir folder && sed 's/-05-/-07-/; s/-06-/-08-/; s/^J/K/' odd.csv >folder/next.csv
gives "before" 1 "its dataset is not clear" "$fp" import db folder --sender 医保局 --dry-run --received 2026-09-05
gives "said once" 0 "24 rows = 24 matched" "$fp" import db medical odd.csv --sender 医保局 --received 2026-09-05 --errors e.csv \
    --map 流水=settle_no --map 卡号=cid --map 对象=name --map 日期=settled_on --map 类=kind --map 总额=total_fee --map 自负=self_pay
gives "then a folder" 0 "1 files = 1 taken in" "$fp" import db folder --sender 医保局 --dry-run --received 2026-09-05
says "a folder: the dataset" "medical: folder/next.csv"

# ---------------------------------------------------------------- places without a county
sed -E '1s/行政区划代码,//; 1s/乡镇/片区/; s/,1307[0-9]{8},/,/' gen/2026-08/roster.csv >few.csv
gives "villages without a county" 1 "say the county of the file with --division CODE, for instance --division 13" roster few.csv

# ---------------------------------------------------------------- looking tells what importing does
awk -F, -v OFS=, '{ x = $2; if (NR > 1) { $2 = $3; $3 = x } } 1' b.csv >swapped.csv
gives "look: names in the column of IDs" 0 "An import would not take the file: column" "$fp" layout db look swapped.csv medical
gives "look: imported" 1 "should hold" take swapped.csv --covers 2026-06
awk -F, -v OFS=, 'NR == 1 { print } NR == 2 { for (i = 0; i < 300; i++) { $1 = "K" i; if (i > 70) $2 = "某人"; print } }' b.csv >late.csv
gives "look: beyond the first rows too" 0 "column 2 \"身份证号\" should hold ID numbers, but 229 of 300" "$fp" layout db look late.csv medical
sed -n '1p; s/2026-06-/2026-07-/p' b.csv >july.csv
gives "look: what an import would do" 0 "An import would take it so:" "$fp" layout db look july.csv medical
says "look: its rows" "rows = "
gives "look: in JSON" 0 '"import":{"taken":true' "$fp" layout db look july.csv medical --json
[ ! -e july.csv.errors.csv ]
count "look: nothing is written" $?
table unit.csv 单位：万元,,,,,,
gives "look: the unit of the title" 0 "self_pay (万元)" "$fp" layout db look unit.csv medical
sed '1s/就诊类别/lb/' b.csv >code.csv
gives "look: values of a code list are no names" 0 "? kind (" "$fp" layout db look code.csv medical
end
