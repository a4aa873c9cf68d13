# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Substitution: read an entry, take it off the other sum in which it stands, go on."""

ctypedef fused Number:
    float
    double
    float complex
    double complex
    long long


def substitute(
    const int[::1] step_unknown,
    const int[::1] step_group,
    const int[::1] step_other,
    Number[::1] left,
    Number[::1] values,
):
    """Fill `values` from the sums `left`, which are used up."""
    cdef Py_ssize_t t
    cdef Number value
    with nogil:
        for t in range(step_unknown.shape[0]):
            value = left[step_group[t]]
            values[step_unknown[t]] = value
            if step_other[t] >= 0:
                left[step_other[t]] = left[step_other[t]] - value


def count_summands(
    const int[::1] step_unknown,
    const int[::1] step_group,
    const int[::1] step_other,
    double[::1] left,
    double[::1] counts,
):
    """Fill `counts` with how many sums enter each value; `left` holds ones on entry."""
    cdef Py_ssize_t t
    cdef double count
    with nogil:
        for t in range(step_unknown.shape[0]):
            count = left[step_group[t]]
            counts[step_unknown[t]] = count
            if step_other[t] >= 0:
                left[step_other[t]] += count
