#!/bin/sh
# Rows that contradict others: reversals. Run by make check. FANGPIN names another program to test.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21
books="$root/policy/core $root/policy/national $root/policy/hebei"

"$fp" generate gen --people 300 --county 130725 --seed 5 >out 2>&1
count "data" $?
# shellcheck disable=SC2086
"$fp" init db --policy $books >out 2>&1 &&
    "$fp" import db roster gen/2026-08/roster.csv --received 2026-09-05 --errors r.csv >out 2>&1 &&
    "$fp" param db set oop_line_other "20000 yuan" --division 130725 --by 乡村振兴局 --document 1号 >out 2>&1 &&
    "$fp" param db set oop_line_lifted "20000 yuan" --division 130725 --by 乡村振兴局 --document 1号 >out 2>&1
count "set up" $?
column() { head -n 1 gen/2026-08/roster.csv | tr -d '\r' | tr ',' '\n' | grep -n "$1" | head -n 1 | cut -d: -f1; }
awk -F, -v h="$(column 户编号)" 'NR > 1 && length($3) == 18 && !id[$3]++ && !home[$h]++ { print $3 "," $2 "," $h }' \
    gen/2026-08/roster.csv | head -n 24 >people
first=$(head -n 1 people | cut -d, -f3)
second=$(sed -n 2p people | cut -d, -f3)
fresh() { rm -rf q q.key && cp -r db q && cp db.key q.key; }
head=结算编号,身份证号,姓名,结算日期,就诊类别,总费用,个人自付

# ---------------------------------------------------------------- reversals
table() { # table FILE AMOUNT: 24 bills, then the first one's taken back with AMOUNT
    {
        printf '%s\n' $head
        awk -F, '{ printf "J%d,%s,%s,2026-06-%02d,住院,60000,50000\n", NR, $1, $2, NR }' people
        [ -z "$2" ] || awk -F, -v v="$2" 'NR == 1 { printf "R%d,%s,%s,2026-06-20,住院,60000,%s\n", NR, $1, $2, v }' people
    } >"$1"
}
june() { "$fp" import q medical "$@" --received 2026-07-05 --covers 2026-06 --errors e.csv; }
judged() { "$fp" explain q "$1" oop_high --as-of 2026-06-30; }
table plain.csv ""
fresh
gives "nothing taken back" 0 "24 rows = 24 matched" june plain.csv
silent "nothing taken back: nothing asked" "negative"
gives "the part that is there decides" 0 "Verdict: holds" judged "$first"
for v in -50000 "(50000)" "冲50000"; do
    table back.csv "$v"
    fresh
    gives "taken back: $v" 0 "Warning: 1 refused rows are negative amounts of people on the roster (the first in line 26)" june back.csv
    says "the way on: $v" "give the file again with --replaces"
    gives "no longer at least so much: $v" 0 "Verdict: cannot be judged" judged "$first"
    says "none of it is read: $v" "oop_12m at least 0 yuan"
    says "why: $v" "a refused row below 0 may take back the others"
    gives "others are judged as before: $v" 0 "Verdict: holds" judged "$second"
done
table back.csv -50000
fresh
gives "in JSON" 0 '"below_zero":1,"below_zero_line":26' june back.csv --json
gives "the sender is told" 0 "below 0: a reversal of another row?" cat e.csv
gives "netted" 0 "24 rows = 24 matched" june plain.csv --replaces 2
gives "netted: judged again" 0 "Verdict: holds" judged "$first"
sed 's/-50000/900000000000000/' back.csv >over.csv
fresh
gives "too much" 0 "24 matched" june over.csv
silent "too much: takes nothing back" "negative"
gives "too much: still at least" 0 "Verdict: holds" judged "$first"
end
