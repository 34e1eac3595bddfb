/* Typed growable arrays: `struct { T *v; size_t n, cap; }`, declared with VEC(T). Freed with vec_fini. */
#ifndef BASE_VEC_H
#define BASE_VEC_H
#include <stdbool.h>
#include <stddef.h>
#include "base/mem.h"

#define VEC(T)         \
    struct {           \
        T *v;          \
        size_t n, cap; \
    }

/* Make room for one more element of a VEC, at most max elements; false when out of memory or at max.
 * v_addr is the address of the element pointer, of whatever type (void * so that const elements need no cast). */
bool vec_grow(void *v_addr, size_t *cap, size_t n, size_t elem_size, size_t max);

/* Append; evaluates to false when out of memory or at max. */
#define vec_push(vec, max, ...)                                                                     \
    (((vec)->n < (vec)->cap || vec_grow(&(vec)->v, &(vec)->cap, (vec)->n, sizeof *(vec)->v, (max))) \
         ? ((vec)->v[(vec)->n++] = (__VA_ARGS__), true)                                             \
         : false)
#define vec_fini(vec) (mem_free((vec)->v), (vec)->v = NULL, (vec)->n = (vec)->cap = 0)
#endif
