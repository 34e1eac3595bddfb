#!/bin/sh
# The shipped books keep themselves honest: every simple change of a rule, feature or table is noticed by an example or
# explained in the book. Run by make check. FANGPIN names another program to test (default: the release build).
set -u
cd "$(dirname "$0")/.." || exit 3
if [ -z "${FANGPIN:-}" ]; then
    make -s bin/fangpin || exit 3
    FANGPIN=bin/fangpin
fi
export FANGPIN_LANG=en FANGPIN_TODAY=2026-11-21
passed=0
failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
strict() { # strict NAME DIR…
    name=$1
    shift
    if "$FANGPIN" policy check "$@" --strict >"$out" 2>&1; then passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "tests/policy_strict.sh: $name"
        head -n 40 "$out"
    fi
}
strict "all shipped books" policy
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
