# What check.sh, check-all.sh and their long steps share: steps that are counted, work on every processor. Sourced in the
# project's folder.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES V CC T
unset FANGPIN_LANG FANGPIN_LOG FANGPIN_KEY FANGPIN_THREADS FANGPIN_UPDATE
export LC_ALL=C.UTF-8
export FANGPIN_TODAY=2026-11-21 # the files of the tests are from 2026
jobs=$(nproc 2>/dev/null || echo 2)
logs=build/check
passed=0
failed=0
mkdir -p "$logs"

# The last "N passed, N failed" of a log as two numbers.
counts_in() {
    sed -n 's/^\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed$/\1 \2/p' "$1" | tail -n 1
}

# step NAME SECONDS COMMAND…: counts by the command's own summary when it prints one, else as one.
# A command that fails counts as a failure even when its summary shows none.
step() {
    name=$1
    limit=$2
    shift 2
    log="$logs/$(echo "$name" | tr -c 'A-Za-z0-9\n' -).log"
    started=$(date +%s)
    rc=0
    timeout -k 10 "$limit" "$@" >"$log" 2>&1 || rc=$?
    # shellcheck disable=SC2046
    set -- $(counts_in "$log")
    good=${1:-1}
    bad=${2:-0}
    if [ "$rc" != 0 ] && [ "$bad" = 0 ]; then
        bad=1
        [ $# -gt 0 ] || good=0
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    verdict=ok
    [ "$bad" = 0 ] || verdict=FAILED
    [ "$rc" != 124 ] || verdict="FAILED (stopped after $limit s)"
    printf '%-34s %s: %s passed, %s failed, %s s\n' "$name" "$verdict" "$good" "$bad" "$(($(date +%s) - started))"
    [ "$bad" = 0 ] || sed 's/^/    /' "$log" | tail -n "${SHOW_LINES:-60}"
}

# COMMAND 0, COMMAND 1, …: one for each processor, beside each other.
on_every_processor() { # on_every_processor COMMAND
    i=0
    while [ "$i" -lt "$jobs" ]; do
        "$1" "$i" &
        i=$((i + 1))
    done
    wait
}

# The fuzzers as paths without src/ and .c: ident/ident_fuzz
fuzzers() {
    for f in src/*/*_fuzz.c; do
        [ -f "$f" ] || continue
        f=${f#src/}
        echo "${f%.c}"
    done
}

corpus_of() { # ident/ident_fuzz -> tests/corpus/ident
    name=$(basename "$1")
    echo "tests/corpus/${name%_fuzz}"
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] || exit 1
    exit 0
}
