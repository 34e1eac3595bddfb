#!/bin/sh
# crash.sh [ROUNDS [SEED]]: kill -9 at random and at evenly spread moments of every command that writes. After each kill
# the folder opens and is sound, holds what it held before the command or what the command makes of it, and the command
# repeated ends as if it had never been killed. Prints kills by command and by how far they came. A slice runs in make
# check, the loop in make check-all (tools/crash-loop.sh).
set -u
cd "$(dirname "$0")/.." || exit 3
rounds=${1:-4}
seed=${2:-20261121}
. tests/lib.sh
export FANGPIN_TODAY=2026-11-21 USER=tester

people=$((rounds > 10 ? 6000 : 1500))

fail() { # fail COMMAND MOMENT WHAT
    failed=$((failed + 1))
    echo "tests/crash.sh: $1, killed after $2 ms: $3"
    sed 's/^/    /' said | tail -n 5
}
random() { # random BELOW
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    echo $((seed / 16 % ($1 > 0 ? $1 : 1)))
}
now_ms() { echo $(($(date +%s%N) / 1000000)); }
state() { # what readers see, without numbers that a killed command may have used up and without the time of the day
    { "$fp" deliveries now/db --json; "$fp" status now/db --json; "$fp" param now/db list --json; } 2>&1 |
        sed -e 's/"\(id\|delivery\|replaces\|same_as\)":[1-9][0-9]*/"\1":N/g' -e 's/T[0-9:]*+08:00/T/g'
}
plain() { # plain FILE: of the key that an error file's rows end with only the line, as a killed command may have used up a
    # number of a delivery, and the letters of the key are made from it
    sed 's/,[1-9][0-9]*\(-[0-9]*\)-[a-z]*.\{0,1\}$/,N\1/' "$1" 2>/dev/null
}
put() { # put NAME: the folder as it was saved
    rm -rf now && cp -a "$1" now
}

# One command: how long it takes, what it leaves, then the kills.
crash() { # crash NAME KILLS WORDS…
    name=$1
    kills=$2
    shift 2
    rm -rf before after && cp -a now before
    state >before.txt
    from=$(now_ms)
    "$fp" "$@" >said 2>&1 || fail "$name" never "exit $?"
    took=$(($(now_ms) - from))
    cp -a now after
    state >after.txt
    early=0 late=0 whole=0 alike=0 k=0
    while [ $k -lt "$kills" ]; do
        if [ $((k % 2)) = 0 ]; then moment=$((took * k / kills)); else moment=$(random $((took * 5 / 4 + 1))); fi
        k=$((k + 1))
        put before
        kill_once "$@"
    done
    printf '%-18s %4s kills: %3s before it took effect, %3s after, %3s either, %3s too late\n' "$name" "$kills" $early \
        $late $alike $whole
    put after
}

told() { # the datasets that the killed command told to be in: stdout is a file, so a name at its end may be cut
    sed -n 's/^\([a-z_]*\): .*\.csv$/\1/p' said
}

