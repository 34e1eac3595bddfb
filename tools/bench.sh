#!/bin/sh
# What "make bench" runs: the screening workload by fangpin and by the DuckDB peer in turn, answers compared, medians.
# BENCH_PEOPLE (1000000), BENCH_RUNS (3), BENCH_DIR (build/bench-data).
set -eu
cd "$(dirname "$0")/.."
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
export LC_ALL=C.UTF-8
people=${BENCH_PEOPLE:-1000000}
runs=${BENCH_RUNS:-3}
dir=${BENCH_DIR:-build/bench-data}
make -s bin/fangpin build/release/bench/gen
data=$dir/data-$people
mkdir -p "$dir"
if [ ! -f "$data/done" ]; then
    echo "generating $people people in $data"
    build/release/bench/gen "$people" "$data" >/dev/null
    touch "$data/done"
fi

peer=no
if command -v node >/dev/null && command -v npm >/dev/null; then
    [ -d bench/peer/node_modules ] || (cd bench/peer && npm install --silent --no-audit --no-fund) || true
    [ ! -d bench/peer/node_modules ] || peer=yes
fi
[ $peer = yes ] || echo "node or npm is missing: without the peer there is nothing to compare with"

compare() { # compare RUN: bench/README.md says in which columns
    differs=
    cut -d, -f1,2 "$dir/peer/flags.csv" | cmp -s - "$dir/fangpin/flags.csv" || differs=flags.csv
    cmp -s "$dir/peer/stats.csv" "$dir/fangpin/stats.csv" || differs="$differs stats.csv"
    [ -z "$differs" ] || { echo "run $1: not equal to the peer's: $differs" >&2; exit 1; }
}

: >"$dir/times"
i=1
while [ "$i" -le "$runs" ]; do
    bench/run "$data" "$dir/fangpin"
    awk 'NR > 1 { print "fangpin", $1, $2 }' "$dir/fangpin/times.tsv" >>"$dir/times"
    if [ $peer = yes ]; then
        node bench/peer/duck.mjs "$data" "$dir/peer" 2>/dev/null | awk '{ print "duckdb", $1, $2 }' >>"$dir/times"
        compare "$i"
    fi
    totals=$(awk '/total/ { t[$1] = $3 } END { for (who in t) printf "%s %s s  ", who, t[who] }' "$dir/times")
    echo "run $i of $runs: $totals"
    i=$((i + 1))
done

# What stays open: a moved threshold, a moved window, another month; the peer does the same over its tables.
if [ $peer = yes ] && [ "${BENCH_WARM:-yes}" = yes ]; then
    make -s build/release/bench/warm
    export FANGPIN_LANG=en FANGPIN_TODAY=2026-11-21
    rm -rf "$dir/warm" "$dir/warm.db" "$dir/warm.db.key"
    cp -r "$dir/fangpin/db" "$dir/warm.db" && cp "$dir/fangpin/db.key" "$dir/warm.db.key"
    WARM=1 node bench/peer/duck.mjs "$data" "$dir/peer" 2>/dev/null |
        awk '/^peer-/ { sub("peer-", ""); print "duckdb", $1, $2 }' >>"$dir/times"
    for what in bench/policy "$data/medical.csv"; do
        build/release/bench/warm "$dir/warm.db" "$what" "$dir/warm" | awk 'NF > 2 { print "fangpin", $1, $2 }' >>"$dir/times"
    done
    rm -rf "$dir/warm.db" "$dir/warm.db.key"
    for answer in whatif whatif-county window month; do
        for who in peer warm; do LC_ALL=C sort "$dir/$who/$answer.csv" >"$dir/$who/$answer.sorted"; done
        cmp -s "$dir/peer/$answer.sorted" "$dir/warm/$answer.sorted" && [ -s "$dir/warm/$answer.sorted" ] ||
            { echo "the answer $answer.csv is not the peer's" >&2; exit 1; }
    done
    echo "whatif.csv, whatif-county.csv, window.csv and month.csv equal the peer's"
fi

[ $peer = no ] || echo "flags.csv and stats.csv equal the peer's in every run"
echo "medians of $runs runs, $people people, $(nproc) processors, seconds:"
sort -k1,2 -k3n "$dir/times" | awk '
    function flush() {
        m = v[int((n + 1) / 2)]
        if (n) printf "  %-8s %-12s %8.3f\n", who, what, m
        if (what ~ /total/) total[who] = m
        n = 0
    }
    $1 != who || $2 != what { flush(); who = $1; what = $2 }
    { v[++n] = $3 }
    END {
        flush()
        if (total["duckdb"] > 0)
            printf "whole job: fangpin takes %.2f of the time of DuckDB, which makes nothing durable\n",
                total["fangpin"] / total["duckdb"]
    }'
