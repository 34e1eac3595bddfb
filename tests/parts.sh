#!/bin/sh
# A sending in parts: a file for each hospital in a folder becomes one sending; a copy does not; one part is corrected
# and the others stay. Run by make check. FANGPIN names another program to test.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21

"$fp" generate gen --people 600 --county 610724 --seed 4 >out 2>&1
count "data" $?
"$fp" init db --policy "$root/policy" >out 2>&1 &&
    "$fp" import db roster gen/2026-08/roster.csv --received 2026-09-05 --errors r.csv >out 2>&1
count "set up" $?

# 90 settlements of September in three hospitals' files; people are in several of them.
sed 's/^\xEF\xBB\xBF//; s/\r$//' gen/2026-08/roster.csv | awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) { if ($i == "证件号码") id = i; if ($i == "姓名") name = i }; next }
    length($id) == 18 && $id !~ /[^0-9X]/ && $name !~ /[ -~]/ && n++ < 60 { print $id "," $name }' >people
hospital() { # hospital NAME FROM TO PAY
    awk -F, -v name="$1" -v from="$2" -v to="$3" -v pay="$4" 'BEGIN {
        print "身份证号,姓名,结算日期,就诊类别,医疗机构,疾病名称,总费用,统筹支付,大病保险支付,医疗救助,个人自付,结算编号" }
        NR >= from && NR <= to {
            printf "%s,%s,2026-09-%02d,住院,%s,感冒,2000,1000,0,0,%d,%s%03d\n", $1, $2, 1 + NR % 28, name, pay, name, NR }' people
}
mkdir parts lists
hospital 甲 1 30 100 >parts/甲.csv
hospital 乙 16 45 100 >parts/乙.csv
hospital 丙 31 60 100 >parts/丙.csv
# shellcheck disable=SC2086
{
    september="--received 2026-10-05 --errors lists"
    gives "a folder of parts" 0 "3 files = 3 taken in" "$fp" import db medical parts $september
    says "a part" "Another part of the sending that delivery 2 is of: the same days, other rows (0 in common)"
    gives "given again" 0 "3 files = 0 taken in + 3 there before" "$fp" import db medical parts $september
    hospital 丁 1 60 100 >parts/丁.csv
    gives "a part that was missing" 0 "= 1 taken in + 3 there before" "$fp" import db medical parts $september
    sed 's/,100,甲/,900,甲/' parts/甲.csv >parts/甲（更正）.csv
    gives "a copy with other amounts is no part" 1 "already covers days and a division of this file" "$fp" import db medical \
        parts $september
    says "a copy: the others stay" "4 there before"
    rm parts/甲（更正）.csv
}
gives "alone it is asked about" 1 "4 deliveries already cover days and a division of this file: 2 (" sh -c \
    "sed 's/,100,甲/,900,甲/' parts/甲.csv >mended.csv; '$fp' import db medical mended.csv --received 2026-10-06 --errors e.csv"
says "asked: the way on" "say --replaces with the number of that one (the others stay)"
number=$("$fp" deliveries db --json | tr '{' '\n' | sed -n 's/.*"id":\([0-9]*\).*"file":"甲.csv".*/\1/p' | head -n 1)
gives "one part is corrected" 0 "30 rows = 30 matched" "$fp" import db medical mended.csv --received 2026-10-06 \
    --replaces "$number" --errors e.csv
gives "the other parts stay" 0 "4" sh -c "'$fp' deliveries db | grep -c 'medical.*in force'"
gives "the month before" 0 "30 rows" sh -c "sed s/2026-09/2026-08/ parts/甲.csv >august.csv; '$fp' import db medical august.csv \
    --received 2026-09-06 --errors e.csv"
gives "other days than the part's are refused" 1 "which it replaces, does not" "$fp" import db medical mended.csv \
    --covers 2026-08-01..2026-09-30 --replaces 3 --errors e.csv --division 610724 --dry-run
json "JSON" "$fp" import db medical mended.csv --received 2026-10-07 --adds --dry-run --json --errors e.csv
end
