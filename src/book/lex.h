/* Text of one policy fence -> tokens. Pure: a lexer is a value, a copy of it reads ahead. */
#ifndef BOOK_LEX_H
#define BOOK_LEX_H
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "book/ast.h"

enum token_kind {
#define KIND(id, en, zh, prefix) TK_##id,
#define SYM(id, text, prefix, plevel, infix, level) TK_##id,
#define WORD(id, text, prefix, plevel, infix, level) TK_##id,
#include "book/tokens.def"
#undef KIND
#undef SYM
#undef WORD
    TK__MAX
};

/* Why a token is TK_BAD. */
enum lex_error {
    LEX_OK,
    LEX_CHAR,        /* not a character of the language */
    LEX_WIDE,        /* has a plain equivalent: lex_mend() */
    LEX_STRING_OPEN, /* not closed on its line */
    LEX_DATE,        /* looks like a date and is none */
    LEX_NUMBER,      /* stray underscore or second point */
    LEX_NUMBER_LONG, /* more digits than a number may have */
    LEX_NUMBER_TAIL, /* runs into a name that is no unit */
    LEX_NAME_LONG,
    LEX_UTF8,
    LEX__MAX
};

enum { NUMBER_DIGITS_MAX = 24, NUMBER_DECIMALS_MAX = 9 };

struct token {
    enum token_kind kind;
    enum lex_error bad;
    struct str text; /* as written; TK_STRING: between the quotes */
    struct pos at;
    struct name unit, per; /* TK_NUMBER: the units right behind it */
    bool first;            /* first token of its line */
    bool glued;            /* no blank before it */
};

struct lexer {
    struct str text;
    size_t i;
    struct pos at; /* of text.p[i] */
    bool line_start;
    const struct intern *units; /* declared units; NULL: only the core ones */
};

/* Start at `at`; units must outlive the lexer. */
struct lexer lex_begin(struct str text, struct pos at, const struct intern *units);
struct token lex_next(struct lexer *lx);
/* The token after n further ones, without moving. */
struct token lex_peek(const struct lexer *lx, unsigned n);
/* yuan person hh, day week month quarter year and their plurals, or a declared unit. */
bool lex_is_unit(const struct lexer *lx, struct str word);
/* What to write for a TK_BAD token of LEX_WIDE; "": nothing at all. */
const char *lex_mend(struct str text);
static inline bool token_is_word(enum token_kind k) { return k >= TK_OR; }
/* Spelling of a symbol or word, English description of the rest. */
const char *token_kind_text(enum token_kind k, enum lang lang);
/* Reserved words in the order of tokens.def; NULL beyond the last. */
const char *lex_reserved(size_t i);
#endif
