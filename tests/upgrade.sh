#!/bin/sh
# Every database that an earlier release wrote opens in this one and gives the same answers.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21

for fixture in "$root"/tests/fixtures/*.tar.gz; do
    name=$(basename "$fixture" .tar.gz)
    work=$dir/$name
    mkdir "$work"
    tar xzf "$fixture" -C "$work"
    chmod 600 "$work/db.key"
    cd "$work" || exit 3
    # Death by the limit of a file's size hits every stage of the upgrade; death by the clock hits any.
    killed=0
    for kib in 16 64 128 256 384 512 768 1024 1536; do
        rm -rf try && cp -r db try && cp db.key try.key
        (ulimit -f "$kib" && exec "$fp" upgrade try) >out 2>&1 || killed=$((killed + 1))
        "$fp" upgrade try >out 2>&1 && "$fp" check try >out 2>&1
        count "$name: upgrade again after dying at $kib KiB" $?
    done
    for ms in 002 004 006 008 010 013 016 020 025; do
        rm -rf try && cp -r db try && cp db.key try.key
        "$fp" upgrade try >out 2>&1 &
        pid=$!
        sleep "0.$ms"
        kill -9 $pid 2>/dev/null
        wait $pid 2>/dev/null || killed=$((killed + 1))
        "$fp" upgrade try >out 2>&1 && "$fp" check try >out 2>&1
        count "$name: upgrade again after dying at $ms ms" $?
    done
    [ "$killed" -gt 3 ] || "$fp" upgrade db | grep -q "nothing to do"
    count "$name: upgrades were killed" $?
    "$fp" upgrade db >out 2>&1
    count "$name: upgrade" $?
    "$fp" check db >out 2>&1
    count "$name: check" $?
    "$fp" screen db --as-of 2026-09-30 --known-at 2026-10-20 --findings again.csv >out 2>&1
    count "$name: screen" $?
    cmp -s findings.csv again.csv
    count "$name: the same findings" $?
    replayed=0
    for day in 2026-08-31 2026-09-30; do # every screen it kept, with what was known then
        "$fp" screen db --replay $day --findings replay-$day.csv >out 2>&1 && grep -q "identical" out &&
            replayed=$((replayed + 1))
    done
    [ $replayed = 2 ] && cmp -s findings.csv replay-2026-09-30.csv
    count "$name: kept screens replayed bit for bit" $?
    "$fp" compact db >out 2>&1 && "$fp" screen db --replay 2026-08-31 >out 2>&1 && grep -q "identical" out
    count "$name: and after compacting" $?
    "$fp" deliveries db --json >out.json 2>&1 && cmp -s deliveries.json out.json
    count "$name: the same deliveries" $?
    if [ -f decisions.json ]; then
        "$fp" match db log --json >out.json 2>&1 && cmp -s decisions.json out.json
        count "$name: the same decisions" $?
        "$fp" match db links >out.csv 2>&1 && cmp -s links.csv out.csv
        count "$name: the same links" $?
    fi
    household=$(sed -n '2s/,.*//p' findings.csv)
    rule=$(sed -n '2s/^[^,]*,\([^,]*\),.*/\1/p' findings.csv)
    "$fp" explain db "$household" "$rule" --as-of 2026-09-30 --known-at 2026-10-20 >out 2>&1
    count "$name: explain" $?
done
end
