#!/bin/sh
# damage_load.sh FANGPIN DIR: take what damage.sh made in DIR into a new data folder DIR/db, with the books of checks.
set -eu
fp=$1
dir=$2
export FANGPIN_TODAY=2026-07-20
"$fp" init "$dir/db" --policy policy/core policy/national policy/checks policy/example-checks
"$fp" import "$dir/db" roster "$dir/roster.csv" --received 2026-06-02 || [ $? = 1 ]
for month in 05 06; do
    received=2026-06-03
    [ $month = 05 ] || received=2026-07-03
    for t in member_form household_form object_form work_form village_form; do
        "$fp" import "$dir/db" $t "$dir/$month-$t.csv" --covers 2026-$month --received $received --division 610926
    done
    for t in dibao disability monitored measure_given; do
        "$fp" import "$dir/db" $t "$dir/$month-$t.csv" --covers 2026-$month --received $received --division 610926 --empty
    done
done
