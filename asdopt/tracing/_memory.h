/* Memory that grows, in huge pages where it is large and the system has them.

   A page that is touched for the first time is cleared by the system, which takes as long as some
   hundred operations on a tape; huge pages take a third of that. NumPy asks for them too. */
#ifndef ASDOPT_MEMORY_H
#define ASDOPT_MEMORY_H

#include <stdint.h>
#include <stdlib.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#define ASDOPT_LARGE ((size_t)4 << 20) /* bytes from which huge pages are asked for */
#define ASDOPT_PAGE ((uintptr_t)4096)

static void *asdopt_resize(void *p, size_t size) {
    p = realloc(p, size ? size : 1);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (p != NULL && size >= ASDOPT_LARGE) {
        uintptr_t first = ((uintptr_t)p + ASDOPT_PAGE - 1) & ~(ASDOPT_PAGE - 1);
        uintptr_t last = ((uintptr_t)p + size) & ~(ASDOPT_PAGE - 1);
        (void)madvise((void *)first, last - first, MADV_HUGEPAGE); /* only advice */
    }
#endif
    return p;
}

#endif
