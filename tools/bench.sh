#!/bin/sh
# What "make bench" runs: the screening workload by fangpin and by the DuckDB peer in turn, answers compared, medians.
# What is measured is the tuned program (docs/adr/0010).
# BENCH_PEOPLE (1000000), BENCH_RUNS (3), BENCH_DIR (build/bench-data), MATCH_SEED (1).
set -eu
cd "$(dirname "$0")/.."
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
export LC_ALL=C.UTF-8
people=${BENCH_PEOPLE:-1000000}
runs=${BENCH_RUNS:-3}
dir=${BENCH_DIR:-build/bench-data}
make -s tuned build/release/bench/gen
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

peer() { # peer: prints the times of its parts; what it says besides is told when it fails
    node bench/peer/duck.mjs "$data" "$dir/peer" 2>"$dir/peer.err" || { cat "$dir/peer.err" >&2; return 1; }
}

compare() { # compare RUN: bench/README.md says in which columns
    differs=
    cut -d, -f1,2 "$dir/peer/flags.csv" | cmp -s - "$dir/fangpin/flags.csv" || differs=flags.csv
    cmp -s "$dir/peer/stats.csv" "$dir/fangpin/stats.csv" || differs="$differs stats.csv"
    [ -z "$differs" ] || { echo "run $1: not equal to the peer's: $differs" >&2; exit 1; }
}

: >"$dir/times"
i=1
while [ "$i" -le "$runs" ]; do
    BENCH_APART=yes bench/run "$data" "$dir/fangpin"
    awk 'NR > 1 { print "fangpin", $1, $2 }' "$dir/fangpin/times.tsv" >>"$dir/times"
    if [ $peer = yes ]; then
        peer >"$dir/peer.times"
        awk '{ print "duckdb", $1, $2 } $1 == "roster" { r = $2 } /total/ { print "duckdb", "one-rest", $2 - r }' "$dir/peer.times" >>"$dir/times"
        compare "$i"
    fi
    totals=$(awk '/total/ { t[$1] = $3 } END { for (who in t) printf "%s %s s  ", who, t[who] }' "$dir/times")
    echo "run $i of $runs: $totals"
    i=$((i + 1))
done

# What each row cannot do without, over the rates that bench/floor measures now: bytes read from the page cache (r) or
# memory (m), look-ups (l), bytes made durable (w), syncs (s).
make -s build/release/bench/floor
build/release/bench/floor "$dir" >"$dir/floor.tsv"
: >"$dir/floors"
floor() { # floor ROW KIND AMOUNT [KIND AMOUNT]…
    row=$1
    shift
    echo "$@" | awk -v row="$row" '
        NR == FNR { rate[$1] = $2; next }
        {
            for (i = 1; i < NF; i += 2) {
                if ($i == "r") t += $(i + 1) / rate["page_cache_read"] / 1e9
                if ($i == "m") t += $(i + 1) / rate["memory_read"] / 1e9
                if ($i == "l") t += $(i + 1) / rate["scattered_reads"] / 1e6
                if ($i == "w") t += $(i + 1) / rate["durable_write"] / 1e9
                if ($i == "s") t += $(i + 1) * rate["sync"] / 1e3
            }
        }
        END { printf "%s %.6f\n", row, t }' "$dir/floor.tsv" - >>"$dir/floors"
}
bytes() { cat "$@" | wc -c; }
rows() { cat "$@" | wc -l; }
db_bytes() { awk -v s="$1" '$1 == s { print $3 }' "$dir/fangpin/times.tsv"; }
extracts=
for name in medical income school housing disability vehicle dibao; do extracts="$extracts $data/$name.csv"; done
# shellcheck disable=SC2086
{
    floor roster r "$(bytes "$data/registry.csv")" l "$(rows "$data/registry.csv")" w "$(db_bytes roster)" s 2
    floor extracts r "$(bytes $extracts)" l "$(rows $extracts)" w $(($(db_bytes extracts) - $(db_bytes roster))) s 7
}
floor screen r "$(db_bytes extracts)" w $(($(db_bytes screen) - $(db_bytes extracts) + $(bytes "$dir/fangpin/findings.csv"))) s 2
awk '{ t += $2 } $1 != "roster" { both += $2 }
    END { printf "extracts+screen %.6f\none-rest %.6f\ntotal %.6f\n", both, both, t }' "$dir/floors" >"$dir/floors.sum"
cat "$dir/floors.sum" >>"$dir/floors"
households=$(grep -o '"households":[0-9]*' "$dir/fangpin/screen.json" | head -n 1 | cut -d: -f2)
floor open r "$(db_bytes screen)"
floor whatif m $((households * 4 + households / 4)) # a number of each household, two bits

