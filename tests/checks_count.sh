#!/bin/sh
# The shipped data checks, counted from the books: each check of the published list names its number there, or the part of
# the list it is from; has a mend; and has examples where it fires, does not, cannot be judged, four at least. Numbers are
# counted once however many checks name them; instances of one template (tests/fixtures/checks/templates.txt) once.
set -u
cd "$(dirname "$0")/.." || exit 3
. tests/lib.sh
work=$dir
cd "$root" || exit 3

# RULE FILE SEVERITY HAS_MEND NUMBERS(、) of each check, then its examples: fires, not, unknown.
awk '
FNR == 1 { class = FILENAME; sub(/.*\//, "", class); sub(/\.md$/, "", class) }
/^rule [a-z_0-9]+ ".*" quality/ {
    name = $2
    rest = $0
    sub(/^rule [a-z_0-9]+ "[^"]*" quality */, "", rest)
    split(rest, word, " ")
    severity[name] = word[1] ~ /^(red|orange|yellow)$/ ? word[1] : "hint"
    of[name] = class
    order[++n] = name
    open = 1
}
/^```/ { open = 0 }
open && /^ *number "/ { v = $0; sub(/^ *number "/, "", v); sub(/".*/, "", v); number[name] = v }
open && /^ *mend "[^"]/ { mend[name] = 1 }
/expect / {
    for (i = 1; i <= NF; i++)
        if ($i == "expect") {
            if ($(i + 1) == "not") no[$(i + 2)]++
            else if ($(i + 1) == "unknown") unknown[$(i + 2)]++
            else yes[$(i + 1)]++
        }
}
END {
    for (i = 1; i <= n; i++) {
        r = order[i]
        print r "\t" of[r] "\t" severity[r] "\t" mend[r] + 0 "\t" number[r] "\t" yes[r] + 0 "\t" no[r] + 0 "\t" unknown[r] + 0
    }
}' policy/checks/*.md policy/national/03-quality.md >"$work/all"
awk -F'\t' '$5 != ""' "$work/all" >"$work/listed"

none() { # none NAME AWK_CONDITION: no listed check for which it holds
    awk -F'\t' "$2"' { print "  " $1 " (" $2 ")" }' "$work/listed" >"$work/bad"
    [ ! -s "$work/bad" ] || cat "$work/bad"
    [ ! -s "$work/bad" ]
    count "$1" $?
}
none "each says how to mend" '!$4'
none "each has four examples" '$6 + $7 + $8 < 4'
none "each has an example where it fires" '!$6'
none "each has one where it does not" '!$7'
# The roster is always there, so whether a field of it is filled in is always known; so is a telephone that is nobody else's.
none "each has one where it cannot be judged" '!$8 && $1 !~ /^(health|labour|nation|relation)_blank$|^phone_other_household$/'

# Of the list: numbers as it has them, or its words for what it has no number for.
awk -F'\t' '{ k = split($5, v, "、"); for (i = 1; i <= k; i++) print v[i] }' "$work/listed" | LC_ALL=C sort >"$work/named"
! grep -vE '^([0-9]_[0-9]{2}_[0-9]{3}|1111_[0-9]+|[^0-9（]+（.+）)$' "$work/named"
count "numbers are the list's, or a part and a question of it" $?
numbers=$(grep -E '^[0-9]' "$work/named" | LC_ALL=C sort -u | wc -l)
[ "$numbers" -ge 255 ]
count "distinct numbers of the list ($numbers)" $?

# Templates: every instance is a check, none is in two.
grep -v '^#' tests/fixtures/checks/templates.txt | cut -d' ' -f2- | tr ' ' '\n' | LC_ALL=C sort >"$work/instances"
[ -z "$(uniq -d "$work/instances")" ]
count "no check is an instance of two templates" $?
cut -f1 "$work/listed" | LC_ALL=C sort | LC_ALL=C comm -13 - "$work/instances" >"$work/bad"
[ ! -s "$work/bad" ] || cat "$work/bad"
[ ! -s "$work/bad" ]
count "every instance is a check of the list" $?
templates=$(grep -vc '^#' tests/fixtures/checks/templates.txt)
distinct=$(($(wc -l <"$work/listed") - $(wc -l <"$work/instances") + templates))
[ "$distinct" -ge 160 ]
count "distinct checks, templates once ($distinct of $(wc -l <"$work/listed"))" $?

# Every class of the list.
for part in 01-register 02-cleared 03-unanswered 04-incomplete 05-risk-facts 06-measure-facts 11-identity 12-member 13-school \
    14-insurance 15-work 16-posts 17-household 18-income 20-village; do
    awk -F'\t' -v part="$part" '$2 == part { found = 1 } END { exit !found }' "$work/listed"
    count "class $part" $?
done
for severity in red orange yellow hint; do
    [ "$(awk -F'\t' -v s="$severity" '$3 == s' "$work/listed" | wc -l)" -ge 10 ]
    count "severity $severity" $?
done
echo "$numbers numbers of the list, $(wc -l <"$work/listed") checks, $distinct with templates counted once"
end
