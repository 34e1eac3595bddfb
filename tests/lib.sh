# What the end-to-end scripts share. Sourced in the project's folder; not executable, so that make check does not run
# it. Afterwards: $root the project, $fp the program under test (FANGPIN, else the release build, which is made), $dir
# a new folder, which is the current one and goes at the end; "out" in it is what the last command said.
made() { # made FILE: by one make at a time, as these scripts run beside each other
    mkdir -p build
    flock build/make.lock make -s "$@" || exit 3
}
root=$PWD
script=tests/$(basename "$0")
case "${FANGPIN:-}" in
'')
    made bin/fangpin
    fp=$root/bin/fangpin
    ;;
/*) fp=$FANGPIN ;;
*) fp=$root/$FANGPIN ;;
esac
unset FANGPIN_KEY
export FANGPIN_LANG=en LC_ALL=C.UTF-8
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 3
passed=0
failed=0
seen= # printed with what failed: a seed

count() { # count NAME RESULT
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    echo "$script$seen: $1"
    [ ! -f out ] || sed 's/^/    /' out | tail -n 30
}
# gives NAME CODE TEXT COMMAND…: exit code and a text in its output
gives() {
    name=$1
    code=$2
    text=$3
    shift 3
    "$@" >out 2>&1
    rc=$?
    if [ "$rc" = "$code" ] && grep -qF -- "$text" out; then count "$name" 0
    else count "$name: exit $rc, expected $code; wanted: $text" 1; fi
}
says() { # says NAME TEXT: the last command said this too
    grep -qF -- "$2" out
    count "$1: not said: $2" $?
}
silent() { # silent NAME TEXT: it must not have said this
    ! grep -qF -- "$2" out
    count "$1: said: $2" $?
}
json() { # json NAME COMMAND…: valid JSON, where a parser is there
    name=$1
    shift
    if command -v node >/dev/null; then
        "$@" >out 2>&1 && node -e 'JSON.parse(require("fs").readFileSync("out"))' 2>>out
        count "$name: not JSON" $?
    elif command -v jq >/dev/null; then
        "$@" >out 2>&1 && jq . out >/dev/null 2>>out
        count "$name: not JSON" $?
    fi
}
id() { # id NUMBER: an ID number with its check digit
    echo "$1" | awk '{ n = sprintf("61092619%02d0101001", 40 + $1); split("7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2", w)
        for (i = 1; i <= 17; i++) s += substr(n, i, 1) * w[i]; print n substr("10X98765432", s % 11 + 1, 1) }'
}
fix_ids() { # fix_ids FILE: the check characters of its ID numbers (GB 11643)
    awk -F, -v OFS=, 'BEGIN { split("7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2", w, " ") }
        function fixed(id,  i, s) {
            for (i = 1; i <= 17; i++) s += substr(id, i, 1) * w[i]
            return substr(id, 1, 17) substr("10X98765432", s % 11 + 1, 1)
        }
        { for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+$/ && length($i) == 18) $i = fixed($i); print }' "$1" >fixed
    mv fixed "$1"
}
counts() { # counts DB: of every delivery in force, dataset and counts
    "$fp" deliveries "$1" --json | tr '{' '\n' | sed -n 's/.*"dataset":"\([^"]*\)".*\("rows":[^}]*\).*/\1 \2/p' | sort
}
end() { # the sum, as the last command
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}
