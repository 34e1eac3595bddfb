/* The plain meaning of a delimited text, byte by byte: what the reader is tested against. Not used by the program. */
#ifndef INGEST_CSV_REF_H
#define INGEST_CSV_REF_H
#include "ingest/csv.h"

/* All rows behind the header of a UTF-8 text as one text for comparing: line, flags, number of cells, the cells up to
 * the width of the header. False when there is no header row or it is not readable. */
bool csv_ref_dump(struct str text, char delim, struct buf *out);
/* The same from the reader over all parts of f with the given kernels. */
enum rc csv_reader_dump(const struct csv_file *f, const struct csv_kernels *k, struct buf *out, struct err *e) MUST_USE;
#endif
