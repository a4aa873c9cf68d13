# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""Code objects taken apart into instructions with their places in the source, and put together.

Enters: a code object of CPython 3.11 to 3.15. Leaves: an array of instructions in which jumps and
handlers name instructions instead of offsets, so that others can be inserted; and a code object
of such an array. Next: ``_insertion.pyx``.

References
----------
CPython, ``Objects/locations.md`` and ``Objects/exception_handling_notes.txt``: the tables of
places and of handlers.
"""

import opcode

from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

cdef int EXTENDED_ARG = opcode.EXTENDED_ARG
cdef signed char JUMPS[256]  # 1: forward, -1: backward
cdef signed char CACHES[256]
cdef int SHORT = 10, ONE_LINE = 13, NO_COLUMN = 13, LONG = 14, NO_PLACE = 15


# Since 3.14, when it got an argument.
_LOOPS_BACK = "END_ASYNC_FOR"


cdef void fill_tables():
    entries = getattr(opcode, "_inline_cache_entries", None) or {}
    memset(JUMPS, 0, sizeof(JUMPS))
    memset(CACHES, 0, sizeof(CACHES))
    for name, number in opcode.opmap.items():
        if number >= 256:
            continue  # of the compiler alone
        # By number until 3.12, by name since.
        CACHES[number] = entries[number] if isinstance(entries, list) else entries.get(name, 0)
        if number in opcode.hasjrel:
            JUMPS[number] = -1 if "BACKWARD" in name or name == _LOOPS_BACK else 1


fill_tables()


cdef class Assembly:
    """Instructions, their places in the source, and the handlers of exceptions."""

    def __cinit__(self):
        self.capacity = 64
        self.instructions = <Instruction *> malloc(self.capacity * sizeof(Instruction))
        if self.instructions == NULL:
            raise MemoryError()

    def __dealloc__(self):
        free(self.instructions)
        free(self.places)
        free(self.handlers)

    cdef int add(self, int op, int arg, int target, int place) except -1:
        cdef Instruction *grown
        cdef Instruction *new
        if self.count == self.capacity:
            grown = <Instruction *> realloc(
                self.instructions, 2 * self.capacity * sizeof(Instruction))
            if grown == NULL:
                raise MemoryError()
            self.instructions = grown
            self.capacity *= 2
        new = &self.instructions[self.count]
        new.op, new.arg, new.target, new.place = op, arg, target, place
        new.caches = CACHES[op]
        new.prefixes = prefixes_of(arg)
        self.count += 1
        return 0

    cdef object assemble(self, object code, int *begins, tuple consts, int room):
        """Make a code object; jumps, places and handlers count the instructions of another one.

        Parameters
        ----------
        code : CodeType
            What stays as it is.
        begins : array of int
            Where each of the other's instructions, and its end, begins here.
        consts : tuple
        room : int
            Places on the stack that were added.
        """
        return code.replace(
            co_code=bytes(self.words(begins)),
            co_consts=consts,
            co_linetable=bytes(self.lines(code.co_firstlineno)),
            co_exceptiontable=bytes(self.ranges(begins)),
            co_stacksize=code.co_stacksize + room,
        )

    cdef bytearray words(self, int *begins):
        cdef Instruction *each
        cdef int i, k, unit, size, arg, prefixes
        cdef bint again = True
        while again:  # a longer jump may need another prefix, which moves what follows
            again = False
            unit = 0
            for i in range(self.count):
                each = &self.instructions[i]
                each.unit = unit
                unit += each.prefixes + 1 + each.caches
            for i in range(self.count):
                each = &self.instructions[i]
                if each.target >= 0:
                    size = each.prefixes + 1 + each.caches
                    arg = self.instructions[begins[each.target]].unit - each.unit - size
                    each.arg = JUMPS[each.op] * arg
                    if each.arg < 0:
                        raise ValueError("a jump in the other direction")
                    prefixes = prefixes_of(each.arg)
                    if prefixes > each.prefixes:
                        each.prefixes = prefixes
                        again = True
        cdef bytearray found = bytearray(2 * unit)
        cdef unsigned char *out = found
        for i in range(self.count):
            each = &self.instructions[i]
            k = 2 * each.unit
            for size in range(each.prefixes, 0, -1):
                out[k] = EXTENDED_ARG
                out[k + 1] = (each.arg >> (8 * size)) & 255
                k += 2
            out[k] = each.op
            out[k + 1] = each.arg & 255
        return found

    cdef bytearray lines(self, int line):
        cdef bytearray found = bytearray()
        cdef Instruction *each
        cdef int i = 0, place, size
        while i < self.count:
            place = self.instructions[i].place
            size = 0
            while i < self.count and self.instructions[i].place == place:
                each = &self.instructions[i]
                size += each.prefixes + 1 + each.caches
                i += 1
            while size > 0:
                line = write_place(found, &self.places[place], line, min(size, 8))
                size -= 8
        return found

    cdef bytearray ranges(self, int *begins):
        cdef bytearray found = bytearray()
        cdef Handler *each
        cdef int k, first, stop
        for k in range(self.num_handlers):
            each = &self.handlers[k]
            first = self.unit_of(begins[each.first])
            stop = self.unit_of(begins[each.stop])
            write_big(found, first, 128)
            write_big(found, stop - first, 0)
            write_big(found, self.unit_of(begins[each.target]), 0)
            write_big(found, 2 * each.depth + each.lasti, 0)
        return found

    cdef int unit_of(self, int i) noexcept:
        cdef Instruction *last
        if i < self.count:
            return self.instructions[i].unit
        last = &self.instructions[self.count - 1]
        return last.unit + last.prefixes + 1 + last.caches


cdef int prefixes_of(int arg) noexcept:
    return (arg > 0xFF) + (arg > 0xFFFF) + (arg > 0xFFFFFF)


cdef Assembly disassembled(object code):
    """Take a code object apart."""
    cdef Assembly found = Assembly()
    cdef bytes raw = code.co_code
    cdef const unsigned char *p = raw
    cdef int i, u = 0, start, arg, units = <int> (len(raw) // 2)
    cdef Instruction *each
    cdef int *at = <int *> malloc((units + 1) * sizeof(int))
    if at == NULL:
        raise MemoryError()
    try:
        memset(at, 255, (units + 1) * sizeof(int))
        while u < units:
            start = u
            arg = 0
            while p[2 * u] == EXTENDED_ARG:
                arg = (arg | p[2 * u + 1]) << 8
                u += 1
            at[start] = found.count
            found.add(p[2 * u], arg | p[2 * u + 1], -1, found.count)
            each = &found.instructions[found.count - 1]
            each.prefixes = u - start
            u += 1 + each.caches
            each.unit = start
        at[units] = found.count
        for i in range(found.count):
            each = &found.instructions[i]
            if JUMPS[each.op]:
                u = each.unit + each.prefixes + 1 + each.caches + JUMPS[each.op] * each.arg
                each.target = index_of(at, units, u)
        read_places(found, code, at, units)
        read_handlers(found, code, at, units)
    finally:
        free(at)
    return found


cdef int index_of(int *at, int units, int unit) except -1:
    if not 0 <= unit <= units or at[unit] < 0:
        raise ValueError("an offset inside of an instruction")
    return at[unit]


cdef int read_places(Assembly found, object code, int *at, int units) except -1:
    cdef bytes raw = code.co_linetable
    cdef const unsigned char *p = raw
    cdef Py_ssize_t k = 0, size = len(raw)
    cdef int u = 0, v, first, kind, length, line = code.co_firstlineno
    cdef Location place
    found.places = <Location *> malloc((found.count + 1) * sizeof(Location))
    if found.places == NULL:
        raise MemoryError()
    found.num_places = found.count
    memset(found.places, 255, (found.count + 1) * sizeof(Location))
    while k < size:
        first = p[k]
        k += 1
        kind = (first >> 3) & 15
        length = (first & 7) + 1
        place.line = place.end_line = place.column = place.end_column = -1
        if kind < SHORT:
            place.column = 8 * kind + (p[k] >> 4)
            place.end_column = place.column + (p[k] & 15)
            k += 1
        elif kind < ONE_LINE:
            line += kind - SHORT
            place.column, place.end_column = p[k], p[k + 1]
            k += 2
        elif kind < NO_PLACE:
            line += read_signed(p, &k)
            if kind == LONG:
                place.end_line = line + read_little(p, &k)
                place.column = read_little(p, &k) - 1
                place.end_column = read_little(p, &k) - 1
        if kind != NO_PLACE:
            place.line = line
            if kind != LONG:
                place.end_line = line
        for v in range(u, min(u + length, units)):
            if at[v] >= 0:
                found.places[at[v]] = place
        u += length
    return 0


cdef int read_handlers(Assembly found, object code, int *at, int units) except -1:
    cdef bytes raw = code.co_exceptiontable
    cdef const unsigned char *p = raw
    cdef Py_ssize_t k = 0, size = len(raw)
    cdef Handler *each
    cdef int first, length, depth
    found.handlers = <Handler *> malloc((size // 4 + 1) * sizeof(Handler))
    if found.handlers == NULL:
        raise MemoryError()
    while k < size:
        each = &found.handlers[found.num_handlers]
        first = read_big(p, &k)
        length = read_big(p, &k)
        each.first = index_of(at, units, first)
        each.stop = index_of(at, units, first + length)
        each.target = index_of(at, units, read_big(p, &k))
        depth = read_big(p, &k)
        each.depth, each.lasti = depth >> 1, depth & 1
        found.num_handlers += 1
    return 0


cdef int read_little(const unsigned char *p, Py_ssize_t *k) noexcept:
    cdef int found = 0, shift = 0
    while True:
        found |= (p[k[0]] & 63) << shift
        k[0] += 1
        if not p[k[0] - 1] & 64:
            return found
        shift += 6


cdef int read_signed(const unsigned char *p, Py_ssize_t *k) noexcept:
    cdef int found = read_little(p, k)
    return -(found >> 1) if found & 1 else found >> 1


cdef int read_big(const unsigned char *p, Py_ssize_t *k) noexcept:
    cdef int found = 0
    while True:
        found = found << 6 | p[k[0]] & 63
        k[0] += 1
        if not p[k[0] - 1] & 64:
            return found


cdef int write_little(bytearray out, int value) except -1:
    while value >= 64:
        out.append(64 | value & 63)
        value >>= 6
    out.append(value)
    return 0


cdef int write_signed(bytearray out, int value) except -1:
    return write_little(out, -value << 1 | 1 if value < 0 else value << 1)


cdef int write_big(bytearray out, int value, int mark) except -1:
    cdef int shift = 0
    while value >> shift >= 64:
        shift += 6
    while shift:
        out.append(mark | 64 | value >> shift & 63)
        mark = 0
        shift -= 6
    out.append(mark | value & 63)
    return 0


cdef int write_place(bytearray out, Location *place, int line, int size) except -2:
    """Write the place of some units; gives the line that the next is counted from."""
    cdef int step = place.line - line, width = place.end_column - place.column
    cdef bint is_short = place.end_line == place.line and place.column >= 0 and width >= 0
    if place.line < 0:
        out.append(128 | NO_PLACE << 3 | size - 1)
        return line
    if is_short and step == 0 and place.column < 80 and width < 16:
        out.append(128 | place.column >> 3 << 3 | size - 1)
        out.append((place.column & 7) << 4 | width)
    elif is_short and 0 <= step < 3 and place.end_column < 128:
        out.append(128 | SHORT + step << 3 | size - 1)
        out.append(place.column)
        out.append(place.end_column)
    elif place.column < 0 and place.end_column < 0 and place.end_line == place.line:
        out.append(128 | NO_COLUMN << 3 | size - 1)
        write_signed(out, step)
    else:
        out.append(128 | LONG << 3 | size - 1)
        write_signed(out, step)
        write_little(out, place.end_line - place.line)
        write_little(out, place.column + 1)
        write_little(out, place.end_column + 1)
    return place.line
