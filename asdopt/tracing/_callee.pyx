# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False, binding=False
"""The hook: what a call in a hooked function calls instead, looked up at each call."""

import numpy as np

from asdopt.tracing._tape import install_tracing

cimport cython
from asdopt._operators cimport OP_POWER
from cpython.float cimport PyFloat_CheckExact
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.math cimport isfinite

from asdopt.tracing._array_base cimport TracedArrayBase
from asdopt.tracing._float_errors cimport domain_guard
from asdopt.tracing._pointer_map cimport PointerMap
from asdopt.tracing._tape cimport Tape
from asdopt.tracing._tracer cimport (
    TracedBool, Tracer, make, make_bool, make_float, make_plain_bool, operand_of, result_of,
)

cdef extern from "Python.h":
    bint PyCFunction_Check(object)
    PyObject *PyCFunction_GET_SELF(object)
    ctypedef object (*PyCFunction)(object, object)
    PyCFunction PyCFunction_GET_FUNCTION(object)
    bint PyMethod_Check(object)
    PyObject *PyMethod_GET_FUNCTION(object)
    PyObject *PyMethod_GET_SELF(object)
    object PyMethod_New(object, object)
    bint PyModule_Check(object)
    bint PyType_Check(object)
    PyObject *Py_TYPE_ "(PyObject *) Py_TYPE" (object)

cdef extern from *:
    """
    #if defined(_MSC_VER)
    #define ASDOPT_THREAD_LOCAL __declspec(thread)
    #else
    #define ASDOPT_THREAD_LOCAL __thread
    #endif
    /* The session that is being traced on this thread; owns a reference while set. */
    static ASDOPT_THREAD_LOCAL PyObject *asdopt_active = NULL;
    """
    PyObject *active "asdopt_active"

# Set by _hook.py: (session, callee) -> replacement, and type -> whether its methods are looked at.
cdef object resolve_slowly = None
cdef object is_receiver = None
# Set by _workspaces.py: (callee, replacement) -> what gives the replacement traced arguments.
cdef object see_through = None

cdef PyCFunction list_sort = PyCFunction_GET_FUNCTION([].sort)
cdef PyCFunction list_append = PyCFunction_GET_FUNCTION([].append)
cdef object ndarray = np.ndarray
cdef object object_type = np.dtype(object)


# Callees whose replacement is the same in every trace: the known functions. Replacement None
# says: call it as it is.
cdef PointerMap known = PointerMap()
# The same, for forms that are hooked only where a trace without them was refused.
cdef PointerMap known_implicit = PointerMap()
# Types of objects -> whether their bound methods of C may need a stand-in.
cdef PointerMap receivers = PointerMap()


cdef class Session:
    """What hooked functions need to know of the trace that runs on this thread."""

    cdef readonly Tape tape
    cdef readonly int level
    cdef public dict state
    cdef PointerMap found
    cdef PointerMap calls
    cdef object outer

    def __init__(self, Tape tape, int level):
        self.tape = tape
        self.level = level
        self.found = PointerMap()
        self.calls = PointerMap()
        self.state = {}

    def keep(self, callee, replacement):
        """Remember the replacement of a callee while the trace lasts."""
        self.found.put(callee, replacement)
        return replacement

    def keep_call(self, kind, function):
        """Remember the hooked ``__call__`` of a user's class, None: called as it is."""
        self.calls.put(kind, function)

    def __enter__(self):
        global active
        self.outer = <object> active if active != NULL else None
        Py_INCREF(self)
        if active != NULL:
            Py_DECREF(<object> active)
        active = <PyObject *> self
        return self

    def __exit__(self, *error):
        global active
        outer = self.outer
        self.outer = None
        if outer is None:
            active = NULL
        else:
            Py_INCREF(outer)
            active = <PyObject *> outer
        # What holds traced values must not be found by the next trace.
        for undo in reversed(self.state.pop("undo", ())):
            undo()
        # Replacements may lead back here, which the garbage collector cannot see.
        self.found = PointerMap()
        self.calls = PointerMap()
        Py_DECREF(self)


def current():
    """Return the session of the trace that runs on this thread, None outside of traces."""
    return <object> active if active != NULL else None


def workspaces():
    """Give the arrays made outside that hold traced values, None where there are none.

    Only where reads of them are hooked: in functions of level 1.
    """
    if active == NULL or (<Session> active).level == 0:
        return None
    return (<Session> active).tape.workspaces


def running_tape():
    """Tape of the trace that runs on this thread."""
    if active == NULL:
        raise RuntimeError("a stand-in was called outside of a trace")
    return (<Session> active).tape


def is_tracing():
    """Tell whether a trace runs on this thread."""
    return active != NULL


install_tracing(is_tracing)


