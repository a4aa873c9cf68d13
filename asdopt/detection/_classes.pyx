# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""First- and second-order dependence of each node on its operands, and which nodes are live.

One byte a node, the bits of ``_classes.pxd``.
"""

import numpy as np

from asdopt._operators cimport (
    OP_CONSTANT, OP_DIVIDE, OP_DX, OP_DXX, OP_DXY, OP_DY, OP_DYY, OP_EXTERNAL, OP_MASK,
    OP_MULTIPLY, OP_REL_ENTR, OP_SUM, OP_XLOG1PY, OP_XLOGY, op_local,
)
from asdopt.detection._classes cimport ACTIVE, DX, DXX, DXY, DY, DYY, LIVE, TERMS


cdef inline bint is_zero(const unsigned char[::1] op, const double[::1] val, int i) noexcept nogil:
    return op[i] == OP_CONSTANT and val[i] == 0.0


def classify(const unsigned char[::1] op, const int[::1] a, const int[::1] b,
             const double[::1] val, const int[::1] pool_ids, const double[::1] pool_weights,
             Py_ssize_t num_inputs, bint local):
    """Classes of all nodes: what is dropped here is seen by no later stage."""
    cdef Py_ssize_t i, k, n = op.shape[0]
    out = np.zeros(n, dtype=np.uint8)
    cdef unsigned char[::1] c = out
    cdef int code, x, y, first
    cdef unsigned char bits, fx, fy
    with nogil:
        for i in range(min(num_inputs, n)):
            c[i] = ACTIVE
        for i in range(num_inputs, n):
            code = op[i]
            if code == OP_SUM or code == OP_EXTERNAL:
                for k in range(a[i], a[i] + b[i]):
                    if c[pool_ids[k]] and pool_weights[k] != 0.0:
                        c[i] |= TERMS | (c[pool_ids[k]] & ACTIVE)
                        if c[i] & ACTIVE:
                            break
                continue
            if not (OP_DX[code] or OP_DY[code]):
                continue
            x = a[i]
            y = b[i]
            # Not only ACTIVE operands: at a point the gradient may be 0 and the Hessian not.
            fx = OP_DX[code] and c[x]
            fy = OP_DY[code] and c[y]
            if not (fx or fy):
                continue
            bits = 0
            # A constant 0 takes the other operand with it, here and in the second derivatives.
            if code == OP_MULTIPLY:
                if is_zero(op, val, x) or is_zero(op, val, y):
                    continue
            elif (code == OP_DIVIDE or code == OP_XLOGY or code == OP_XLOG1PY
                    or code == OP_REL_ENTR or code == OP_MASK):
                if is_zero(op, val, x):
                    continue
            first = op_local(code, val[x], val[y], val[i]) if local else 3
            if fx and first & 1:
                bits |= DX | (c[x] & ACTIVE)
            if fy and first & 2:
                bits |= DY | (c[y] & ACTIVE)
            fx = fx and c[x] & ACTIVE
            fy = fy and c[y] & ACTIVE
            if fx and OP_DXX[code]:
                bits |= DXX
            if fy and OP_DYY[code]:
                bits |= DYY
            if fx and fy and OP_DXY[code]:
                bits |= DXY
            c[i] = bits
    return out


def mark_live(unsigned char[::1] c, const int[::1] a, const int[::1] b,
              const int[::1] pool_ids, const double[::1] pool_weights,
              const int[::1] outputs):
    """Set LIVE on the outputs and on all they depend on through nonzero first derivatives."""
    cdef Py_ssize_t i, k
    with nogil:
        for k in range(outputs.shape[0]):
            c[outputs[k]] |= LIVE
        for i in range(c.shape[0] - 1, -1, -1):
            if not c[i] & LIVE:
                continue
            if c[i] & DX:
                c[a[i]] |= LIVE
            if c[i] & DY:
                c[b[i]] |= LIVE
            if c[i] & TERMS:
                for k in range(a[i], a[i] + b[i]):
                    if pool_weights[k] != 0.0:
                        c[pool_ids[k]] |= LIVE


def sort_by_row(const int[::1] rows, const int[::1] cols, Py_ssize_t num_rows):
    """Stable counting sort of entries by row."""
    cdef Py_ssize_t k, r, nnz = rows.shape[0]
    out_rows = np.empty(nnz, dtype=np.int32)
    out_cols = np.empty(nnz, dtype=np.int32)
    cdef int[::1] sorted_rows = out_rows
    cdef int[::1] sorted_cols = out_cols
    cdef Py_ssize_t[::1] at = np.zeros(num_rows + 1, dtype=np.intp)
    with nogil:
        for k in range(nnz):
            at[rows[k] + 1] += 1
        for r in range(num_rows):
            at[r + 1] += at[r]
        for k in range(nnz):
            r = rows[k]
            sorted_rows[at[r]] = <int> r
            sorted_cols[at[r]] = cols[k]
            at[r] += 1
    return out_rows, out_cols
