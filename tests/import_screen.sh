#!/bin/sh
# import … --screen: what is kept, said and written is what `import` and then `screen` keep, say and write.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-10-25 USER=tester

"$fp" generate files --people 1200 --county 610724 --seed 5 >out 2>&1
count "the files" $?
f=files/2026-08
"$fp" init two --policy "$root/policy" >out 2>&1
"$fp" import two roster $f/roster.csv --received 2026-09-05 >out 2>&1
count "the roster" $?
untimed() { sed -e 's/"longest_lock_us":[0-9]*/"longest_lock_us":0/' -e 's/two\.d/one.d/g'; }
alike() { # alike NAME DATE "SCREEN OPTIONS" IMPORT…: the same in two commands and in one
    name=$1
    day=$2
    options=$3
    shift 3
    mkdir -p one.d two.d
    rm -f ./*.csv
    one="" two="" # of one file the list of errors lies beside it
    [ "$3" = --received ] && [ -f "$2" ] || one="--errors one.d" two="--errors two.d"
    # shellcheck disable=SC2086
    {
        "$fp" import two "$@" $two --json >out.two 2>err.two && "$fp" screen two --as-of "$day" $options \
            --findings two.csv --json >>out.two 2>>err.two
        rc=$?
        "$fp" import one "$@" $one --json --screen "$day" $options --findings one.csv >out.one 2>err.one
        [ $rc$? = 00 ]
        count "$name: the exit code" $?
    }
    for x in two one; do untimed <out.$x >said.$x; done
    cmp -s said.two said.one && [ -s said.one ]
    count "$name: what is said" $?
    cmp -s err.two err.one
    count "$name: what is said beside" $?
    cmp -s two.csv one.csv && [ -s one.csv ]
    count "$name: the findings" $?
    for x in two one; do
        { "$fp" deliveries $x --json; "$fp" status $x --as-of "$day" --json; "$fp" history $x --json; } >state.$x 2>&1
    done
    cmp -s state.two state.one
    count "$name: what the folder says" $?
    gives "$name: the screen is kept" 0 '"identical":true' "$fp" screen one --replay "$day" --json
}
month() { # month FOLDER: datasets and files that are not the roster
    for d in medical income school housing dibao; do [ ! -f "$1/$d.csv" ] || echo "$d $1/$d.csv"; done
}
cp -a two one && cp -a two.key one.key
# shellcheck disable=SC2046
alike "several files" 2026-08-31 "--known-at 2026-09-20 --with-unknown" $(month $f) --received 2026-09-05
tail -n 1 out.one | grep -q '"as_of":"2026-08-31"'
count "the screen is the last line" $?
alike "one file" 2026-08-31 "--known-at 2026-09-20" disability $f/disability.csv --received 2026-09-06
head -n 1000 files/2026-09/roster.csv >fewer.txt
alike "with a roster before it" 2026-09-30 "--known-at 2026-10-10" roster fewer.txt vehicle $f/vehicle.csv \
    --received 2026-10-05
mkdir -p month/more && cp files/2026-09/income.csv files/2026-09/medical.csv month/
cp files/2026-09/roster.csv month/more/
alike "a folder" 2026-09-30 "--known-at 2026-10-10" month --received 2026-10-05
alike "the folder once more" 2026-09-30 "--known-at 2026-10-10" month --received 2026-10-05
# Books, a parameter and a correction of divisions that are known later than K.
cp -r "$root/policy" books && sed -i '/^rule/s/ yellow/ orange/' books/*/*.md
for x in one two; do
    "$fp" policy load $x books --received 2026-10-20 >out 2>&1
    count "other books" $?
    "$fp" param $x set income_line 9000 --division 610724 --by t --document 1 --received 2026-10-21 >out 2>&1
    count "a parameter" $?
    printf 'code,name,from,flags,document\n610724,西乡县,,demo_county,test 1\n' >divisions.csv
    "$fp" divisions $x import divisions.csv >out 2>&1
    count "divisions" $?
done
alike "known before other books" 2026-09-30 "--known-at 2026-10-11" school files/2026-09/school.csv --received 2026-10-08
alike "known with them" 2026-09-30 "--known-at 2026-10-22" housing files/2026-09/housing.csv --received 2026-10-08
alike "an earlier day, replayed" 2026-08-31 "--known-at 2026-09-20" dibao files/2026-09/dibao.csv --received 2026-10-09

# In words, and what is refused.
says_nothing() { # says_nothing NAME: no delivery came
    "$fp" deliveries one --json >now.json
    cmp -s now.json was.json
    count "$1: nothing was taken in" $?
}
"$fp" deliveries one --json >was.json
vehicle="vehicle files/2026-09/vehicle.csv"
# shellcheck disable=SC2086
{
    gives "not with --dry-run" 2 "--dry-run stores nothing" "$fp" import one $vehicle --screen 2026-09-30 --dry-run
    gives "findings of what" 2 "--findings is about a screen" "$fp" import one $vehicle --findings x.csv
    gives "in Chinese" 2 "只用于筛查" "$fp" import one $vehicle --strict --lang zh
    gives "a day to come" 1 "is after the day of what is known" "$fp" import one $vehicle --screen 2026-11-30
    echo hello >letter.csv
    gives "findings over a letter" 1 "is no findings file" "$fp" import one $vehicle --screen 2026-09-30 --findings letter.csv
    says_nothing "refused"
    echo "a,b" >bad.csv
    gives "a file that is refused" 1 "No screen was made" "$fp" import one medical bad.csv school $f/school.csv --screen 2026-09-29
    says "and what to do" "fangpin screen DB --as-of 2026-09-29"
    gives "it alone" 1 "No screen was made" "$fp" import one medical bad.csv --screen 2026-09-29
    gives "in Chinese" 1 "没有筛查" "$fp" import one medical bad.csv --screen 2026-09-29 --lang zh
    mkdir bad && mv bad.csv bad/
    gives "in a folder" 1 "No screen was made" "$fp" import one bad --screen 2026-09-29
    gives "there is none" 1 "no screen" "$fp" screen one --replay 2026-09-29
    gives "in words" 0 "Screen as of 2026-09-30" "$fp" import one $vehicle --screen 2026-09-30
    says "the file too" "vehicle"
    gives "the list of errors is no place for findings" 1 "is no findings file" "$fp" import one disability \
        files/2026-09/disability.csv --errors both.csv --screen 2026-09-30 --findings both.csv
}
gives "sound" 0 "" "$fp" check one
end
