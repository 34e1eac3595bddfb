#!/bin/sh
# Rows that contradict others: reversals, row keys on rows that differ, half a month, who left a household. Run by make check. FANGPIN names another program to test.
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
# ---------------------------------------------------------------- one key on rows that differ
keyed() { # keyed FILE: two bills a person, the key is the person's number
    {
        printf '%s\n' $head
        awk -F, '{ for (i = 1; i <= 2; i++)
            printf "P%d,%s,%s,2026-06-%02d,住院,%d,%d\n", NR, $1, $2, NR, i * 200, i * 100 }' people
    } >"$1"
}
keyed person.csv
fresh
gives "a person's number" 0 "Warning: 24 row keys stand on rows that differ (first in lines 2 and 3)" june person.csv
says "a person's number: all count" "48 rows = 48 matched"
gives "in JSON too" 0 '"unequal_keys":24,"unequal_keys_line":2' june person.csv --replaces 2 --json --dry-run
gives "the way on" 0 "48 rows = 48 matched" june person.csv --replaces 2 --map 结算编号=
silent "no key, no question" "row keys"
{ cat plain.csv && sed -n 2,9p plain.csv; } >twice.csv
fresh
gives "equal rows of a key" 0 "32 rows = 32 matched" june twice.csv
silent "equal rows are one" "row keys"
{ cat plain.csv && sed -n 9p plain.csv | sed 's/50000$/40000/'; } >one.csv
gives "one of them" 0 "Warning: 1 row keys stand on rows that differ (first in lines 9 and 26)" june one.csv --replaces 2

# ---------------------------------------------------------------- half a month
days() { # days FILE FIRST LAST STEP: 48 bills on every STEPth day
    {
        printf '%s\n' $head
        awk -F, -v a="$2" -v z="$3" -v by="$4" '{ for (i = 1; i <= 2; i++) { if (!day || day + by > z) day = a - by
            day += by; printf "J%d%d,%s,%s,2026-06-%02d,住院,60,50\n", i, NR, $1, $2, day } }' people
    } >"$1"
}
guessed() { "$fp" import q medical "$@" --received 2026-07-05 --dry-run --errors e.csv; }
fresh
days half.csv 1 15 1
gives "the first half" 1 "its rows are dated 2026-06-01 to 2026-06-15 only" guessed half.csv
days half.csv 16 30 1
gives "the second half" 1 "its rows are dated 2026-06-16 to 2026-06-30 only" guessed half.csv
gives "answered" 0 "Covers: 2026-06-16 to 2026-06-30" guessed half.csv --covers 2026-06-16..2026-06-30
days most.csv 1 21 1
gives "three weeks" 0 "Covers: 2026-06-01 to 2026-06-30 (guessed)" guessed most.csv
days few.csv 1 15 3
gives "a few days" 0 "Covers: 2026-06-01 to 2026-06-30 (guessed)" guessed few.csv
cp most.csv 2025年度医保.csv
gives "a name of another year" 0 "The titles or the name say other days: 2025-01-01 to 2025-12-31" guessed 2025年度医保.csv

# ---------------------------------------------------------------- lines of one household that contradict each other
fresh
kind=$(column 户类型)
awk -F, -v OFS=, -v h="$(column 户编号)" -v k="$kind" '
    NR > 1 && seen[$h]++ == 1 && n < 3 { $k = $k ~ /一般/ ? "脱贫户" : "一般农户"; n++ } { print }' gen/2026-08/roster.csv >types.csv
gives "a roster whose lines contradict each other" 0 "contradict each other, columns and households: 户类型 3" \
    "$fp" import q roster types.csv --received 2026-10-05 --errors e.csv
sed '$d' gen/2026-08/roster.csv >order.csv
gives "one that is in order" 0 "Delivery" "$fp" import q roster order.csv --received 2026-10-06 --errors e.csv
silent "one that is in order: no word" "contradict"

# ---------------------------------------------------------------- who left a household
hid=$(column 户编号)
home=$(awk -F, -v h="$hid" 'NR > 1 && ++n[$h] == 2 { print $h; exit }' gen/2026-08/roster.csv)
before=$(awk -F, -v h="$hid" -v home="$home" '$h "" == home ""' gen/2026-08/roster.csv | wc -l)
awk -F, -v h="$hid" -v home="$home" '$h "" != home "" || ++n != 2' gen/2026-08/roster.csv >left.csv
members() { "$fp" explain q "$home" below_line --as-of 2026-09-30 | grep -o 'persons: [0-9]*' | head -n 1; }
fresh
gives "a roster without one of a household" 0 "1 of those not in it are of households that are (the first in line" \
    "$fp" import q roster left.csv --received 2026-10-05 --errors e.csv
says "the way on" "--replaces"
gives "stays a member" 0 "persons: $before" members
gives "with the roster before it replaced" 0 "Delivery" "$fp" import q roster left.csv --received 2026-10-05 --errors e.csv --replaces 1
gives "is none" 0 "persons: $((before - 1))" members
awk -F, -v h="$hid" -v home="$home" '$h "" != home ""' gen/2026-08/roster.csv >away.csv
fresh
gives "a whole household gone" 0 "known before and not in this file (they stay)" "$fp" import q roster away.csv --received 2026-10-05 --errors e.csv
silent "which may be another part of the county" "are of households that are"
end
