# cython: language_level=3
"""Sets of colors as bits, for vertices with so many neighbors that scanning them would hurt.

A greedy coloring forbids the colors of all neighbors of a neighbor. Where that neighbor is a hub
of degree d, scanning costs d for each of its d neighbors; a bit set per hub brings that to d / 64
and, with the mark `low`, to O(1) where the colors used so far leave no gap.
"""

from libc.stdlib cimport calloc, free, realloc

ctypedef unsigned long long Word


cdef struct ColorSet:
    Word *words
    int capacity  # number of words
    int low       # colors 1 ... low are all in the set
    int full      # words 1 ... full are full: the first word often keeps a gap for a neighbor


cdef inline ColorSet *new_sets(Py_ssize_t count) except NULL:
    cdef ColorSet *sets = <ColorSet *> calloc(count + 1, sizeof(ColorSet))
    if sets == NULL:
        raise MemoryError
    return sets


cdef inline void free_sets(ColorSet *sets, Py_ssize_t count) noexcept nogil:
    cdef Py_ssize_t i
    if sets != NULL:
        for i in range(count):
            free(sets[i].words)
        free(sets)


cdef inline int add(ColorSet *self, int color) except -1 nogil:
    """Put a color (from 1) into the set."""
    cdef int bit = color - 1
    cdef int word = bit >> 6
    cdef int capacity
    cdef int i
    cdef Word *words
    if word >= self.capacity:
        capacity = word + 1 + (word >> 1)
        words = <Word *> realloc(self.words, capacity * sizeof(Word))
        if words == NULL:
            with gil:
                raise MemoryError
        for i in range(self.capacity, capacity):
            words[i] = 0
        self.words = words
        self.capacity = capacity
    self.words[word] |= (<Word> 1) << (bit & 63)
    while (self.low >> 6) < self.capacity and (self.words[self.low >> 6] >> (self.low & 63)) & 1:
        self.low += 1
    while self.full + 1 < self.capacity and self.words[self.full + 1] == ~(<Word> 0):
        self.full += 1
    return 0


cdef inline int first_free(
    ColorSet *sets, const int *chosen, int num_chosen, const int *forbidden, int stamp
) noexcept nogil:
    """Return the smallest color that is in none of the chosen sets and not stamped forbidden."""
    cdef int start = 0
    cdef int i, word, color
    cdef Word used
    if num_chosen == 0:
        color = 1
        while forbidden[color] == stamp:
            color += 1
        return color
    for i in range(num_chosen):
        if sets[chosen[i]].low > start:
            start = sets[chosen[i]].low
    word = start >> 6
    color = start + 1
    while True:
        used = 0
        for i in range(num_chosen):
            if word < sets[chosen[i]].capacity:
                used |= sets[chosen[i]].words[word]
        while used != ~(<Word> 0) and (color - 1) >> 6 == word:
            if not (used >> ((color - 1) & 63)) & 1 and forbidden[color] != stamp:
                return color
            color += 1
        if word == 0:
            for i in range(num_chosen):
                if sets[chosen[i]].full > word:
                    word = sets[chosen[i]].full
        word += 1
        color = (word << 6) + 1
