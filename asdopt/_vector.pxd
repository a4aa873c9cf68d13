"""Growing C arrays for the compiled passes, and hashing; whoever makes an array frees it."""

from libc.stdint cimport uint64_t


cdef struct Ints:
    int *data
    Py_ssize_t size, capacity


cdef struct Doubles:
    double *data
    Py_ssize_t size, capacity


# A function of its own, so that what grows seldom is compiled into its use.
cdef void *grown(void *data, Py_ssize_t bytes) except NULL nogil


cdef inline int reserve_ints(Ints *v, Py_ssize_t more) except -1 nogil:
    """Make room for more values, which are then written in place."""
    if v.size + more > v.capacity:
        v.capacity = max(2 * v.capacity, v.size + more)
        v.data = <int *> grown(v.data, v.capacity * sizeof(int))
    return 0


cdef inline int reserve_doubles(Doubles *v, Py_ssize_t more) except -1 nogil:
    if v.size + more > v.capacity:
        v.capacity = max(2 * v.capacity, v.size + more)
        v.data = <double *> grown(v.data, v.capacity * sizeof(double))
    return 0


cdef inline int push_int(Ints *v, int x) except -1 nogil:
    if v.size == v.capacity:
        v.capacity = 2 * v.capacity + 256
        v.data = <int *> grown(v.data, v.capacity * sizeof(int))
    v.data[v.size] = x
    v.size += 1
    return 0


cdef inline int push_double(Doubles *v, double x) except -1 nogil:
    if v.size == v.capacity:
        v.capacity = 2 * v.capacity + 256
        v.data = <double *> grown(v.data, v.capacity * sizeof(double))
    v.data[v.size] = x
    v.size += 1
    return 0


# Copies of both as arrays.
cdef ints(const Ints *v)
cdef doubles(const Doubles *v)


cdef inline uint64_t mix(uint64_t h) noexcept nogil:
    """Scramble 64 bits (the finalizer of MurmurHash3)."""
    h ^= h >> 33
    h *= <uint64_t> 0xFF51AFD7ED558CCD
    h ^= h >> 33
    h *= <uint64_t> 0xC4CEB9FE1A85EC53
    return h ^ (h >> 33)
