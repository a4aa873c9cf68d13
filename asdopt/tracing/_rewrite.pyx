# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""The syntax tree of a user's function with every call asking the hook first."""

import ast

from asdopt.tracing._insertion import FUSED as NAMES

# Stand-ins for objects that a syntax tree cannot hold; exchanged in co_consts after compiling.
PREFIX = "\0asdopt "
HOOK = PREFIX + "hook"
CALL1 = PREFIX + "call1"
CALL2 = PREFIX + "call2"

# Calls by these names are made in one step.
cdef frozenset FUSED = NAMES

# Fields with names, operators and annotations hold nothing that is called in the function.
cdef frozenset LEAVES = frozenset(
    "ctx op ops id attr arg name names kind type_comment annotation returns module level "
    "asname type_params conversion simple is_async rest lineno tag pattern".split()
)
cdef dict CHILDREN = {}
for _kind in vars(ast).values():
    if isinstance(_kind, type) and issubclass(_kind, ast.AST):
        CHILDREN[_kind] = tuple(f for f in _kind._fields if f not in LEAVES)
for _kind in (ast.Name, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.Global,
              ast.Nonlocal, ast.Import, ast.ImportFrom):
    CHILDREN[_kind] = ()
CHILDREN[ast.arguments] = ("defaults", "kw_defaults")

cdef object Name = ast.Name, Attribute = ast.Attribute, Call = ast.Call, Subscript = ast.Subscript
cdef object Constant = ast.Constant, Starred = ast.Starred, Lambda = ast.Lambda
cdef object FunctionDef = ast.FunctionDef, AsyncFunctionDef = ast.AsyncFunctionDef
cdef object ClassDef = ast.ClassDef, Slice = ast.Slice, Tuple = ast.Tuple, List = ast.List
cdef object BinOp = ast.BinOp, UnaryOp = ast.UnaryOp, Compare = ast.Compare, BoolOp = ast.BoolOp
cdef object Assign = ast.Assign, AugAssign = ast.AugAssign, Expr = ast.Expr, For = ast.For
cdef object If = ast.If, While = ast.While, IfExp = ast.IfExp, Assert = ast.Assert
cdef object With = ast.With, comprehension = ast.comprehension, YieldFrom = ast.YieldFrom
cdef object Try = ast.Try, TryStar = ast.TryStar
cdef object FormattedValue = ast.FormattedValue, Not = ast.Not
cdef tuple IDENTITY = (ast.Is, ast.IsNot)
cdef object LOAD = ast.Load()
cdef object AST = ast.AST
cdef tuple TESTS = (If, While, IfExp, Assert)
cdef frozenset PLAIN_TESTS = frozenset({Compare, Constant, BoolOp})


cdef object at(object node, object place):
    node.lineno = place.lineno
    node.col_offset = place.col_offset
    node.end_lineno = place.end_lineno
    node.end_col_offset = place.end_col_offset
    return node


cdef bint is_none(object node):
    return type(node) is Constant and node.value in (None, Ellipsis)


cdef object constant(object value, object place):
    return at(Constant(value), place)


cdef object called(object value, object place):
    """A constant where a function stands in a call.

    The compiler warns of constants that are called, and a warning, though ignored, takes longer
    than the rest of the call: hidden in a condition, which is removed, there is none.
    """
    value = constant(value, place)
    return at(IfExp(constant(True, place), value, value), place)


cdef int depth_of(object target):
    """How deep a value is taken apart that is assigned to a target."""
    if type(target) is Starred:
        return depth_of(target.value)
    if type(target) is not Tuple and type(target) is not List:
        return 0
    return 1 + max([depth_of(part) for part in target.elts], default=0)


cdef bint is_truth(object test):
    return type(test) in PLAIN_TESTS or (type(test) is UnaryOp and type(test.op) is Not)


