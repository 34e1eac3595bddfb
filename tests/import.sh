#!/bin/sh
# Several files taken in by one command: each is a delivery of its own, as if it had come alone. Run by make check.
# FANGPIN names another program to test (default: the release build).
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21

(cd "$root" && made build/release/bench/gen) || exit 3
day=2026-06-30
set_up() { # set_up DB: a data folder with the roster
    "$fp" init "$1" --policy "$root/bench/policy" >out 2>&1 &&
        "$fp" import "$1" roster data/registry.csv --received $day --errors r.csv >out 2>&1
    count "set up $1" $?
}

"$root/build/release/bench/gen" 3000 data >out 2>&1
count "data" $?

# ---------------------------------------------------------------- as one by one
set_up one
set_up many
mkdir e-one e-many
all=
for d in medical income school housing disability vehicle dibao; do
    gives "one: $d" 0 "matched" "$fp" import one $d data/$d.csv --received $day --errors e-one/$d.csv.errors.csv
    all="$all $d data/$d.csv"
done
# shellcheck disable=SC2086
gives "many: all" 0 "dibao: data/dibao.csv" "$fp" import many $all --received $day --errors e-many
says "many: all" "medical: data/medical.csv"
counts one >c-one
counts many >c-many
[ -s c-one ] && cmp c-one c-many >out 2>&1
count "many: the same counts" $?
sed -i 's/[a-z]*\r$//' e-one/* e-many/* # but for the letters of the keys, which are the folder's
diff -r e-one e-many >out 2>&1 && [ -s e-many/medical.csv.errors.csv ]
count "many: the same error files" $?
for db in one many; do
    "$fp" screen $db --as-of $day --known-at $day --findings f-$db.csv >out 2>&1
    count "screen $db" $?
done
[ -s f-one.csv ] && cmp f-one.csv f-many.csv >out 2>&1
count "many: the same findings" $?
gives "many: whole" 0 "" "$fp" check many

# ---------------------------------------------------------------- one bad among good
set_up bad
printf 'a,b\n1,2\n' >strange.csv
gives "bad: told" 1 "1 of 4 files were not taken in" "$fp" import bad housing data/housing.csv medical strange.csv \
    dibao data/dibao.csv school data/school.csv --received $day --errors e-many
says "bad: which" "medical strange.csv: "
says "bad: the rest" "the other 3 are in"
"$fp" deliveries bad >out 2>&1
[ "$(grep -c 'in force' out)" = 4 ] && ! grep -q medical out
count "bad: the others are in" $?
gives "bad: no such file, no such dataset" 1 "2 of 3 files" "$fp" import bad vehicle data/vehicle.csv dibao none.csv \
    nothing data/dibao.csv --received $day --errors e-many
says "bad: no such file" "none.csv"

# ---------------------------------------------------------------- a file twice, two files of one dataset
set_up twice
gives "twice" 0 "taken in before" "$fp" import twice housing data/housing.csv housing data/housing.csv --received $day \
    --errors e-many
[ "$("$fp" deliveries twice | grep -c housing)" = 1 ]
count "twice: one delivery" $?
awk 'NR == 1 || NR % 2' data/medical.csv >m1.csv
awk 'NR == 1 || NR % 2 == 0' data/medical.csv >m2.csv
gives "two parts overlap" 1 "1 of 2 files" "$fp" import twice medical m1.csv medical m2.csv --received $day --errors e-many
gives "a part that adds" 0 "matched" "$fp" import twice medical m2.csv --adds --received $day --errors m2.errors.csv
sum() { awk -v d="$2" '$1 == d { split($2, v, /[:,]/); n += v[2] } END { print n + 0 }' "$1"; }
counts twice >c-twice
[ "$(sum c-twice medical)" = "$(sum c-one medical)" ]
count "two parts: every row" $?

# ---------------------------------------------------------------- the roster among the files, JSON
"$fp" init fresh --policy "$root/bench/policy" >out 2>&1
# shellcheck disable=SC2086
"$fp" import fresh dibao data/dibao.csv roster data/registry.csv $all --received $day --errors e-many --json >out 2>&1
[ $? = 0 ] && [ "$(grep -c '^{.*"longest_lock_us":[0-9]*}$' out)" = 9 ]
count "roster among the files: an object a line" $?
sed -n 1p out | grep -q '"dataset":"dibao".*"matched":0'
count "before the roster nobody matches" $?
sed -n 2p out | grep -q '"rematched":[1-9]'
count "with the roster they do" $?
sed -n 3,8p out | grep -c '"matched":[1-9]' | grep -qx 6
count "after the roster they match" $?
sed -n 9p out | grep -q '"same_file":true.*"dataset":"dibao"'
count "the first file again" $?
"$fp" import bad medical none.csv vehicle data/vehicle.csv --received $day --json --errors e-many >out 2>/dev/null
[ $? = 1 ] && sed -n 1p out | grep -q '"dataset":"medical","file":"none.csv","error":"' && [ "$(wc -l <out)" = 2 ]
count "JSON of a file not taken in" $?

# ---------------------------------------------------------------- a column sorted by itself
"$fp" init sorted --policy "$root/policy" >out 2>&1
"$fp" generate files --people 600 --county 610724 --seed 3 >out 2>&1
gives "the roster of a month" 0 "matched" "$fp" import sorted roster files/2026-08/roster.csv --received 2026-09-05 --errors e-sorted.csv
shift_column() { # shift_column COLUMN FILE: each row has the value of the row before it
    awk -F, -v OFS=, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; print; next }
        { v = $c; if (NR > 2) $c = was; was = v; print }' "$2"
}
shift_column 姓名 files/2026-09/roster.csv >names.csv
shift_column 户编号 files/2026-09/roster.csv >homes.csv
! cmp -s names.csv files/2026-09/roster.csv && ! cmp -s homes.csv files/2026-09/roster.csv
count "the columns are shifted" $?
gives "names of other people" 1 "Was the column sorted by itself" "$fp" import sorted roster names.csv --received 2026-10-05
gives "and in a dry run" 1 "with --as-written" "$fp" import sorted roster names.csv --received 2026-10-05 --dry-run
gives "households of other people" 1 "have another one than before" "$fp" import sorted roster homes.csv --received 2026-10-05
gives "nothing was stored" 0 '"dataset":"roster"' "$fp" deliveries sorted --json
[ "$(grep -c '"dataset":"roster"' out)" = 1 ]
count "one roster is in" $?
gives "the right one" 0 "matched" "$fp" import sorted roster files/2026-09/roster.csv --received 2026-10-05 --errors e-sorted.csv
gives "said to be right" 0 "matched" "$fp" import sorted roster names.csv --received 2026-10-06 --adds --as-written --errors e-sorted.csv

awk -F, -v OFS=, 'NR > 1 { $1 = "6.10724E+17" } { print }' files/2026-09/roster.csv >one.csv
awk -F, -v OFS=, 'NR > 1 { $1 = substr($1, 1, 15) "000" } { print }' files/2026-09/roster.csv >cut.csv
gives "one household of all" 1 "Did a spreadsheet shorten the household codes" "$fp" import sorted roster one.csv --adds \
    --received 2026-10-06
gives "household codes cut" 1 "households of more than 20" "$fp" import sorted roster cut.csv --adds --received 2026-10-06

# ---------------------------------------------------------------- a file of one township
"$fp" generate wide --people 3000 --county 610724 --seed 5 >out 2>&1
"$fp" init town --policy "$root/policy" >out 2>&1
gives "a roster of several townships" 0 "matched" "$fp" import town roster wide/2026-08/roster.csv --received 2026-09-05 \
    --errors e-town.csv
of_first_township() { # of_first_township FILE: rows of people who live in the township of the roster's first person
    awk -F, 'NR == FNR { if (FNR == 1) { for (i = 1; i <= NF; i++) { if ($i == "证件号码") id = i
                if ($i == "乡镇") town = i }; next }
            if (!want) want = $town
            if ($town == want) here[$id] = 1; next }
        FNR == 1 { for (i = 1; i <= NF; i++) if ($i == "身份证号") c = i; print; next }
        $c in here' wide/2026-08/roster.csv "$1"
}
of_first_township wide/2026-08/medical.csv >town.csv
gives "a file of one township counts there" 0 "Division: 610724001000 (from the rows)" "$fp" import town medical town.csv \
    --received 2026-09-05 --dry-run
head -n 4 town.csv >few.csv
gives "a few rows may be chance" 0 "Division: 610724000000 (from the rows)" "$fp" import town medical few.csv \
    --received 2026-09-05 --covers 2025-08-01..2026-08-31 --dry-run
says "and this is told" "All its people are of 610724"
head -n 13 town.csv >homes.csv
gives "twelve rows may be of three families" 0 "Division: 610724000000 (from the rows)" "$fp" import town medical homes.csv \
    --received 2026-09-05 --covers 2025-08-01..2026-08-31 --dry-run
gives "JSON tells it too" 0 '"all_people_in"' "$fp" import town medical homes.csv --received 2026-09-05 \
    --covers 2025-08-01..2026-08-31 --dry-run --json
gives "a county's file" 0 "Division: 610724000000 (from the rows)" "$fp" import town medical wide/2026-08/medical.csv \
    --received 2026-09-05 --dry-run
silent "nothing of one place" "All its people"

# ---------------------------------------------------------------- the command line
gives "a dataset without a file" 2 'dataset "dibao" has no file' "$fp" import many medical m1.csv dibao
gives "replaces and several" 2 "take in that file alone" "$fp" import many medical m1.csv dibao m2.csv --replaces 1
gives "errors: a file for several" 2 "names a folder" "$fp" import many medical m1.csv dibao m2.csv --errors x.csv
mkdir other
cp m2.csv other/m1.csv
gives "errors: two of one name" 2 "two files are named m1.csv" "$fp" import many medical m1.csv dibao other/m1.csv \
    --errors e-many
gives "a data folder for errors" 2 "0 are in" "$fp" import many medical m1.csv dibao m2.csv --errors many

end
