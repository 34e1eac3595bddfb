/* What stands in brackets behind the name of a column, or over it as the name of its group: something that leaves the
 * column what it is, or something that makes it another one. */
#ifndef INGEST_BRACKET_H
#define INGEST_BRACKET_H
#include "base/str.h"

/* s: the text between the brackets, in the form of header_normalise. True: a unit, how to fill it in (必填, 18位,
 * 是/否, yyyy-mm-dd), a number, another word for the same (身份证号, 社区). 累计, 上年同期, 比例, 人次, 户主 … are
 * none. */
bool bracket_is_harmless(struct str s);
/* A unit that counts things, areas or lengths, or small money (分, 角): no unit of an amount of money. */
bool bracket_is_other_unit(struct str s);
/* s: the name of a group of columns. True: what stands below is of another time, or no amount but a share or a number:
 * 上年同期, 本年累计, 预算, 占比. */
bool group_is_other(struct str s);
#endif
