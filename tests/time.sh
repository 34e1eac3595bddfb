#!/bin/sh
# Time travel from outside: a long random year of two small counties (files late, replaced, withdrawn, added to; rosters,
# parameters, books and divisions that change) with a screen at each month end; then every kept screen must come again bit
# for bit, also after a key rotation, an upgrade and a compaction. TIME_SEED=N makes another year. Run by make check.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
seed=${TIME_SEED:-7}
year=$seed
seen=" (TIME_SEED=$year)"

random() { # random N: 0..N-1 in $r
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    r=$((seed / 65536 % $1))
}

# ---------------------------------------------------------------- a random year
mkdir -p books/county
cat >books/county/book.md <<'END'
# County
```policy
book small "Small" { jurisdiction 00 issued 2026-01-01 }
codes grade_code "等级" { A "A级" B "B级" C "C级" D "D级" }
dataset roster "花名册" by 乡村振兴局 {
  latest  complete  ground statute "x"
  person by cid, name
  household by hid
  lives in division
  hid text of household "户编号"
  cid text secret "证件号码"
  name text sensitive "姓名"
  born date "出生日期"
  division division of household "行政区划代码" }
dataset medical "医保结算" by 医保局 {
  events monthly by settled_on  complete  due 10 days  ground statute "x"
  person by cid, name
  cid text secret "证件号码"
  name text sensitive "姓名"
  settled_on date "结算日期"
  self_pay yuan >= 0 "个人自付" }
dataset housing "住房" by 住建局 {
  snapshot monthly  complete  due 10 days  ground statute "x"
  person by cid, name
  cid text secret "证件号码"
  name text sensitive "姓名"
  grade grade_code "等级" }
param line "自付线" yuan { set by county  value = 300 cite "x" }
param keyed "重点县线" yuan { value = 99000 cite "x"  value for demo_key = 90 cite "y" }
rule ill_there "重点县自付" risk red { when sum(self_pay for members.medical where settled_on within 1 month) >= keyed }
rule ill "自付过高" risk orange { when sum(self_pay for members.medical where settled_on within 2 months) >= line }
rule steady "月月自付" risk yellow { when at every month end of last 3 months: sum(self_pay for members.medical where settled_on within 1 month) > 100 yuan }
rule house "危房" risk red { when any(members.housing where grade in {C, D}) }
rule unlisted "成员无住房登记" quality yellow on member { when not any(member.housing) }
rule alone "一人户" risk yellow { when count(members) == 1 person }
```
END
"$fp" policy check books >out 2>&1
count "the book" $?

sed 's/grade in {C, D}/grade == D/' books/county/book.md >book2.md
sed '/^rule alone/d' books/county/book.md >book3.md
for i in 2 3; do mkdir -p "books$i/county" && mv "book$i.md" "books$i/county/book.md"; done
FANGPIN_TODAY=2026-01-01
export FANGPIN_TODAY
gives "init" 0 "ready" "$fp" init db --policy books

