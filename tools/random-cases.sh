#!/bin/sh
# random-cases.sh [N [FROM]]: N (1,000,000) random programs over random data on the scalar reference and the vector VM, a
# twentieth of that on SQLite too, and a fiftieth as random policy text on all three, a process for each processor. All
# seeds count from FROM (1), so any case can be had again: FANGPIN_SEED=N build/release/test vm_random (oracle_test,
# oracle_text). A failure is shrunk and printed by the test. The last line is the sum.
set -u
cd "$(dirname "$0")/.." || exit 3
. tools/check_lib.sh
cases=${1:-1000000}
from=${2:-1}
test=${TEST:-build/release/test}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

part() { # part NUMBER: this process's share of the seeds
    ok=0
    share "$1" vm_random "$cases" && share "$1" oracle_test $((cases / 20)) && share "$1" oracle_text $((cases / 50)) && ok=1
    echo $ok >"$dir/ok.$1"
}
share() { # share NUMBER TEST CASES
    n=$(($3 / jobs + 1))
    FANGPIN_FROM=$((from + $1 * n)) FANGPIN_CASES=$n "$test" "$2" >"$dir/log.$1" 2>&1 && return
    echo "seeds $((from + $1 * n)) to $((from + $1 * n + n - 1)) of $2:"
    tail -n 60 "$dir/log.$1"
    return 1
}

on_every_processor part
good=$(cat "$dir"/ok.* | grep -c 1)
echo "$cases random programs on reference and VM, $((cases / 20)) with SQL, $((cases / 50)) policy texts on all three; seeds from $from"
echo "$good passed, $((jobs - good)) failed"
[ "$good" = "$jobs" ]
