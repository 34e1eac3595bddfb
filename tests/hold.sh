#!/bin/sh
# A screen held for confirmation, as users meet it: what is said, the exit code, and how it goes on.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-06-20

mkdir book
cat >book/book.md <<'END'
# 县
```policy
book small "小县" { jurisdiction 00 issued 2026-01-01 }
dataset roster "花名册" by 乡村振兴局 {
  latest  complete  ground statute "x"  person by cid, name  household by hid  lives in division
  hid text of household "户编号"  cid text secret "证件号码"  name text sensitive "姓名"
  division division of household "行政区划代码" }
dataset medical "医保结算" by 医保局 {
  events monthly by settled_on  complete  due 10 days  ground statute "x"  person by cid, name
  cid text secret "证件号码"  name text sensitive "姓名"  settled_on date "结算日期"  self_pay yuan >= 0 "个人自付" }
param line "警戒线" yuan { set by county }
param screen_share_limit "占比" ratio { set by county }
param screen_growth_limit "倍数" int { set by county }
param screen_hold_floor "起算户数" hh { set by county }
rule ill "自付过高" risk red { when sum(self_pay for members.medical where settled_on within 1 month) > line }
```
END
files() { # files MONTH LASTDAY COUNT: the first COUNT of six households paid 500
    echo "证件号码,姓名,结算日期,个人自付" >medical-$1.csv
    for i in 1 2 3 4 5 6; do
        if [ $i -le "$3" ]; then pay=500; else pay=0; fi
        echo "$(id $i),甲,$1-$2,$pay" >>medical-$1.csv
    done
}
echo "户编号,证件号码,姓名,行政区划代码" >roster.csv
for i in 1 2 3 4 5 6; do echo "61092610020100000$i,$(id $i),甲,610926100201" >>roster.csv; done
files 2026-04 30 1
files 2026-05 31 6
set_param() { "$fp" param db set "$1" "$2" --by "县局" --document "县发〔2026〕$3号" --received "$4" >out 2>&1; }
take() { "$fp" import db "$@" >out 2>&1; }
"$fp" init db --policy book >out 2>&1
take roster roster.csv --received 2026-04-30
take medical medical-2026-04.csv --received 2026-05-05
take medical medical-2026-05.csv --received 2026-06-05
set_param line "400 yuan" 1 2026-04-01
gives "limits that nobody set" 0 "set by: county" "$fp" screen db --as-of 2026-04-30 --known-at 2026-05-10
set_param screen_share_limit 90% 2 2026-04-01
set_param screen_growth_limit 3 2 2026-04-01
set_param screen_hold_floor 4 2 2026-04-01
set_param line "300 yuan" 3 2026-06-01
screen() { "$fp" screen db --as-of 2026-05-31 --known-at 2026-06-20 "$@"; }
{
    gives "held" 4 "HELD FOR CONFIRMATION" screen
    gives "which, where, how many" 4 "ill (自付过高), 610926 平利县: 6 of 6 households" screen
    gives "the month before" 4 "after the screen of 2026-04-30: 1" screen
    gives "the share and who set it" 4 "more than 90 % of them (screen_share_limit; 县局, 县发〔2026〕2号)" screen
    gives "the growth" 4 "more than 3 times as many as before (screen_growth_limit;" screen
    gives "a parameter to check" 4 "parameter line, set to 300 yuan since by 县局 (县发〔2026〕3号)" screen
    gives "a file to check" 4 "delivery 3, medical 2026-05-01..2026-05-31, has come in since" screen
    gives "how to go on" 4 "--confirm RULE... --by WHO --reason TEXT" screen
    gives "JSON" 4 '"held":true' screen --json
    gives "Chinese" 4 "待确认" screen --lang zh
    gives "no reason given" 2 "give all three" screen --confirm ill --by 甲
    gives "nobody named" 2 "give all three" screen --confirm ill --reason x
    gives "a rule that is not there" 1 'there is no rule or measure "il"' screen --confirm il --by 甲 --reason x
    gives "confirmed" 0 "confirmed" screen --confirm ill --by 乡村振兴局 --reason "核对无误"
}
gives "the journal" 0 "2026-05-31 ill 610926000000: 6/6 (1): 核对无误; 乡村振兴局" "$fp" status db
gives "the journal as JSON" 0 '"confirmed":[{"what":"2026-05-31 ill 610926000000: 6/6 (1): 核对无误","by":"乡村振兴局"' \
    "$fp" status db --json
gives "history tells who confirmed" 0 "was held; confirmed by 乡村振兴局: 2026-05-31 ill 610926000000: 6/6 (1): 核对无误" \
    "$fp" history db "$(sed -n '2s/,.*//p' roster.csv)"
gives "the kept one again" 0 "identical" "$fp" screen db --replay 2026-05-31
gives "nothing to confirm" 2 "keeps nothing" "$fp" screen db --replay 2026-05-31 --confirm all --by a --reason b
gives "an earlier day is not held" 0 "A replay" "$fp" screen db --as-of 2026-04-30 --known-at 2026-06-15
end
