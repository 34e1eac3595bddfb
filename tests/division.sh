#!/bin/sh
# A file said to be of one village with people of others: told with their number and first line. Run by make check.
# FANGPIN names another program to test (default: the release build).
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21

"$fp" generate gen --people 3000 --county 130725 --seed 5 >out 2>&1
count "data" $?
roster=gen/2026-08/roster.csv
"$fp" init db --policy "$root/policy/core" "$root/policy/national" "$root/policy/hebei" >out 2>&1 &&
    "$fp" import db roster $roster --received 2026-09-05 --errors r.csv >out 2>&1
count "set up" $?
column() { head -n 1 $roster | tr -d '\r\357\273\277' | tr , '\n' | grep -n -x -m 1 "$1" | cut -d : -f 1; }
place=$(column 行政区划代码)
# Eight people with their villages, those of the first one's on top.
awk -F, -v p="$place" 'NR > 1 && length($3) == 18 && !seen[$3]++ { print $3 "," $2 "," substr($p, 1, 12) }' $roster >all
first=$(head -n 1 all | cut -d , -f 3)
{
    grep ",$first\$" all | head -n 3
    grep -v ",$first\$" all | head -n 5
} >people
[ "$(wc -l <people)" = 8 ]
count "people of several villages" $?
{
    echo 结算编号,身份证号,姓名,结算日期,就诊类别,总费用,个人自付
    awk -F, '{ printf "J%d,%s,%s,2026-08-0%d,住院,250,120\n", NR, $1, $2, NR }' people
} >m.csv
take() { "$fp" import db medical m.csv --dry-run --received 2026-09-05 --covers 2026-08 --errors e.csv "$@"; }
gives "of one village" 0 "Warning: 5 rows are of people who live outside the division $first (the first in line 5)" \
    take --division "$first"
says "they count" "8 rows = 8 matched"
gives "as JSON" 0 '"outside_division":5,"outside_division_line":5' take --division "$first" --json
gives "of the county" 0 "8 rows = 8 matched" take --division 130725
silent "of the county" "live outside"
gives "nothing said" 0 "8 rows = 8 matched" take
silent "nothing said" "live outside"
gives "a roster" 0 "rows are of people who live outside the division $first" "$fp" import db roster $roster \
    --dry-run --received 2026-09-06 --errors r.csv --division "$first"
end
