/* Operational log to stderr, for the operator, never with personal data: only counts, names of datasets and rules,
 * codes. What users read goes through base/out.h. */
#ifndef BASE_LOG_H
#define BASE_LOG_H
#include "base/err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
void log_write(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* From FANGPIN_LOG (error|warn|info|debug), default warn. */
enum log_level log_threshold(void);
#endif
