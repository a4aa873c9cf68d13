# cython: language_level=3
"""For pairs of hubs of one color: the colors that no common neighbor of the two may take.

These are the colors of which a two-colored tree joins the hubs. Trees only grow, so a color found
once stays forbidden, and each common neighbor starts where the last one has stopped. Pairs stand
in a hash table; what they may take of memory is limited, and beyond that limit colors are looked
for one by one again.
"""

from libc.stdlib cimport calloc, free

from asdopt.coloring._color_set cimport ColorSet, Word, add, free_sets, new_sets


cdef struct HubPairs:
    Word *keys        # 1 + the pair, 0 where the place is free
    int *numbers      # number of the set of a pair
    ColorSet *sets
    int mask          # places - 1, a power of two
    int count
    int most          # pairs that may be noted
    long long words   # words that the sets may still take


cdef inline int new_pairs(HubPairs *self, Py_ssize_t num_hubs, Py_ssize_t nnz) except -1:
    """Prepare an empty table."""
    cdef Py_ssize_t places = 64
    self.keys = NULL
    self.numbers = NULL
    self.sets = NULL
    self.count = 0
    self.mask = -1
    self.most = 0
    self.words = 4 * nnz + (1 << 16)
    if num_hubs < 2:
        return 0
    self.most = <int> min(num_hubs * (num_hubs - 1) // 2, 1024 + nnz // 64)
    while places < 2 * self.most:
        places *= 2
    self.mask = <int> (places - 1)
    self.keys = <Word *> calloc(places, sizeof(Word))
    self.numbers = <int *> calloc(places, sizeof(int))
    self.sets = new_sets(self.most)
    if self.keys == NULL or self.numbers == NULL:
        raise MemoryError
    return 0


cdef inline void free_pairs(HubPairs *self) noexcept nogil:
    free(self.keys)
    free(self.numbers)
    free_sets(self.sets, self.most)


cdef inline int pair_number(HubPairs *self, int hub, int other) noexcept nogil:
    """Return the number of the set of a pair, noting it if it is new; -1 if there is no room."""
    cdef Word low = <Word> (hub if hub < other else other)
    cdef Word high = <Word> (other if hub < other else hub)
    cdef Word key = ((high << 32) | low) + 1
    cdef int at = <int> ((key * 0x9E3779B97F4A7C15ULL) >> 33) & self.mask
    while self.keys[at] != key:
        if self.keys[at] == 0:
            if self.count == self.most:
                return -1
            self.keys[at] = key
            self.numbers[at] = self.count
            self.count += 1
            break
        at = (at + 1) & self.mask
    return self.numbers[at]


cdef inline int forbid(HubPairs *self, int number, int color) except -1 nogil:
    """Note a color that no common neighbor of a pair may take, while there is room."""
    cdef ColorSet *colors = &self.sets[number]
    cdef int before = colors.capacity
    if (color - 1) >> 6 < before or self.words > 0:
        add(colors, color)
        self.words -= colors.capacity - before
    return 0