# People 10..39 of counties 610724 (even) and 140924 (odd), four to a household; who moved, came or left is in who.
make_roster() { # make_roster COUNTY PARITY FILE
    echo "户编号,证件号码,姓名,出生日期,行政区划代码" >"$3"
    for i in $(seq 10 39); do
        random 20
        [ $((i % 2)) = "$2" ] && [ "$r" != 0 ] || continue
        home=$((i / 8))
        [ "$r" != 1 ] || home=$((r + i / 5))
        [ "$r" != 2 ] || home=x$i
        echo "H$2$home,${1}19${i}01010012,人$i,19$i-01-01,${1}100201"
    done >>"$3"
    fix_ids "$3"
}
make_medical() { # make_medical COUNTY PARITY MONTH FILE
    echo "证件号码,姓名,结算日期,个人自付" >"$4"
    for i in $(seq 10 39); do
        random 400
        [ $((i % 2)) = "$2" ] && [ "$r" -gt 60 ] || continue
        [ "$r" -lt 380 ] || echo "${1}19${i}01010012,人$i,$3-1$((r % 10)),$r.5"
        echo "${1}19${i}01010012,人$i,$3-0$((r % 9 + 1)),$r"
    done >>"$4"
    fix_ids "$4"
}
make_housing() { # make_housing COUNTY PARITY FILE
    echo "证件号码,姓名,等级" >"$3"
    for i in $(seq 10 39); do
        random 8
        [ $((i % 2)) = "$2" ] && [ "$r" -lt 4 ] || continue
        echo "${1}19${i}01010012,人$i,$(echo A B C D | cut -d' ' -f$((r + 1)))"
    done >>"$3"
    fix_ids "$3"
}
take() { # take DATASET FILE OPTION…: notes the number; what is refused (an overlap after a withdrawal, say) is no failure
    dataset=$1
    file=$2
    shift 2
    "$fp" import db "$dataset" "$file" "$@" --errors e.csv --json >taken 2>&1
    id=$(sed -n 's/^{.*"id":\([0-9]*\),.*/\1/p' taken)
    [ -z "$id" ] || echo "$id $dataset $*" >>ids
}
month_files() { # month_files MONTH
    for c in 610724.0 140924.1; do
        make_medical "${c%.*}" "${c#*.}" "$1" m.csv
        make_housing "${c%.*}" "${c#*.}" h.csv
        random 5
        if [ "$r" = 0 ]; then cp m.csv "late-${c%.*}.csv" && echo "$1" >"late-${c%.*}.month"
        else take medical m.csv --division "${c%.*}" --covers "$1"; fi
        random 6
        [ "$r" = 0 ] || take housing h.csv --division "${c%.*}" --covers "$1"
    done
}
surprises() { # surprises DAY MONTH: what offices do on any day
    random 4
    if [ "$r" = 0 ] && [ -s ids ]; then # a corrected file of an earlier month
        random "$(wc -l <ids)"
        line=$(sed -n "$((r + 1))p" ids)
        case $line in
        *medical*) sed 's/,\([0-9.]*\)$/,7\1/' m.csv >r.csv && take medical r.csv --replaces "${line%% *}" ;;
        esac
    fi
    random 5
    if [ "$r" = 0 ] && [ -s ids ]; then
        random "$(wc -l <ids)"
        "$fp" withdraw db "$(sed -n "$((r + 1))s/ .*//p" ids)" --reason "wrong" >/dev/null 2>&1
    fi
    random 4
    if [ "$r" = 0 ]; then
        make_medical 610724 0 "$2" a.csv
        take medical a.csv --division 610724 --covers "$2" --adds
    fi
    random 4
    [ "$r" != 0 ] || "$fp" param db set line $((r * 50 + 100 + ${1#*-*-0} * 10)) --division 610724 --by office \
        --document "no. $1" --from "$2-01" >/dev/null 2>&1
    for c in 610724 140924; do
        [ -e "late-$c.csv" ] && [ "$(cat "late-$c.month")" != "$2" ] || continue
        take medical "late-$c.csv" --division "$c" --covers "$(cat "late-$c.month")"
        rm "late-$c.csv"
    done
}
kept=
for m in 01 02 03 04 05 06 07 08 09; do
    next=$(printf %02d $((${m#0} + 1)))
    FANGPIN_TODAY=2026-$m-03
    case $m in
    01 | 04 | 07)
        for c in 610724.0 140924.1; do
            make_roster "${c%.*}" "${c#*.}" roster.csv
            take roster roster.csv
        done ;;
    esac
    surprises "2026-$m-03" "2026-$m"
    FANGPIN_TODAY=2026-$next-08
    month_files "2026-$m"
    [ "$m" != 05 ] || "$fp" policy load db books2 >/dev/null 2>&1
    [ "$m" != 08 ] || "$fp" policy load db books3 >/dev/null 2>&1
    surprises "2026-$next-04" "2026-$m"
    end=$(date -d "2026-$next-01 -1 day" +%F)
    gives "screen $end" 0 "Screen as of" "$fp" screen db --as-of "$end" --findings "f-$end.csv" --with-unknown
    kept="$kept $end:$FANGPIN_TODAY"
    surprises "2026-$next-05" "2026-$m" # on the very day of the screen, after it
    [ "$m" != 06 ] || {
        printf 'code,name,from,flags,document\n610724,西乡县,,demo_key,test 1\n' >divisions.csv
        "$fp" divisions db import divisions.csv >/dev/null 2>&1
    }
    random 3
    [ "$r" != 0 ] || {
        make_roster 610724 0 roster.csv
        take roster roster.csv
    }
done
FANGPIN_TODAY=2026-11-21
if [ "$year" = 7 ]; then # other years may lack some
    "$fp" deliveries db >out 2>&1
    for state in "in force" withdrawn replaced; do
        grep -qF "$state" out
        count "the year has deliveries $state" $?
    done
    [ "$(cat f-*.csv | wc -l)" -gt 200 ] && grep -q ',still,' f-*.csv && grep -q ',cleared,' f-*.csv &&
        grep -q ',unconfirmed,' f-*.csv && grep -q ',withdrawn,' f-*.csv && grep -q ',steady,' f-*.csv
    count "the year has findings of every state" $?
fi

again() { # again WHEN: every kept screen once more
    for k in $kept; do
        end=${k%:*}
        gives "$1: replay $end" 0 "identical" "$fp" screen db --replay "$end" --findings again.csv --with-unknown
        cmp again.csv "f-$end.csv" >out 2>&1
        count "$1: findings of $end, byte by byte" $?
        [ "$end" = 2026-09-30 ] && continue # the last one: its as-of would be screened anew
        gives "$1: $end by its dates" 0 "replay" "$fp" screen db --as-of "$end" --known-at "${k#*:}" --findings again.csv \
            --with-unknown
        cmp again.csv "f-$end.csv" >out 2>&1
        count "$1: findings of $end by its dates" $?
    done
}
again "a year later"
gives "sound" 0 "sound" "$fp" check db
gives "rotate" 0 "sealed anew" "$fp" key rotate db
gives "upgrade" 0 "nothing to do" "$fp" upgrade db
again "new key"
bytes=$(wc -c <db/fangpin.db)
gives "compact, dry" 0 "Nothing was changed" "$fp" compact db --dry-run
[ "$(wc -c <db/fangpin.db)" = "$bytes" ]
count "a dry run leaves the file" $?
gives "compact" 0 "before" "$fp" compact db
gives "sound after compacting" 0 "sound" "$fp" check db
gives "compact again" 0 '"columns":0' "$fp" compact db --json
again "compacted"

# ---------------------------------------------------------------- what was known when about a household
FANGPIN_TODAY=2026-02-10
"$fp" init h --policy books >/dev/null 2>&1
{
    printf '户编号,证件号码,姓名,出生日期,行政区划代码\nA1,610724198501010012,张甲,1985-01-01,610724100201\n'
    printf 'A1,610724199001010012,李乙,1990-01-01,610724100201\n'
} >r1.csv
sed 's/^A1\(.*李乙\)/A2\1/' r1.csv >r2.csv
echo 'A1,610724199501010012,王丙,1995-01-01,610724100201' >>r2.csv
printf '证件号码,姓名,结算日期,个人自付\n610724198501010012,张甲,2026-01-03,437\n610724198501010012,张四,2026-01-04,70\n' >m1.csv
printf '证件号码,姓名,结算日期,个人自付\n610724198501010012,张甲,2026-01-03,50\n' >m2.csv
for f in r1 r2 m1 m2; do fix_ids $f.csv; done
"$fp" import h roster r1.csv >/dev/null 2>&1
"$fp" import h medical m1.csv --division 610724 --covers 2026-01 --errors e.csv >/dev/null 2>&1
"$fp" screen h --as-of 2026-01-31 >/dev/null 2>&1
FANGPIN_TODAY=2026-03-05
"$fp" import h medical m2.csv --division 610724 --covers 2026-01 --replaces 2 >/dev/null 2>&1
"$fp" param h set line 20 --division 610724 --by office --document "no. 7" >/dev/null 2>&1
"$fp" param h set line 25 --division 140924 --by office --document "no. 8" >/dev/null 2>&1
FANGPIN_TODAY=2026-03-20
"$fp" import h roster r2.csv >/dev/null 2>&1
"$fp" policy load h books2 >/dev/null 2>&1
"$fp" screen h --as-of 2026-02-28 >/dev/null 2>&1
FANGPIN_TODAY=2026-03-21
"$fp" withdraw h 3 --reason "wrong month" >/dev/null 2>&1
FANGPIN_TODAY=2026-11-21
gives "history" 0 "Household A1" "$fp" history h A1
says "history: a file" "m1.csv (delivery 2, medical, 2026-01-01 to 2026-01-31, received 2026-02-10)"
says "history: its row" "张甲: line 2"
says "history: a row that waits" "张甲: waits, line 3"
says "history: replaced" "replaced by delivery 3; 2 rows of this household count no longer"
says "history: replaces" "replaces delivery 2 (2 rows of this household)"
says "history: withdrawn" "withdrawn, wrong month; 1 rows of this household count no longer"
says "history: members" "李乙: joined (delivery 1 line 3)"
says "history: left" "李乙: left for household A2 (delivery 4 line 3)"
says "history: joined later" "王丙: joined (delivery 4 line 4)"
says "history: a screen" "Screen 1 as of 2026-01-31"
says "history: cannot judge, and why" '住建局 2026-01 住房 not delivered'
says "history: a parameter" "parameter line = 20 in 610724000000 (no. 7, office)"
silent "history: another county's parameter" "no. 8"
says "history: books" "book small: changed"
silent "history: no IDs" "6107241985"
silent "history: no amounts" "437"
awk '/^2026/ { if ($1 " " $2 < last) exit 1; last = $1 " " $2 }' out
count "history: in order of time" $?
gives "history as known then" 0 "Screen 1" "$fp" history h A1 --known-at 2026-03-01
silent "history as known then" "2026-03-05"

# A day screened again: what the first screen of it said was known, and stays.
"$fp" history h A1 --known-at 2026-03-20 >then
grep -q "Screen 2 as of 2026-02-28" then
count "history: the screen of a day" $?
gives "the day is screened again" 0 "" "$fp" screen h --as-of 2026-02-28
"$fp" history h A1 --known-at 2026-03-20 >out
cmp -s then out
count "history: as it was known before" $?
gives "history: both screens" 0 "Screen 3 as of 2026-02-28" "$fp" history h A1
says "history: which took its place" "Screen 2 as of 2026-02-28 (replaced by screen 3)"
gives "a replaced screen is replayed" 0 "identical" "$fp" screen h --replay 2
gives "and the folder is sound" 0 "sound" "$fp" check h
gives "history between two days" 0 "Screen 2" "$fp" history h A1 --from 2026-03-20 --to 2026-03-20
silent "history between two days: before" "2026-03-05"
silent "history between two days: after" "wrong month"
gives "history of one rule" 0 "cannot judge: house" "$fp" history h A1 --rule house
silent "history of one rule: no other dataset" "m1.csv"
silent "history of one rule: no other rule" "ill"
silent "history of one rule: no other parameter" "no. 7"
gives "history in Chinese" 0 "无法判断" "$fp" history h A1 --lang zh
gives "history: nothing then" 0 "Nothing became known" "$fp" history h A1 --to 2026-01-01
gives "history: no such household" 1 "no household" "$fp" history h X9
gives "history: no such rule" 1 "Did you mean" "$fp" history h A1 --rule hous
gives "history: days turned round" 2 "--from" "$fp" history h A1 --from 2026-03-02 --to 2026-03-01
gives "history as JSON" 0 '"what":"left","person":"李乙"' "$fp" history h A1 --json
if command -v node >/dev/null; then
    node -e 'JSON.parse(require("fs").readFileSync("out"))' 2>>out
    count "history is JSON" $?
fi
gives "explain names members" 0 "Member 1: 张甲 (r1.csv (delivery 1) line 2" "$fp" explain h A1 unlisted \
    --as-of 2026-01-31 --known-at 2026-02-10
says "explain names members" "Member 2: 李乙 (r1.csv (delivery 1) line 3"
silent "explain names members: no IDs" "6107241985"
gives "explain names members as of then" 0 "Member 2: 王丙 (r2.csv (delivery 4) line 4" "$fp" explain h A1 unlisted
silent "explain names members as of then" "李乙"
{
    cat r2.csv
    echo 'A3,610724197501010012,周戊,1975-01-01,610724100201'
} >r3.csv
fix_ids r3.csv
"$fp" import h roster r3.csv >/dev/null 2>&1
"$fp" withdraw h 4 --reason "came again" >/dev/null 2>&1
FANGPIN_TODAY=2026-11-22
gives "a withdrawn roster's people are named by the later one" 0 "Member 2: 王丙 (r3.csv" "$fp" explain h A1 unlisted \
    --as-of 2026-11-21 --known-at 2026-11-22
FANGPIN_TODAY=2026-11-21
gives "replay of what is not there" 1 "no screen 99" "$fp" screen h --replay 99
gives "replay of what is no screen" 2 "number or its as-of" "$fp" screen h --replay yesterday
gives "replay and dates" 2 "leave out --as-of" "$fp" screen h --replay 1 --as-of 2026-01-31
gives "replay as JSON" 0 '"identical":true' "$fp" screen h --replay 1 --json

# ---------------------------------------------------------------- at every month end, over stored months (statement 13)
FANGPIN_TODAY=2026-07-20
mkdir -p books4/county
cat >kin.md <<'END'
dataset kin "亲属" by 民政局 {
  snapshot monthly  complete  due 40 days  ground statute "x"
  person by cid, name
  cid text secret "证件号码"
  name text sensitive "姓名"
  relative ref person "亲属证件" }
rule kin_pays "亲属自付" risk yellow {
  when any(members.kin.relative.medical where settled_on within 2 months and self_pay > 900 yuan) }
END
sed '/^param line/r kin.md' books/county/book.md >books4/county/book.md
"$fp" init s --policy books4 >/dev/null 2>&1
{
    printf '户编号,证件号码,姓名,出生日期,行政区划代码\nB1,610724198501010012,张甲,1985-01-01,610724100201\n'
    printf 'B2,610724199001010012,李乙,1990-01-01,610724100201\nB3,610724199501010012,王丙,1995-01-01,610724100201\nB4,140924198501010012,赵丁,1985-01-01,140924100201\n'
} >r.csv
fix_ids r.csv
"$fp" import s roster r.csv --received 2026-01-01 >/dev/null 2>&1
for m in 02 03 04 05 06; do
    next=$(printf %02d $((${m#0} + 1)))
    {
        echo '证件号码,姓名,结算日期,个人自付'
        echo "610724198501010012,张甲,2026-$m-09,100.01"
        [ $m = 05 ] && echo "610724199001010012,李乙,2026-$m-09,100" || echo "610724199001010012,李乙,2026-$m-09,300"
        [ $m = 04 ] || echo "610724199501010012,王丙,2026-$m-28,999"
    } >"s$m.csv"
    printf "证件号码,姓名,结算日期,个人自付\n140924198501010012,赵丁,2026-$m-01,500\n" >"t$m.csv"
    fix_ids "s$m.csv"
    fix_ids "t$m.csv"
    "$fp" import s medical "s$m.csv" --division 610724 --covers "2026-$m" --received "2026-$next-05" >/dev/null 2>&1
    [ $m = 05 ] || "$fp" import s medical "t$m.csv" --division 140924 --covers "2026-$m" --received "2026-$next-05" \
        >/dev/null 2>&1
done
gives "month ends: screen" 0 "Screen as of" "$fp" screen s --as-of 2026-06-30 --known-at 2026-07-15 --findings s.csv \
    --with-unknown
grep ',steady,' s.csv >out
says "month ends: all reached" "B1,steady,risk,true,new"
silent "month ends: one just not reached" "B2,steady"
silent "month ends: one without a row" "B3,steady"
says "month ends: one not delivered" "B4,steady,risk,unknown"
gives "month ends: explained" 0 "does not hold" "$fp" explain s B2 steady
says "month ends: the month that fails" "2026-05-01 to 2026-05-31"
says "month ends: its value" "100 yuan"
cp out steady.txt
gives "month ends: the month that is missing" 0 "2026-05" "$fp" explain s B4 steady
printf '证件号码,姓名,亲属证件\n610724198501010012,张甲,610724199501010012\n' >kin.csv
fix_ids kin.csv
"$fp" import s kin kin.csv --division 610724 --covers 2026-06 --received 2026-07-05 >/dev/null 2>&1
gives "behind a reference" 0 "holds" "$fp" explain s B1 kin_pays --as-of 2026-06-30 --known-at 2026-07-20
says "behind a reference: the window's days" "2026-05-01 to 2026-06-30"
says "behind a reference: the row" "s06.csv"
gives "month ends: next month, one more lost sight of" 0 "Screen as of" "$fp" screen s --as-of 2026-07-15 \
    --known-at 2026-07-15 --findings s.csv --with-unknown
grep ',steady,' s.csv >out
says "month ends: in the middle of a month the same" "B1,steady,risk,true,still"

end
