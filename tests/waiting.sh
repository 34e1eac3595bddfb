#!/bin/sh
# Who would write while another process writes waits for it, and says so. Run by make check. FANGPIN names another
# program to test.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21

"$fp" generate gen --people 300 --county 130725 --seed 5 >out 2>&1
count "data" $?
"$fp" init db --policy "$root/policy/core" "$root/policy/national" "$root/policy/hebei" >out 2>&1 &&
    "$fp" import db roster gen/2026-08/roster.csv --received 2026-09-05 --errors r.csv >out 2>&1
count "set up" $?

# Programs that begin together write one after the other.
all=
for d in medical housing income dibao; do
    FANGPIN_WAIT=600 "$fp" import db "$d" "gen/2026-08/$d.csv" --received 2026-09-05 --errors "$d.errors.csv" >"$d.out" 2>&1 &
    all="$all $!"
done
worst=0
begun=0
for pid in $all; do
    begun=$((begun + 1))
    wait "$pid" || worst=1
done
cat ./*.out >out
[ "$begun" -ge 2 ]
count "several began" $?
count "each wrote" $worst
[ "$("$fp" deliveries db --json | tr '{' '\n' | grep -c '"dataset"')" = $((begun + 1)) ]
count "all of it is there" $?

# A process that writes until it is told to end.
touch writing
flock db/lock sh -c 'echo $$ >db/lock; touch begun; while [ -f writing ]; do sleep 0.05; done' &
until [ -f begun ]; do sleep 0.05; done
holder=$(cat db/lock)
gives "no waiting" 3 "db: another fangpin (process $holder, since 20" env FANGPIN_WAIT=0 "$fp" layout db forget 1
says "no waiting: how to" "is writing (waited 0 s); try again when it is done, or wait longer with FANGPIN_WAIT=SECONDS"
gives "in Chinese" 3 "正在写入（已等待 0 秒）；请等它结束后重试，或用 FANGPIN_WAIT=秒数 等得更久" env FANGPIN_LANG=zh FANGPIN_WAIT=0 \
    "$fp" layout db forget 1
gives "who reads does not wait" 0 "roster" env FANGPIN_WAIT=0 "$fp" deliveries db
for bad in x -1 1.5 100000; do
    gives "FANGPIN_WAIT=$bad" 2 "FANGPIN_WAIT is no number of seconds from 0 to 86400" env FANGPIN_WAIT=$bad "$fp" layout db forget 1
done
FANGPIN_WAIT=600 "$fp" layout db forget 1 >first.said 2>&1 &
first=$!
FANGPIN_WAIT=600 FANGPIN_LANG=zh "$fp" layout db forget 1 >second.said 2>&1 &
second=$!
until [ -s first.said ] && [ -s second.said ]; do sleep 0.05; done
grep -q "another fangpin (process $holder, since 20.*) is writing; waiting up to 600 s for it (Ctrl-C ends this)" first.said
count "it says that it waits" $?
grep -q "另一个 fangpin（进程 $holder，自 20.* 起）正在写入；最多等待 600 秒（按 Ctrl-C 可停止）" second.said
count "it says so in Chinese" $?
rm writing
wait $first
one=$?
wait $second
two=$?
cat first.said second.said >out
[ $((one + two)) = 1 ] && grep -q "Layout 1 is forgotten\|布局 1 已忘掉" out
count "then one of them forgets the layout, and the other finds it forgotten ($one, $two)" $?
wait
end
