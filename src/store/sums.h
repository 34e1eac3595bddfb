/* Sums of rows (tables row_sum and owner_total of schema.sql). Shared by the files of src/store; not for others. */
#ifndef STORE_SUMS_H
#define STORE_SUMS_H
#include "store/store.h"

/* The SQL function fp_sum of this connection, under the folder's hash key: keys first. Triggers call it. */
enum rc sums_install(struct store *s, struct err *e) MUST_USE;
/* RC_ENV when a delivery, parameter value, book or screen is not as it was written, or chunks of one are missing. A
 * millisecond: one sum a row, chunks by their index alone. */
enum rc sums_check_opening(struct store *s, struct err *e) MUST_USE;
#endif
