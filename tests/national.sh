#!/bin/sh
# The national monitoring system's own export: its value lists, words for yes and no, whose row says what, households
# that are not monitored, columns that are several or missing, villages. Run by make check. FANGPIN names another program to test.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21

"$fp" generate nat --people 600 --county 130725 --seed 4 --months 1 --export >out 2>&1
count "made" $?
export=export.csv
awk -F'"' -v OFS= '{ for (i = 2; i <= NF; i += 2) gsub(",", "、", $i); sub("\r$", ""); $1 = $1; print }' nat/2026-08/export.csv >$export # no commas within cells
new() { # new DB: a data folder with the shipped books
    rm -rf "$1" "$1.key"
    "$fp" init "$1" --policy "$root/policy/core" "$root/policy/national" "$root/policy/hebei" "$root/policy/checks" \
        "$root/policy/example-checks" >out 2>&1
    count "data folder $1" $?
}
# with COLUMN VALUES FROM: the column's cells replaced by the values, in turn; VALUES with | between
with() {
    awk -F, -v OFS=, -v column="$1" -v values="$2" 'BEGIN { n = split(values, v, "|") }
        NR == 3 { for (i = 1; i <= NF; i++) if ($i == column) at = i; if (!at) exit 3 }
        NR > 3 { $at = v[(NR - 4) % n + 1] } { print }' "$3"
}

# ---------------------------------------------------------------- sane, with known mistakes
"$fp" generate sane --people 4000 --county 130725 --seed 9 --months 1 --export >out 2>&1 &&
    "$fp" generate again --people 4000 --county 130725 --seed 9 --months 1 --export >out 2>&1
cmp sane/2026-08/export.csv again/2026-08/export.csv >out 2>&1
count "sane: the same seed, the same bytes" $?
new sdb
gives "sane: taken in" 0 "1 taken in" "$fp" import sdb sane/2026-08/export.csv --received 2026-09-02
"$fp" checks sdb --as-of 2026-08-31 --all --json 2>out | tr '{' '\n' |
    sed -n 's/.*"rule":"\([^"]*\)".*"severity":"\([a-z]*\)","mend.*"hits":\([0-9]*\).*/\1 \2 \3/p' >hits
planted=0
households=$("$fp" checks sdb --as-of 2026-08-31 --json | sed -n 's/.*"households":\([0-9]*\).*/\1/p')
for rule in net_sum_wrong per_head_wrong wage_tiny returned_more people_differ serious_differs post_months_only area_no_months; do
    planted=$((planted + $(sed -n "s/^$rule [a-z]* //p" hits)))
    [ "$(sed -n "s/^$rule [a-z]* //p" hits)" -gt 0 ]
    count "sane: $rule is found" $?
done
# One household in fifty; a mistake in a wage may hide another's sum.
[ $planted -ge $((households / 50 - 4)) ] && [ $planted -le $((households / 50 + 4)) ]
count "sane: $planted mistakes in $households households" $?
awk -v most=$((households / 5)) '$2 != "hint" { n += $3 } END { print n; exit !(n <= most) }' hits >out
count "sane: but for hints less than one finding in five households" $?

# ---------------------------------------------------------------- value lists
new vdb
with 户类型 '脱贫户（享受政策）|脱贫户(不享受政策)|脱贫户 (享受政策)|一般农户' "$export" >v1.csv &&
    with 是否特困供养 '不享受|农村特困|城市特困' v1.csv >v2.csv &&
    with 是否享受农村低保政策 '未享受|农村低保|城市低保' v2.csv >v3.csv &&
    with 是否参加城乡居民基本医疗保险 '是的|没有|1-是|2-否|对|错|√|×|不是' v3.csv >v4.csv
count "value lists: a file" $?
awk -F, -v OFS=, 'NR > 3 { $17 = $1 % 2 ? "脱贫户（享受政策）" : "一般农户" } { print }' v4.csv >v5.csv
gives "value lists: read" 0 "member_form: v5.csv" "$fp" import vdb roster+member_form v5.csv --covers 2026-08 --received 2026-09-05
silent "value lists: every value is known" "in no code list"
silent "value lists: no row is refused" "+ 1 refused"

# ---------------------------------------------------------------- neither yes nor no
awk -F, -v OFS=, 'NR > 3 && NR < 20 { $14 = "W" NR } NR == 20 { $14 = "不清楚" } { print }' v5.csv >odd.csv
gives "yes or no: unknown words leave the cell unknown" 0 "+ 0 refused" "$fp" import vdb roster odd.csv --received 2026-09-06 \
    --dry-run --errors e.csv
says "yes or no: the word is listed" "不清楚 1"
for i in 4 11 12 19; do says "yes or no: all of them are listed" "W$i 1"; done
{
    printf '身份证号,姓名,是否务工,统计日期,是否点对点输送\n'
    awk -F, 'NR > 3 && length($3) == 18 { printf "%s,%s,%s,2026-08-31,%s\n", $3, $2, "是", ++n == 3 ? "待定" : "没有" }' v5.csv | head -n 12
} >work.csv
gives "yes or no: where a blank says no the row is refused" 0 "+ 1 refused" "$fp" import vdb work_form work.csv --covers 2026-08 \
    --received 2026-09-06 --errors w.csv
says "yes or no: and listed" "待定 1"
grep -q '待定.*neither yes nor no' w.csv
count "yes or no: the list of errors says why" $?
with 是否特困供养 '待定' v5.csv >bad.csv
gives "yes or no: a column of nothing else is refused as a whole" 1 'should hold 是否特困供养' "$fp" import vdb roster bad.csv \
    --received 2026-09-06 --dry-run --errors e.csv

# ---------------------------------------------------------------- a line for each member
# What the object form alone has is blank for who is not monitored; a member's phone is the member's.
awk -F, -v OFS=, 'NR == 3 { for (i = 1; i <= NF; i++) { if ($i == "监测对象类别") kind = i; if ($i == "致贫返贫风险") from = i
        if ($i == "消除时人均纯收入") to = i; if ($i == "联系电话") tel = i } }
    NR > 3 { $tel = "138" 10000000 + NR; if ($5 == "户主") heads++; if ($kind == "") for (i = from; i <= to; i++) $i = "" } { print }' \
    "$export" >members.csv
