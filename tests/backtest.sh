#!/bin/sh
# backtest as users meet it: a small county's files over eight months, what is said and what is refused.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-09-20

mkdir book other
cat >book/book.md <<'END'
# 县
```policy
book small "小县" { jurisdiction 00 issued 2026-01-01 }
dataset roster "花名册" by 乡村振兴局 {
  latest  complete  due 5 days  ground statute "x"  person by cid, name  household by hid  lives in division
  hid text of household "户编号"  cid text secret "证件号码"  name text sensitive "姓名"
  division division of household "行政区划代码" }
dataset medical "医保结算" by 医保局 {
  events monthly by settled_on  complete  due 10 days  ground statute "x"  person by cid, name
  cid text secret "证件号码"  name text sensitive "姓名"  settled_on date "结算日期"  self_pay yuan >= 0 "个人自付" }
dataset monitored "监测" by 乡村振兴局 {
  snapshot monthly  complete  due 5 days  ground statute "x"  person by cid, name
  cid text secret "证件号码"  name text sensitive "姓名"  since date "识别时间"
  decided on since }
param line "警戒线" yuan { set by county }
rule ill "自付过高" risk red { when sum(self_pay for members.medical where settled_on within 1 month) > line }
```
END
sed 's/ > line/ > 2 * line/' book/book.md >other/book.md
echo "户编号,证件号码,姓名,行政区划代码" >roster.csv
for i in 1 2 3 4 5 6; do echo "61092610020100000$i,$(id $i),甲,61092610020$i" >>roster.csv; done
# Household N falls ill in month N and pays N hundred; 1 to 4 are identified 40 days after that month's end.
for month in 01 02 03 04 05 06 07 08; do
    echo "证件号码,姓名,结算日期,个人自付" >medical-$month.csv
    for i in 1 2 3 4 5 6; do
        if [ "$month" = "0$i" ]; then pay=${i}00; else pay=0; fi
        echo "$(id $i),甲,2026-$month-20,$pay" >>medical-$month.csv
    done
done
{
    echo "证件号码,姓名,识别时间"
    echo "$(id 1),甲,2026-03-12"
    echo "$(id 2),甲,2026-04-09"
    echo "$(id 3),甲,2026-05-10"
    echo "$(id 4),甲,2026-06-09"
    echo "$(id 6),甲,2026-05-02"
} >monitored.csv
"$fp" init db --policy book >out 2>&1
"$fp" import db roster roster.csv --received 2026-01-05 >out 2>&1
for month in 01 02 03 04 05 06 07 08; do
    "$fp" import db medical medical-$month.csv --covers 2026-$month >out 2>&1
done
"$fp" import db monitored monitored.csv --covers 2026-08-31 >out 2>&1
count "files" $?
bt() { "$fp" backtest db "$@"; }
gives "no value" 0 "ill: line, - , 6 households, in 7 months; set by: county" bt ill --from 2026-01 --to 2026-07 --lead 2
says "unknown is not missed" "could not be judged in some month before"
"$fp" param db set line "90 yuan" --by "县局" --document "县发〔2026〕1号" >out 2>&1
cksum db/fangpin.db >before
gives "the whole" 0 "Backtest of 7 month ends, 2026-01 to 2026-07" bt ill --from 2026-01 --to 2026-07 --lead 2 --out list.csv
says "bulk" "every file in force today counts as if it had come when it was due; 7 of 10"
says "when alerts count" "with what was known 10 days later"
says "confirmed" "whose lead is over (ill): 4 of 5 (0.8000)"
says "lead" "median 30, quartiles 30 and 30"
says "decisions" "Decisions that these months could have foreseen: 5 (0 others lie outside)"
says "missed" "missed: judged every month, no alert"
says "decided before" "2026-06            1          -          -          1          -"
says "by village" "610926100201 药妇沟村委会: 1, 1, 0"
grep -qx "alert,2026-01-31,610926100201,610926100201000001,ill,A,confirmed,30" list.csv &&
    grep -qx "decision,2026-05-02,610926100206,610926100201000006,,A,missed," list.csv
count "the list" $?
gives "again over its own list" 0 "Backtest" bt ill --from 2026-01 --to 2026-07 --out list.csv
gives "not over another file" 1 "list of alerts" bt ill --from 2026-01 --to 2026-07 --out monitored.csv
gives "as received" 0 "could not be judged in some month before" bt ill --from 2026-01 --to 2026-07 --lead 2 \
    --known-at received
gives "a higher line" 0 "both 2, only A 2, only B 0, neither 1" bt ill --from 2026-01 --to 2026-07 --lead 2 \
    --set "line=250 yuan"
says "side by side" "2026-01            1          -         -1          -          1          -"
gives "another book" 0 "both 3, only A 1, only B 0, neither 1" bt ill --from 2026-01 --to 2026-07 --lead 2 --policy other
gives "two books" 0 "both 3, only A 0, only B 1, neither 1" bt ill --from 2026-01 --to 2026-07 --lead 2 --policy other \
    --policy book
gives "where decided" 0 "monitored.since" bt ill --from 2026-01 --to 2026-02 --decided monitored.since --by county
gives "Chinese" 0 "回测 2 个月末" bt ill --from 2026-01 --to 2026-02 --lang zh
gives "JSON" 0 '"known":"as-if"' bt ill --from 2026-01 --to 2026-07 --json --set "line=250 yuan"
if command -v node >/dev/null; then
    node -e 'JSON.parse(require("fs").readFileSync("out"))' 2>>out
    count "JSON that reads" $?
fi
gives "too late a month" 1 "--to 2026-08" bt ill --from 2026-01 --to 2026-09
gives "no such rule" 1 "there is no rule" bt nothing --from 2026-01 --to 2026-02
gives "no such parameter" 1 'Did you mean "line"' bt ill --from 2026-01 --to 2026-02 --set lin=1
gives "no such value" 1 "--set" bt ill --from 2026-01 --to 2026-02 --set line=much
gives "no value at all" 2 "PARAM=VALUE" bt ill --from 2026-01 --to 2026-02 --set line
gives "no such field" 1 "no stored date" bt ill --from 2026-01 --to 2026-02 --decided monitored.day
gives "half a name" 2 "DATASET.FIELD" bt ill --from 2026-01 --to 2026-02 --decided monitored
gives "months the wrong way" 2 "the first one first" bt ill --from 2026-03 --to 2026-02
gives "no such level" 2 "village, township or county" bt ill --from 2026-01 --to 2026-02 --by town
gives "no such way" 2 "received or as-if" bt ill --from 2026-01 --to 2026-02 --known-at 2026-01-01
gives "a lead of nothing" 2 "--lead" bt ill --from 2026-01 --to 2026-02 --lead 0
cksum db/fangpin.db >after
cmp -s before after
count "nothing is stored" $?
gives "history tells a decision" 0 "甲: decision of 2026-03-12 (line 2)" "$fp" history db 610926100201000001
cp -r book some
sed 's/decided on since/decided on since when since >= 2026-04-01/' book/book.md >some/book.md
"$fp" policy load db some >out 2>&1
gives "history: a condition makes decisions" 0 "甲: decision of 2026-04-09 (line 3)" "$fp" history db 610926100201000002
"$fp" history db 610926100201000001 >out 2>&1 && grep -q "monitored" out && ! grep -q "decision" out
count "history: and leaves others out" $?
end
