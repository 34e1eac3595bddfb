#include "base/vec.h"
#include <string.h>

enum { VEC_FIRST = 8 };

bool vec_grow(void *v_addr, size_t *cap, size_t n, size_t elem_size, size_t max)
{
    if (n >= max) return false;
    size_t want = *cap < VEC_FIRST / 2 ? VEC_FIRST : *cap * 2;
    if (want > max || want < *cap) want = max;
    void *old; /* copied as bytes: the pointer's own type is not known here */
    memcpy(&old, v_addr, sizeof old);
    void *grown = mem_resize_array(old, want, elem_size);
    if (!grown) return false;
    memcpy(v_addr, &grown, sizeof grown);
    *cap = want;
    return true;
}
