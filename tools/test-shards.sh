#!/bin/sh
# test-shards.sh BINARY [--slow]: the units of a test binary, as many at a time as there are processors, those first that
# took longest the last time. Prints what failing ones said; the last line is the sum.
set -u
cd "$(dirname "$0")/.." || exit 3
logs=build/check/units

run() { # run BINARY UNIT [--slow]: its log and how long it took
    log=$logs/$2.log
    from=$(date +%s%N)
    "$1" --unit "$2" ${3:-} >"$log" 2>&1
    rc=$?
    echo "$(($(date +%s%N) - from)) $2" >"$logs/$2.time"
    [ $rc = 0 ] && return
    grep -q '^[0-9]* passed, [0-9]* failed$' "$log" || echo "0 passed, 1 failed" >>"$log" # it died
    echo "$2: exit $rc"
    tail -n 60 "$log"
}
case "${1:-}" in
one) run "$2" "$3" "${4:-}"; exit ;;
esac

test=$1
mkdir -p $logs
cat $logs/*.time >build/check/unit-times 2>/dev/null
rm -f $logs/*
"$test" --list >build/check/unit-list || exit 3
awk 'FILENAME ~ /unit-times$/ { took[$2] = $1; next } { print took[$1] + 0, $1 }' build/check/unit-times build/check/unit-list |
    sort -k1,1nr | awk '{ print $2 }' | xargs -P "$(nproc 2>/dev/null || echo 2)" -I '{}' "$0" one "$test" '{}' "${2:-}"
cat $logs/*.log | awk '
    /^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3 }
    END { printf "%d passed, %d failed\n", passed, failed; exit failed || !passed }'
