/* A dense matrix in panels of eight columns, filled up with zeros. */
#ifndef ASDOPT_DENSE_H
#define ASDOPT_DENSE_H

#include <stddef.h>

typedef struct {
    ptrdiff_t rows, panels;
    const double *values;  /* [panel][row][8] */
} Dense;

enum { ROWS_AT_ONCE = 256 /* of a panel, 16 KiB, stay in the L1 cache */ };

#endif
