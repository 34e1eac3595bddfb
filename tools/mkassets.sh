#!/bin/sh
# mkassets.sh FILE… : an assembler file that puts each file into the binary as asset_NAME … asset_NAME_end,
# NAME being the file's name with every other character than a letter or digit as _.
set -eu
echo '.section .rodata.assets,"a",%progbits'
for f in "$@"; do
    name=asset_$(basename "$f" | LC_ALL=C sed 's/[^A-Za-z0-9]/_/g')
    for symbol in "$name" "${name}_end"; do
        echo ".globl $symbol"
        echo ".hidden $symbol"
        echo ".type $symbol, %object"
    done
    echo '.balign 16'
    echo "$name:"
    echo ".incbin \"$f\""
    echo "${name}_end:"
    echo '.byte 0'
done
echo '.section .note.GNU-stack,"",%progbits'