awk -F, 'NR > 3 && $18 != "" && !seen[$1]++ { n++ } END { print n + 0 }' members.csv >watched
[ "$(cat watched)" -gt 0 ]
count "members: some households are monitored" $?
new mdb
gives "members: taken in" 0 "object_form: members.csv" "$fp" import mdb members.csv --covers 2026-08 --received 2026-09-05
says "members: who is not monitored is no row" "lines are no rows of this dataset"
silent "members: no contradictions" "contradict each other"
"$fp" deliveries mdb --json >out 2>&1
households=$(awk -F, 'NR > 3 && !seen[$1]++ { n++ } END { print n }' members.csv)
json_rows() { tr '{' '\n' <out | sed -n "s/.*\"dataset\":\"$1\".*\"rows\":\([0-9]*\).*/\1/p"; }
rows=$(json_rows object_form) && [ "$rows" -ge "$(cat watched)" ] && [ "$rows" -le $(($(cat watched) + 5)) ]
count "members: monitored objects are those of the list (and lines whose head nobody knows): $rows" $?
rows=$(json_rows household_form) && [ "$rows" -ge "$households" ] && [ "$rows" -le $((households + 9)) ]
count "members: a household is one row: $rows of $households" $?
gives "members: the head's phone is the household's" 0 "户联系电话没有填" "$fp" checks mdb --as-of 2026-08-31 --all
grep '户联系电话没有填' out | grep -Eq ' 0 +0 +0 +0 +0 +0$'
count "members: no household is said to have none" $?
sed '5s/,水泥路,/,泥土路,/; 5s/,砂石路,/,泥土路,/; 5s/,沥青路,/,泥土路,/; 4s/,泥土路,/,水泥路,/' members.csv >against.csv
gives "members: contradictions are told" 0 "contradict each other, columns and households: 入户路类型 1." "$fp" import mdb \
    household_form against.csv --covers 2026-09 --received 2026-10-05 --dry-run --errors a.csv

# Without the heads' numbers the heads' lines alone speak of households.
sed '3s/,户主证件号码,户主姓名,/,乙,丙,/' members.csv >heads.csv
new hdb
gives "heads: taken in" 0 "object_form: heads.csv" "$fp" import hdb heads.csv --covers 2026-08 --received 2026-09-05
"$fp" deliveries hdb --json >out 2>&1
rows=$(json_rows object_form) && [ "$rows" -ge 1 ] && [ "$rows" -le "$(cat watched)" ]
count "heads: monitored objects are heads: $rows" $?
rows=$(json_rows household_form) && [ "$rows" -ge $((households - 9)) ] && [ "$rows" -le $((households + 9)) ]
count "heads: a household is its head's line: $rows of $households" $?
rows=$(json_rows member_form) && [ "$rows" -gt "$households" ]
count "heads: members are members: $rows" $?

# ---------------------------------------------------------------- columns that are several, or not to be read
risks=$(sed -n 3p "$export" | tr ',' '\n' | grep -n -x 致贫返贫风险 | cut -d: -f1)
awk -F, -v OFS=, -v at="$risks" '{ v = $at; n = split(v, r, "、"); $at = NR == 3 ? "致贫/返贫风险1,致贫/返贫风险2" : NR > 3 ? r[1] "," r[2] : v "," } { print }' \
    members.csv >risks.csv
new rdb
gives "columns: risks in two columns" 0 "object_form: risks.csv" "$fp" import rdb risks.csv --covers 2026-08 --received 2026-09-05
says "columns: both are read" "致贫/返贫风险2 → risks"
sed '3s/扩展信息项46/识别监测时间/' members.csv >twice.csv
new tdb
gives "columns: a dataset that cannot be read is named, and why" 1 "were not taken in: object_form: " "$fp" import tdb twice.csv \
    --covers 2026-08 --received 2026-09-05
says "columns: why" "识别监测时间"
says "columns: the others are in" "household_form: twice.csv"
sed '3s/,识别时[^,]*/,丙/g; 3s/,风险是否消除,/,丁,/; 3s/,整户无劳动能力兜底保障户,/,戊,/' members.csv >few.csv
gives "columns: a dataset of which much is missing is named, with what" 1 "were not taken in: object_form: no column" \
    "$fp" import tdb few.csv --covers 2026-09 --received 2026-10-05

end
