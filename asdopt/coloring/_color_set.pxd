# cython: language_level=3
"""Sets of colors as bits, for vertices with so many neighbors that scanning them would hurt.

A greedy coloring forbids the colors of all neighbors of a neighbor. Where that neighbor is a hub
of degree d, scanning costs d for each of its d neighbors. A bit set per hub brings that to d / 64,
a second set of those words that are full to d / 4096, and the mark `low` to O(1) where the colors
used so far leave no gap.
"""

from libc.stdlib cimport calloc, free, realloc

ctypedef unsigned long long Word

cdef extern from "_bits.h":
    int lowest_bit(Word word) noexcept nogil  # word is not 0


cdef struct ColorSet:
    Word *words    # color c is bit (c - 1) & 63 of word (c - 1) >> 6
    Word *full     # word w is all ones: bit w & 63 of full[w >> 6]
    int capacity   # number of words, a multiple of 64
    int low        # colors 1 ... low are all in the set


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
            free(sets[i].full)
        free(sets)


cdef inline int grow(ColorSet *self, int word) except -1 nogil:
    """Make room for a word."""
    cdef int capacity = ((word + (word >> 1)) | 63) + 1
    cdef int i
    cdef Word *words = <Word *> realloc(self.words, capacity * sizeof(Word))
    cdef Word *full
    if words != NULL:
        self.words = words
    full = <Word *> realloc(self.full, (capacity >> 6) * sizeof(Word))
    if full != NULL:
        self.full = full
    if words == NULL or full == NULL:
        with gil:
            raise MemoryError
    for i in range(self.capacity, capacity):
        words[i] = 0
    for i in range(self.capacity >> 6, capacity >> 6):
        full[i] = 0
    self.capacity = capacity
    return 0


cdef inline int add(ColorSet *self, int color) except -1 nogil:
    """Put a color (from 1) into the set."""
    cdef int bit = color - 1
    cdef int word = bit >> 6
    if word >= self.capacity:
        grow(self, word)
    self.words[word] |= (<Word> 1) << (bit & 63)
    if self.words[word] == ~(<Word> 0):
        self.full[word >> 6] |= (<Word> 1) << (word & 63)
    while (self.low >> 6) < self.capacity and (self.words[self.low >> 6] >> (self.low & 63)) & 1:
        self.low += 1
    return 0


cdef inline int next_open(const ColorSet *self, int word) noexcept nogil:
    """Return the first word from `word` on that is not full."""
    cdef Word gaps
    while word < self.capacity:
        gaps = ~self.full[word >> 6] >> (word & 63)
        if gaps:
            return word + lowest_bit(gaps)
        word = (word | 63) + 1
    return word


cdef inline int first_free(
    const ColorSet *sets,
    const int *chosen,
    int num_chosen,
    const int *forbidden,
    int stamp,
    int least,
) noexcept nogil:
    """Return the smallest color from `least` that no chosen set holds and no stamp forbids."""
    cdef int i, word, open_word
    cdef int color = least
    cdef Word used
    if num_chosen == 0:
        while forbidden[color] == stamp:
            color += 1
        return color
    for i in range(num_chosen):
        if sets[chosen[i]].low >= color:
            color = sets[chosen[i]].low + 1
    word = (color - 1) >> 6
    while True:
        open_word = word
        for i in range(num_chosen):
            open_word = next_open(&sets[chosen[i]], open_word)
        if open_word > word:  # full words are passed over until no set has one here
            word = open_word
            color = (word << 6) + 1
            continue
        used = ((<Word> 1) << ((color - 1) & 63)) - 1  # colors before this one are none to take
        for i in range(num_chosen):
            if word < sets[chosen[i]].capacity:
                used |= sets[chosen[i]].words[word]
        while ~used:
            color = (word << 6) + lowest_bit(~used) + 1
            if forbidden[color] != stamp:
                return color
            used |= (<Word> 1) << ((color - 1) & 63)
        word += 1
        color = (word << 6) + 1
