#!/bin/sh
# Every command that a message names is one that there is, written as the table of commands has it.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh

# The words of each command, from the table: one line each, "match DB list".
sed -n 's/^    {"\([a-z][a-zA-Z ]*\)",.*/\1/p' "$root/src/app/commands.c" >words
[ "$(wc -l <words)" -ge 40 ]
count "the table of commands is read" $?

# named FILE…: FILE<tab>TEXT of every command named: behind "fangpin ", or first in backticks. Literals that follow each
# other are one text.
named() {
    for f in "$@"; do
        awk -v f="${f#"$root"/}" '
        { text = text $0 "\n" }
        END {
            gsub(/"[ \t\n]*"/, "", text)
            gsub(/\n/, " ", text)
            rest = text
            while (match(rest, /(`|fangpin )[a-z]+[^`"\\]*/)) {
                said = substr(rest, RSTART, RLENGTH)
                ticks = substr(said, 1, 1) == "`"
                rest = substr(rest, RSTART + RLENGTH)
                sub(/^`/, "", said)
                if (!sub(/^fangpin /, "", said) && !ticks) continue
                print f "\t" said
            }
        }' "$f"
    done
}
# unknown: those of named that are no command though they begin as one (or follow "fangpin" in backticks).
unknown() {
    awk -F'\t' '
    NR == FNR { n = split($1, w, " "); first[w[1]] = 1; command[++commands] = $1; next }
    {
        split($2, t, /[^a-zA-Z0-9_]+/)
        if (!first[t[1]] || $2 ~ /^policy[^a-z]*$/ || $2 == "key check 1") next # a block of a book; a label
        for (c = 1; c <= commands; c++) {
            k = split(command[c], w, " ")
            for (i = 1; i <= k && w[i] == t[i]; i++) continue
            if (i > k) next
        }
        print "  " $1 ": " $2
    }' words -
}
find "$root/src" -name '*.c' ! -name '*_test.c' | LC_ALL=C sort >files
# shellcheck disable=SC2046
named $(cat files) >said
[ "$(wc -l <said)" -ge 80 ]
count "messages name commands ($(wc -l <said))" $?
unknown <said >wrong
[ ! -s wrong ] || cat wrong
[ ! -s wrong ]
count "every command that a message names is one" $?
printf '%s\n' 'f(e, "undo it: `fangpin match un"' '  "do DB 1`", "see `match list` and `fangpin match DB list`");' >sample.c
[ "$(named sample.c | unknown | wc -l)" = 2 ]
count "the test sees wrong ones" $?

# ---------------------------------------------------------------- in the language of the user
cp -r "$root/policy" books
printf '\n```policy\nrule broken_one "x" risk yellow {\n  when nonsense_name > 3 }\n```\n' >>books/national/01-deployment.md
gives "an error of four jurisdictions is one" 1 "1 errors in the policy books" "$fp" policy check books
"$fp" policy check books --json >json 2>/dev/null
grep -q '"errors":1,' json
count "an error of four jurisdictions is one: JSON" $?
gives "what the system says" 3 "there/x.csv 无法写入（没有这个文件或文件夹）" env FANGPIN_LANG=zh \
    "$fp" screen db --as-of 2026-06-30 --findings there/x.csv
gives "what the system says, in English" 3 "there/x.csv cannot be written (No such file or directory)" \
    "$fp" screen db --as-of 2026-06-30 --findings there/x.csv
end