cdef object look_up(object callee):
    """What to call instead of a callee; there is an active session."""
    cdef Session session = <Session> active
    cdef PyObject *found
    cdef PyObject *function
    if session.level:
        found = known_implicit.get(<PyObject *> callee)
        if found != NULL:
            return <object> found
    found = known.get(<PyObject *> callee)
    if found != NULL:
        return callee if found == <PyObject *> None else <object> found
    found = session.found.get(<PyObject *> callee)
    if found != NULL:
        return <object> found
    if PyCFunction_Check(callee):
        function = PyCFunction_GET_SELF(callee)
        if function != NULL and not PyModule_Check(<object> function):
            if PyType_Check(<object> function):
                return callee
            if type(<object> function) is list and PyCFunction_GET_FUNCTION(callee) != list_sort:
                if session.level == 0 or PyCFunction_GET_FUNCTION(callee) == list_append:
                    return callee
            if session.level == 0:
                found = receivers.get(Py_TYPE_(<object> function))
                if found == NULL:
                    # Met for the first time: modules of stand-ins are imported when needed.
                    kind = type(<object> function)
                    receivers.put(kind, bool(is_receiver(kind)))
                    found = receivers.get(Py_TYPE_(<object> function))
                if found == <PyObject *> False:
                    return callee
    elif PyMethod_Check(callee):
        function = PyMethod_GET_FUNCTION(callee)
        found = known.get(function)
        if found == NULL:
            found = session.found.get(function)
        if found == function:
            return callee
        if found != NULL and found != <PyObject *> None:
            return PyMethod_New(<object> found, <object> PyMethod_GET_SELF(callee))
    else:
        found = session.calls.get(Py_TYPE_(callee))
        if found != NULL:
            return callee if found == <PyObject *> None else PyMethod_New(<object> found, callee)
    return resolve_slowly(session, callee)


cdef object exchange(object callee):
    """What to call instead of a callee, which sees what workspaces hold."""
    found = look_up(callee)
    if (<Session> active).level and (<Session> active).tape.workspaces is not None:
        return see_through(callee, found)
    return found


@cython.final
cdef class Hook:
    """``HOOK[f]`` is what a hooked function calls where its source says ``f``."""

    def __getitem__(self, callee):
        if active == NULL:
            return callee
        return exchange(callee)

    def __reduce__(self):
        return "HOOK"

    def __repr__(self):
        return "HOOK"


HOOK = Hook()


@cython.final
cdef class Elementary:
    """Stand-in of a function that is one node: records it, or calls it on plain numbers."""

    cdef readonly object original
    cdef readonly int code
    cdef readonly int arity
    cdef readonly bint truth
    # Of the module math: floats only, and errors outside of the domain.
    cdef readonly bint strict
    # Serves other numbers of arguments: log(x, base).
    cdef readonly object other

    def __init__(self, original, int code, int arity, bint truth, bint strict, other=None):
        self.original = original
        self.other = original if other is None else other
        self.code = code
        self.arity = arity
        self.truth = truth
        self.strict = strict

    def __call__(self, *args, **kwargs):
        if not kwargs:
            if len(args) == 1:
                return self.one(args[0])
            if len(args) == 2:
                return self.two(args[0], args[1])
        return self.other(*args, **kwargs)

    def __getattr__(self, name):
        return getattr(self.original, name)

    cdef object one(self, object x):
        cdef Tape tape
        cdef int node
        if isinstance(x, Tracer) and self.arity == 1:
            if type(x) is TracedBool and not self.strict:
                return self.original(x)
            tape = (<Tracer> x).tape
            node = tape.unary(self.code, (<Tracer> x).id)
            if self.truth:
                return make_plain_bool(tape, node) if self.strict else make_bool(tape, node)
            if self.strict:
                if tape.primal:
                    self.check(tape, node, (<Tracer> x).id, -1)
                return make_float(tape, node)
            return result_of(tape, node, x, x)
        if PyFloat_CheckExact(x):
            return self.original(x)
        if self.strict and self.arity == 1:
            y = only(x)
            return self.original(x) if y is x else self.one(y)
        return self.other(x)

    cdef object two(self, object x, object y):
        cdef Tape tape
        cdef int a, b, node
        if self.arity != 2:
            return self.other(x, y)
        if (isinstance(x, Tracer) or isinstance(y, Tracer)):
            tape = (<Tracer> (x if isinstance(x, Tracer) else y)).tape
            if self.strict:
                x = only(x)
                y = only(y)
            elif type(x) is TracedBool or type(y) is TracedBool:
                return self.original(x, y)
            a = operand_of(tape, x)
            b = operand_of(tape, y)
            if a >= 0 and b >= 0:
                node = (tape.power(a, b) if self.code == OP_POWER
                        else tape.binary(self.code, a, b))
                if self.truth:
                    return make_bool(tape, node)
                if self.strict:
                    if tape.primal:
                        self.check(tape, node, a, b)
                    return make_float(tape, node)
                return make(tape, node)
        if self.strict:
            u = only(x)
            v = only(y)
            return self.original(x, y) if u is x and v is y else self.two(u, v)
        return self.other(x, y)

    cdef int check(self, Tape tape, int node, int a, int b) except -1:
        """Raise what math raises outside of its domain, and guard that where it matters."""
        cdef double v = tape.val[node], x = tape.val[a], y = tape.val[b] if b >= 0 else 0.0
        if isfinite(v):
            if tape.careful:
                domain_guard(tape, node)
            return 0
        if isfinite(x) and isfinite(y) and node != a and not tape.lenient:
            domain_guard(tape, node)
            if b >= 0:
                self.original(x, y)
            else:
                self.original(x)
        return 0