# What stays open: a moved threshold, a moved window, another month; the peer does the same over its tables.
if [ $peer = yes ] && [ "${BENCH_WARM:-yes}" = yes ]; then
    make -s V=tuned build/tuned/bench/warm
    export FANGPIN_LANG=en FANGPIN_TODAY=2026-11-21
    rm -rf "$dir/warm" "$dir/warm.db" "$dir/warm.db.key"
    cp -r "$dir/fangpin/db" "$dir/warm.db" && cp "$dir/fangpin/db.key" "$dir/warm.db.key"
    WARM=1 peer >"$dir/peer.times"
    awk '/^peer-/ { sub("peer-", ""); print "duckdb", $1, $2 }' "$dir/peer.times" >>"$dir/times"
    floor window m $(($(rows "$data/medical.csv") * 12)) # a day, an amount and whose it is
    for what in bench/policy "$data/medical.csv"; do # three months more: the first one is the first after opening
        build/tuned/bench/warm "$dir/warm.db" "$what" "$dir/warm" 3 |
            awk 'NF > 2 { print "fangpin", $1, $2 }' >>"$dir/times"
    done
    set -- "$dir"/warm/month-*.csv
    floor month r $(($(bytes "$@") / $#)) l $(($(rows "$@") / $#)) \
        w $((($(stat -c %s "$dir/warm.db/fangpin.db") - $(db_bytes status)) / $#)) s 1
    rm -rf "$dir/warm.db" "$dir/warm.db.key"
    for answer in whatif whatif-county window month; do
        for who in peer warm; do LC_ALL=C sort "$dir/$who/$answer.csv" >"$dir/$who/$answer.sorted"; done
        cmp -s "$dir/peer/$answer.sorted" "$dir/warm/$answer.sorted" && [ -s "$dir/warm/$answer.sorted" ] ||
            { echo "the answer $answer.csv is not the peer's" >&2; exit 1; }
    done
    echo "whatif.csv, whatif-county.csv, window.csv and month.csv equal the peer's"
fi

# Whose row is it: rows damaged in known ways, judged without the truth, then compared with it.
if [ "${BENCH_MATCH:-yes}" = yes ]; then
    make -s build/release/bench/match_gen
    bench/match "$dir/match" "$people" "$((people * 6 / 10))" "${MATCH_SEED:-1}"
    rm -rf "$dir/match/db" "$dir/match/db.key"
fi

# A workbook of 500,000 rows and 12 columns, beside the roster: read, checked, matched, stored.
if [ "${BENCH_SHEETS:-yes}" = yes ]; then
    make -s build/release/bench/xlsx
    export FANGPIN_LANG=en FANGPIN_TODAY=2026-11-21
    sheets=$dir/sheets
    mkdir -p "$sheets"
    [ -f "$sheets/medical.xlsx" ] || build/release/bench/xlsx "$data/medical.csv" 500000 "$sheets/medical.xlsx"
    rm -rf "$sheets/db" "$sheets/db.key"
    bin/fangpin init "$sheets/db" --policy bench/policy >/dev/null
    bin/fangpin import "$sheets/db" roster "$data/registry.csv" --received 2026-06-30 --json >/dev/null
    begun=$(date +%s%N)
    bin/fangpin import "$sheets/db" medical "$sheets/medical.xlsx" --covers 2025-01-01..2026-06-30 --received 2026-06-30 \
        --errors "$sheets/errors.csv" --json >"$sheets/import.json"
    echo "fangpin workbook $((($(date +%s%N) - begun) / 1000000))" | awk '{ print $1, $2, $3 / 1000 }' >>"$dir/times"
    rm -rf "$sheets/db" "$sheets/db.key"
fi

# The data checks over 300,000 people, a process that starts and loads two months of forms; counts as the truth has them.
if [ "${BENCH_CHECKS:-yes}" = yes ]; then
    export FANGPIN_LANG=en FANGPIN_TODAY=2026-07-20
    county=$dir/checks
    if [ ! -f "$county/done" ]; then
        rm -rf "$county"
        sh tools/damage.sh "${BENCH_HOUSEHOLDS:-100000}" "$county"
        sh tools/damage_load.sh bin/fangpin "$county" >/dev/null
        touch "$county/done"
    fi
    for i in 1 2 3; do
        from=$(date +%s%N)
        bin/fangpin checks "$county/db" --as-of 2026-06-30 --json >"$county/counts.json"
        echo "fangpin checks $(awk -v from="$from" -v to="$(date +%s%N)" 'BEGIN { print (to - from) / 1e9 }')" >>"$dir/times"
    done
    tr '{' '\n' <"$county/counts.json" | sed -n 's/.*"rule":"\([^"]*\)".*"hits":\([0-9]*\).*/\1,\2/p' | grep -v ',0$' |
        LC_ALL=C sort | cmp -s - "$county/truth.csv" || { echo "the data checks do not find the truth" >&2; exit 1; }
    echo "the data checks find every damage and nothing else"
fi

[ $peer = no ] || echo "flags.csv and stats.csv equal the peer's in every run"
rate_of() { awk -v n="$1" '$1 == n { print $2, $3 }' "$dir/floor.tsv"; }
echo "medians of $runs runs, $people people, $(nproc) processors, seconds; then the machine's floor for the row, and its share"
echo "of the time. Memory $(rate_of memory_read), look-ups $(rate_of scattered_reads), page cache $(rate_of page_cache_read)," \
    "durable $(rate_of durable_write), a sync $(rate_of sync):"
sort -k1,2 -k3n "$dir/times" | awk '
    function flush() {
        m = v[int((n + 1) / 2)]
        if (n) {
            printf "  %-8s %-12s %8.4f", who, what, m
            if (who == "fangpin" && what in floor && m > 0) printf " %10.6f %6.1f %%", floor[what], 100 * floor[what] / m
            print ""
        }
        if (what ~ /total/) total[who] = m
        if (who == "fangpin" && what == "extracts+screen") apart = m
        if (what == "one-rest") rest[who] = m
        n = 0
    }
    FILENAME != "-" { floor[$1] = $2; next }
    $1 != who || $2 != what { flush(); who = $1; what = $2 }
    { v[++n] = $3 }
    END {
        flush()
        if (total["duckdb"] > 0)
            printf "whole job: fangpin takes %.2f of the time of DuckDB, which makes nothing durable\n",
                total["fangpin"] / total["duckdb"]
        if (rest["fangpin"] > 0 && rest["duckdb"] > 0)
            printf "extracts and screen, one process for all less its roster: DuckDB takes %.2f times as long; fangpin in a command of its own: %.2f\n",
                rest["duckdb"] / rest["fangpin"], rest["duckdb"] / apart
    }' "$dir/floors" -