cdef class Rewriter:
    """Rewrites trees in place.

    Parameters
    ----------
    implicit : bool
        Hook also what calls methods without a call: operators, subscripts, attributes, loops,
        ``with``.
    """

    cdef bint implicit
    cdef readonly bint catches
    cdef str class_name

    def __init__(self, bint implicit):
        self.implicit = implicit

    def function(self, node, class_name=None):
        """Rewrite a function (its body, not its decorators and defaults) or a whole tree."""
        self.class_name = class_name
        if type(node.body) is list:
            self.block(node.body)
        else:
            node.body = self.visit(node.body)
        return node

    cdef object visit(self, object node):
        kind = type(node)
        if kind is Name or kind is Constant:
            return node
        if kind is Call:
            return self.call(node)
        if kind is Compare and len(node.ops) == 1 and type(node.ops[0]) in IDENTITY:
            return self.identity(node)
        if self.implicit:
            replaced = self.form(node, kind)
            if replaced is not None:
                return replaced
        if kind is FunctionDef or kind is AsyncFunctionDef:
            self.decorators(node)
            self.children(node.args, CHILDREN[type(node.args)])
            self.block(node.body)
            return node
        if kind is ClassDef:
            outer = self.class_name
            self.decorators(node)
            self.block(node.bases)
            self.block(node.keywords)
            self.class_name = node.name
            self.block(node.body)
            self.class_name = outer
            return node
        if kind is With or ((kind is Try or kind is TryStar) and node.handlers):
            # A context manager may swallow exceptions, too.
            self.catches = True
        self.children(node, CHILDREN[kind])
        return node

    cdef int children(self, object node, tuple fields) except -1:
        for field in fields:
            value = getattr(node, field)
            if type(value) is list:
                self.block(value)
            elif isinstance(value, AST):
                new = self.visit(value)
                if new is not value:
                    setattr(node, field, new)
        return 0

    cdef int block(self, list nodes) except -1:
        cdef Py_ssize_t i
        for i in range(len(nodes)):
            value = nodes[i]
            if isinstance(value, AST):
                new = self.visit(value)
                if new is not value:
                    nodes[i] = new
        return 0

    cdef int decorators(self, object node) except -1:
        cdef Py_ssize_t i
        cdef list found = node.decorator_list
        self.block(found)
        for i in range(len(found)):
            found[i] = self.hooked(found[i])

    cdef object hooked(self, object callee):
        """``HOOK[callee]``."""
        if type(callee) is Lambda:
            return callee
        return at(Subscript(constant(HOOK, callee), callee, LOAD), callee)

    cdef object call(self, object node):
        cdef list args = node.args
        cdef Py_ssize_t count = len(args)
        cdef str name = None
        callee = node.func
        kind = type(callee)
        if kind is Name:
            name = callee.id
        else:
            if kind is Attribute:
                name = callee.attr
            callee = self.visit(callee)
        self.block(args)
        if node.keywords:
            self.block(node.keywords)
        elif (0 < count < 3 and name in FUSED and type(args[0]) is not Starred
              and type(args[count - 1]) is not Starred):
            node.func = called(CALL1 if count == 1 else CALL2, callee)
            args.insert(0, callee)
            return node
        node.func = self.hooked(callee)
        return node

    cdef object identity(self, object node):
        """``a is b``: a comparison may be True without being the object."""
        left, right = self.visit(node.left), self.visit(node.comparators[0])
        node.left, node.comparators = left, [right]
        if is_none(left) or is_none(right):
            return node
        return self.helper(type(node.ops[0]).__name__, [left, right], node)

    # Forms that call methods implicitly

    cdef object helper(self, str name, list args, object place):
        return at(Call(called(PREFIX + name, place), args, []), place)

    cdef object form(self, object node, object kind):
        """Rewrite an implicit call; None for nodes that are none."""
        if kind is Attribute:
            args = [self.visit(node.value), self.name(node)]
            if type(node.ctx) is not ast.Load:
                return self.target("target attribute", args, node)
            return self.helper("getattr", args, node)
        if kind is BinOp:
            name = "binary " + type(node.op).__name__
            return self.helper(name, [self.visit(node.left), self.visit(node.right)], node)
        if kind is UnaryOp:
            if type(node.operand) is Constant:
                return node
            node.operand = self.visit(node.operand)
            if type(node.op) is Not:
                node.operand = self.truth(node.operand)
                return node
            return self.helper("unary " + type(node.op).__name__, [node.operand], node)
        if kind is Compare:
            name = type(node.ops[0]).__name__
            if len(node.ops) > 1:
                return self.chain(node)
            left, right = self.visit(node.left), self.visit(node.comparators[0])
            return self.helper("compare " + name, [left, right], node)
        if kind is Subscript:
            args = [self.visit(node.value), self.key(node.slice)]
            if type(node.ctx) is not ast.Load:
                return self.target("target item", args, node)
            return self.helper("getitem", args, node)
        if kind is Starred:
            if type(node.ctx) is ast.Load:
                node.value = self.iterated(self.visit(node.value))
                return node
            return None
        if kind in TESTS:
            self.children(node, CHILDREN[kind])
            node.test = self.truth(node.test)
            return node
        if kind is For:
            self.children(node, CHILDREN[kind])
            node.iter = self.iterated(node.iter, depth_of(node.target))
            return node
        if kind is comprehension:
            self.children(node, CHILDREN[kind])
            node.iter = self.iterated(node.iter, depth_of(node.target))
            node.ifs = [self.truth(test) for test in node.ifs]
            return node
        if kind is YieldFrom:
            node.value = self.iterated(self.visit(node.value))
            return node
        if kind is With:
            self.catches = True
            self.children(node, CHILDREN[kind])
            for item in node.items:
                item.context_expr = self.helper("with", [item.context_expr], item.context_expr)
            return node
        if kind is FormattedValue:
            self.children(node, CHILDREN[kind])
            node.value = self.helper("format", [node.value], node.value)
            return node
        if kind is BoolOp:
            self.children(node, CHILDREN[kind])
            return self.choice(node)
        if kind is Assign:
            return self.assignment(node)
        if kind is AugAssign:
            return self.augmented(node)
        return None

    cdef object target(self, str name, list args, object node):
        """``o.a``, ``o[k]`` where they are stored to or deleted: an attribute that does it."""
        return at(Attribute(self.helper(name, args, node), "value", node.ctx), node)

    cdef object chain(self, object node):
        """``a < b < c`` as ``a < b and b < c`` where reading b twice makes no difference."""
        if not all(type(middle) in (Name, Constant) for middle in node.comparators[:-1]):
            self.children(node, CHILDREN[Compare])
            node.left = self.helper("seen", [node.left], node.left)
            node.comparators = [self.helper("seen", [v], v) for v in node.comparators]
            return node
        parts = []
        left = self.visit(node.left)
        for op, middle in zip(node.ops, node.comparators):
            right = self.visit(middle)
            parts.append(self.helper("compare " + type(op).__name__, [left, right], node))
            left = right
        return at(BoolOp(ast.And(), parts), node)

    cdef object choice(self, object node):
        """``a or b`` where it stands for one of its values: their truth is found by methods."""
        *values, last = node.values
        held = [v if is_truth(v) else self.helper("held", [v], v) for v in values]
        if all(v is h for v, h in zip(values, held)):
            return node
        chosen = self.helper("chosen", [at(BoolOp(node.op, [*held, last]), node)], node)
        chosen.whole = node
        return chosen

    cdef object truth(self, object test):
        test = getattr(test, "whole", test)
        if type(test) is BoolOp:
            test.values = [self.truth(part) for part in test.values]
            return test
        if is_truth(test):
            return test
        return self.helper("truth", [test], test)

    cdef object iterated(self, object value, int depth=0):
        """What is run over; ``depth``: how deep its items are taken apart."""
        if depth:
            return self.helper("opened", [value, constant(depth, value)], value)
        return self.helper("iterate", [value], value)

    cdef object name(self, object node):
        """An attribute's name as a constant, with the class's name before private ones."""
        cdef str name = node.attr
        if (self.class_name and name.startswith("__") and not name.endswith("__")
                and self.class_name.strip("_")):
            name = "_" + self.class_name.lstrip("_") + name
        return constant(name, node)

    cdef object key(self, object node):
        """An index as an expression of its own."""
        if type(node) is Slice:
            bounds = [constant(None, node) if part is None else self.visit(part)
                      for part in (node.lower, node.upper, node.step)]
            return self.helper("slice", bounds, node)
        if type(node) is Tuple:
            node.elts = [self.key(part) for part in node.elts]
            return node
        return self.visit(node)

    cdef object assignment(self, object node):
        """``o[k] = v`` and ``o.a = v`` as calls, v evaluated first as in the original."""
        value = self.visit(node.value)
        node.value = value
        target = node.targets[0]
        if len(node.targets) == 1:
            if type(target) is Subscript:
                args = [value, self.visit(target.value), self.key(target.slice)]
                return at(Expr(self.helper("setitem", args, node)), node)
            if type(target) is Attribute:
                args = [value, self.visit(target.value), self.name(target)]
                return at(Expr(self.helper("setattr", args, node)), node)
            if type(target) is Tuple or type(target) is List:
                node.value = self.iterated(value, depth_of(target) - 1)
        elif any(type(part) is Tuple or type(part) is List for part in node.targets):
            node.value = self.helper("seen", [value], value)
        self.block(node.targets)
        return node

    cdef object augmented(self, object node):
        """``t += v`` as ``t = iadd(t, v)``; places are evaluated once and read before v."""
        cdef str op = type(node.op).__name__
        target = node.target
        if type(target) is Name:
            old = at(Name(target.id, LOAD), target)
            value = self.helper("inplace " + op, [old, self.visit(node.value)], node)
            return at(Assign([target], value), node)
        if type(target) is Subscript:
            place = self.helper("place item", [self.visit(target.value), self.key(target.slice)],
                                target)
        else:
            place = self.helper("place attribute", [self.visit(target.value), self.name(target)],
                                target)
        args = [constant("inplace " + op, node), self.visit(node.value)]
        return at(Expr(at(Call(place, args, []), node)), node)
