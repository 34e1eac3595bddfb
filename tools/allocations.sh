#!/bin/sh
# allocations.sh [N [FROM]]: in every command every allocation fails in turn, or every Nth (4) from the FROMth on (another
# one each day), a process for each processor. The last line is the sum.
set -u
cd "$(dirname "$0")/.." || exit 3
. tools/check_lib.sh
every=${1:-4}
from=${2:-$(($(date +%s) / 86400 % every + 1))}
test=${TEST:-build/faults/test}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

part() { # part NUMBER: this process's share
    FANGPIN_FAULT=$((from + $1 * every)) FANGPIN_EVERY=$((jobs * every)) "$test" tour_memory >"$dir/log.$1" 2>&1 &&
        echo 1 >"$dir/ok.$1"
}

on_every_processor part
echo "one allocation in $every, from number $from of each command on"
tail -n 60 "$dir"/log.*
good=$(find "$dir" -name 'ok.*' | wc -l)
echo "$good passed, $((jobs - good)) failed"
[ "$good" = "$jobs" ]
