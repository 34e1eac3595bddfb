/* How the enumerations of the tree are spelt. */
#include "book/ast.h"

const char *const binop_text[BINOP__MAX] = {
    [OP_OR] = "or", [OP_AND] = "and", [OP_EQ] = "==",   [OP_NE] = "!=", [OP_LT] = "<",  [OP_LE] = "<=", [OP_GT] = ">",
    [OP_GE] = ">=", [OP_IN] = "in",   [OP_HAS] = "has", [OP_ADD] = "+", [OP_SUB] = "-", [OP_MUL] = "*", [OP_DIV] = "/",
};
const char *const agg_text[AGG__MAX] = {
    [AGG_SUM] = "sum", [AGG_COUNT] = "count",   [AGG_ANY] = "any",   [AGG_ALL] = "all",     [AGG_MIN] = "min",
    [AGG_MAX] = "max", [AGG_LATEST] = "latest", [AGG_RANK] = "rank", [AGG_SHARE] = "share",
};
const char *const period_unit_text[PER__MAX] = {
    [PER_MONTH] = "month", [PER_QUARTER] = "quarter", [PER_YEAR] = "year", [PER_TERM] = "term", [PER_DAY] = "day",
};
const char *const decl_kind_text[D__MAX] = {
    [D_BOOK] = "book",       [D_UNIT] = "unit",       [D_CODES] = "codes",     [D_PARAM] = "param",
    [D_TABLE] = "table",     [D_DATASET] = "dataset", [D_FEATURE] = "feature", [D_RULE] = "rule",
    [D_MEASURE] = "measure", [D_EXAMPLE] = "example", [D_EQUIVALENT] = "equivalent",
};