cdef object only(object x):
    # math.sin(array of one entry) is allowed, and of what can be made a float.
    if isinstance(x, float) or isinstance(x, int) or isinstance(x, Tracer):
        return x
    if hasattr(x, "ids"):
        return x.item() if x.size == 1 else x
    if type(x) is not ndarray and hasattr(x, "__float__"):
        return look_up(float)(x)
    return x


# Calls by the names of common functions are made in one step: no intermediate object, one call.
cdef inline object call_one(object callee, object x):
    cdef PyObject *found
    if active == NULL:
        return callee(x)
    found = known.get(<PyObject *> callee)
    if found != NULL and (<Session> active).level == 0:
        if found == <PyObject *> None:
            return callee(x)
        if type(<object> found) is Elementary:
            return (<Elementary> found).one(x)
        return (<object> found)(x)
    return exchange(callee)(x)


cdef inline object call_two(object callee, object x, object y):
    cdef PyObject *found
    if active == NULL:
        return callee(x, y)
    found = known.get(<PyObject *> callee)
    if found != NULL and (<Session> active).level == 0:
        if found == <PyObject *> None:
            return callee(x, y)
        if type(<object> found) is Elementary:
            return (<Elementary> found).two(x, y)
        return (<object> found)(x, y)
    return exchange(callee)(x, y)


def call1(callee, x):
    """``HOOK[callee](x)``."""
    return call_one(callee, x)


def call2(callee, x, y):
    """``HOOK[callee](x, y)``."""
    return call_two(callee, x, y)


def called1(x, callee):
    """``HOOK[callee](x)``, the callee last."""
    return call_one(callee, x)


def called2(x, y, callee):
    """``HOOK[callee](x, y)``, the callee last."""
    return call_two(callee, x, y)


def install(resolve, receives):
    """Take the slow part of the look-up."""
    global resolve_slowly, is_receiver
    resolve_slowly = resolve
    is_receiver = receives


def install_workspaces(given):
    """Take what looks at the arguments of calls, which may be workspaces."""
    global see_through
    see_through = given


def know(callee, replacement, bint implicit=False):
    """Enter a known function with its stand-in; None: it is called as it is."""
    (known_implicit if implicit else known).put(callee, replacement)


def stand_in(callee):
    """Return the stand-in of a known function, None for any other."""
    cdef PyObject *found = known.get(<PyObject *> callee)
    return <object> found if found != NULL else None


def holds_traced(value):
    """Tell whether a value is traced, or a list, tuple or object array with a traced value."""
    return holds(value, 0)


cdef bint holds(object value, int depth) except -1:
    kind = type(value)
    if kind is float or kind is int:
        return False
    if isinstance(value, Tracer) or isinstance(value, TracedArrayBase):
        return True
    if depth > 32:
        return False
    if kind is list or kind is tuple:
        for item in value:
            if holds(item, depth + 1):
                return True
        return False
    if kind is ndarray and value.dtype == object_type:
        for item in value.ravel().tolist():
            if holds(item, depth + 1):
                return True
        return False
    if isinstance(value, tuple) or isinstance(value, list):
        for item in value:
            if holds(item, depth + 1):
                return True
    return False


def holds_scalars(value):
    """Tell whether a list or tuple holds real scalars only, at any depth, one of them traced."""
    return scalars(value, 0) == 2


cdef int scalars(object value, int depth) except -1:
    """0: something else; 1: plain numbers; 2: traced ones too."""
    cdef int found = 1, one
    kind = type(value)
    if kind is float or kind is int:
        return 1
    if isinstance(value, Tracer):
        return 2
    if kind is list or kind is tuple:
        if depth > 32:
            return 0
        for item in value:
            one = scalars(item, depth + 1)
            if one == 0:
                return 0
            if one == 2:
                found = 2
        return found
    return 1 if isinstance(value, (np.number, bool, np.bool_)) else 0
