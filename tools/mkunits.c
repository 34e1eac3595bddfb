/* mkunits assets/divisions.zst > divisions.bin: the packed list of divisions in the form that the program reads
 * where it lies (struct division_list): the number of units n; n + 1 words of 8 bytes, each the code << 24 | where
 * the name begins, the last one where the last name ends; the head of the list and the names one after the other.
 * Words in this machine's order. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { AT_BITS = 24, UNITS_MAX = 1000000, PACKED_MAX = 1 << 22, TEXT_MAX = 1 << AT_BITS };

static void die(const char *path, const char *why)
{
    fprintf(stderr, "%s: %s\n", path, why);
    exit(1);
}

/* The list as text, with a closing NUL. */
static char *unpack(const char *path, size_t *n)
{
    char *packed = malloc(PACKED_MAX), *text = malloc(TEXT_MAX + 1);
    FILE *f = fopen(path, "rb");
    if (!packed || !text || !f) die(path, "cannot be read");
    size_t got = fread(packed, 1, PACKED_MAX, f);
    fclose(f);
    *n = ZSTD_decompress(text, TEXT_MAX, packed, got);
    if (ZSTD_isError(*n)) die(path, "cannot be unpacked");
    text[*n] = '\0';
    free(packed);
    return text;
}

/* "DIFFERENCE\tNAME" at *p; *p is behind it then. *to: where the next name goes, before *p. */
static uint64_t take_unit(const char *path, char **p, char **to, const char *text, uint64_t *code)
{
    char *name;
    uint64_t at = (uint64_t)(*to - text), step = strtoull(*p, &name, 10);
    size_t n = *name == '\t' ? strcspn(++name, "\n") : 0;
    if (!step || !n || name[n] != '\n') die(path, "a line is not DIFFERENCE, tab, NAME");
    *code += step;
    memmove(*to, name, n);
    *to += n;
    *p = name + n + 1;
    return *code << AT_BITS | at;
}

int main(int argc, char **argv)
{
    if (argc != 2) die("mkunits", "usage: mkunits LIST.zst > divisions.bin");
    size_t size;
    char *text = unpack(argv[1], &size), *head = strstr(text, "\n\n");
    uint64_t *word = malloc((UNITS_MAX + 2) * sizeof *word), code = 0, n = 0;
    if (!head || !word) die(argv[1], "has no head");
    char *to = head + 2;
    for (char *p = to; p < text + size; word[++n] = take_unit(argv[1], &p, &to, text, &code))
        if (n == UNITS_MAX) die(argv[1], "too many units");
    word[0] = n;
    word[n + 1] = (uint64_t)(to - text);
    int ok = fwrite(word, sizeof *word, n + 2, stdout) == n + 2 && fwrite(text, (size_t)(to - text), 1, stdout) == 1;
    free(text);
    free(word);
    return ok && fflush(stdout) == 0 ? 0 : 1;
}