kill_once() {
    "$fp" "$@" >said 2>&1 &
    pid=$!
    sleep "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    rc=$?
    told >told.txt
    "$fp" check now/db >said 2>&1
    checked=$?
    state >now.txt
    if cmp -s now.txt after.txt; then
        effect=after
    elif cmp -s now.txt before.txt || [ "$name" = init ] || [ "$name" = "second roster" ] ||
        [ "$name" = "several files" ] || [ "$name" = "files, screen" ] || [ "$name" = folder ]; then
        effect=before # several files or a folder are several steps, each whole, and so is a second roster: the people,
                      # then the rows that waited for them. Which of them are in is judged by the repetition.
    else
        effect=half
    fi
    if [ $rc = 0 ]; then whole=$((whole + 1))
    elif cmp -s before.txt after.txt; then alike=$((alike + 1)) # a screen or a key: readers see no difference
    elif [ $effect = after ]; then late=$((late + 1))
    else early=$((early + 1)); fi
    if [ $effect = half ]; then fail "$name" "$moment" "neither the state before nor the one after"; return; fi
    if [ $rc = 0 ] && [ $effect != after ]; then fail "$name" "$moment" "acknowledged and not there"; return; fi
    while [ "$name" = "files, screen" ] && read -r dataset; do
        grep -q "\"dataset\":\"$dataset\"" now.txt || { fail "$name" "$moment" "$dataset was told and is not in"; return; }
    done <told.txt
    if [ $checked != 0 ] && { [ $effect = after ] || { [ "$name" != init ] && [ "$name" != upgrade ]; }; }; then
        fail "$name" "$moment" "check: exit $checked"
        return
    fi
    "$fp" "$@" >said 2>&1
    again=$?
    if [ $again != 0 ] && { [ $effect != after ] || [ $again != 1 ]; }; then
        fail "$name" "$moment" "repeated: exit $again"
        return
    fi
    state >now.txt
    if ! cmp -s now.txt after.txt; then fail "$name" "$moment" "repeated, it ends elsewhere"; return; fi
    for csv in after/*.csv; do
        [ -f "$csv" ] || continue
        plain "now/${csv#after/}" >plain.csv
        plain "$csv" | cmp -s - plain.csv || { fail "$name" "$moment" "repeated, ${csv#after/} differs"; return; }
    done
    passed=$((passed + 1))
}

"$fp" generate files --people $people --county 610724 --seed 7 >/dev/null || exit 3
mkdir now
f=files/2026-08
crash init "$rounds" init now/db --policy "$root/policy"
crash roster "$rounds" import now/db roster $f/roster.csv --received 2026-09-05 --errors now/roster.err.csv
crash medical "$rounds" import now/db medical $f/medical.csv --received 2026-09-05 --errors now/medical.err.csv
crash "several files" "$rounds" import now/db income $f/income.csv school $f/school.csv housing $f/housing.csv \
    --received 2026-09-05 --errors now
number=$("$fp" deliveries now/db | awk '$2 == "medical" { print $1; exit }')
head -n 400 $f/medical.csv >mended.csv
crash "medical, replaced" "$rounds" import now/db medical mended.csv --replaces "$number" --division 610724 --covers \
    2025-08-01..2026-08-31 --received 2026-09-06 --errors now/mended.err.csv
crash "param set" "$rounds" param now/db set income_line 8000 --division 610724 --by test --document 1 --received 2026-09-07
crash screen "$rounds" screen now/db --as-of 2026-08-31 --known-at 2026-09-20 --findings now/f1.csv
crash "second roster" "$rounds" import now/db roster files/2026-09/roster.csv --received 2026-10-05 --errors now/r2.err.csv
mkdir month
for d in income dibao; do cp files/2026-09/$d.csv month/2026-09-$d.csv; done
cp "$root/tests/fixtures/sheets/villages.xlsx" "$root/tests/fixtures/sheets/biff5.xls" "$root/tests/tour/folder/报送.zip" month/
crash folder "$rounds" import now/db month --received 2026-10-06 --adds --division 610724 --errors now
number=$("$fp" deliveries now/db | awk '$2 == "housing" { print $1; exit }')
crash withdraw "$rounds" withdraw now/db "$number" --reason wrong
crash "files, screen" "$rounds" import now/db disability $f/disability.csv vehicle $f/vehicle.csv --received 2026-09-08 \
    --errors now --screen 2026-08-31 --known-at 2026-09-20 --findings now/f3.csv
crash "second screen" "$rounds" screen now/db --as-of 2026-09-30 --known-at 2026-10-20 --findings now/f2.csv --with-unknown
crash "key rotate" "$rounds" key rotate now/db
if "$fp" help compact >said 2>&1; then crash compact "$rounds" compact now/db; fi
rm -rf now && mkdir now && tar xzf "$root/tests/fixtures/format1.tar.gz" -C now && chmod 600 now/db.key
rm -f now/*.json now/*.csv
crash upgrade "$rounds" upgrade now/db
end
