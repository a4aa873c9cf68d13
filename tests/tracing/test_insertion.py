"""Hooks inserted into instructions: same results, same places, every callee asked."""

from __future__ import annotations

import ast
import asyncio
import dataclasses
import dis
import importlib
import itertools
import math
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from asdopt.tracing._insertion import IS_KNOWN, insert_hooks

if not IS_KNOWN:
    pytest.skip("the instructions of this version are not known", allow_module_level=True)

MODULES = (
    "asyncio.tasks contextlib dataclasses enum functools heapq json.encoder logging pathlib "
    "shutil typing warnings"
).split()


class Recorder:
    """A hook that notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def note(self, callee: Any) -> Any:
        self.asked.append(getattr(callee, "__name__", type(callee).__name__))
        return callee

    def __getitem__(self, callee: Any) -> Any:
        return self.note(callee)

    def hooked(self, code: CodeType) -> tuple[CodeType, bool]:
        def same(a: Any, b: Any) -> bool:
            self.asked.append("is")
            return a is b

        helpers = (
            lambda x, callee: self.note(callee)(x),
            lambda x, y, callee: self.note(callee)(x, y),
            same,
            lambda a, b: not same(a, b),
            self,
        )
        return insert_hooks(code, helpers)


def nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from nested(constant)


def places(code: CodeType) -> list[Any]:
    """Places of the instructions, each once."""
    found = [i.positions for i in dis.get_instructions(code)]
    return [place for place, _ in itertools.groupby(found)]


@pytest.mark.parametrize("name", MODULES)
def test_places_and_handlers_stay(name: str) -> None:
    """Of code of every kind; the instructions between are what they were."""
    file = importlib.import_module(name).__file__
    assert file is not None
    code = compile(Path(file).read_bytes(), file, "exec", dont_inherit=True)
    made, _ = Recorder().hooked(code)
    for old, new in zip(nested(code), nested(made), strict=True):
        assert places(old) == places(new)
        before, after = (dis._parse_exception_table(c) for c in (old, new))  # type: ignore[attr-defined]
        assert [(e.depth, e.lasti) for e in before] == [(e.depth, e.lasti) for e in after]
        assert (old.co_names, old.co_varnames, old.co_freevars, old.co_flags) == (
            new.co_names,
            new.co_varnames,
            new.co_freevars,
            new.co_flags,
        )


def plain(x: float) -> float:
    return 2.0 * x


class Point:
    def __init__(self, x: float, *, y: float = 0.0) -> None:
        self.x, self.y = x, y

    def norm(self, scale: float = 1.0) -> float:
        return scale * math.hypot(self.x, self.y)

    def __enter__(self) -> Point:
        return self

    def __exit__(self, *_: object) -> bool:
        return True


class Child(Point):
    def __init__(self, x: float) -> None:
        super().__init__(x, y=3.0)

    def norm(self, scale: float = 1.0) -> float:
        return super().norm(scale) + super().norm()


# Body of a function of x, and what it asks for, in order.
PROGRAMS: list[tuple[str, str]] = [
    ("return plain(x)", "plain"),
    ("return math.sin(x) + math.atan2(x, 2.0)", "sin atan2"),
    ("f = math.exp\n    return f(x)", "exp"),
    ("exp = math.exp\n    return exp(x)", "exp"),
    ("return Point(x, y=plain(x)).norm(scale=3.0)", "plain Point norm"),
    ("return Child(x).norm(2.0)", "Child norm"),
    ("args, more = (x,), {'y': 1.0}\n    return Point(*args, **more).norm(*[2.0])", "Point norm"),
    ("table = {'a': [plain]}\n    return table['a'][0](x)", "plain"),
    ("return (plain if x > 1 else abs)(x)", "plain"),
    ("return plain(x if x > 2 else plain(x))", "plain plain"),
    ("return max(x, 1) if x is not None else min(x, 0)", "max"),
    ("return [plain(v) for v in (x, 1.0) if v]", "plain plain"),
    ("return sum(plain(v) for v in range(3))", "range sum plain plain plain"),
    ("return {v: abs(v) for v in range(2)}, {abs(v) for v in (1,)}", "range abs abs abs"),
    ("return (lambda v: plain(v))(x)", "<lambda> plain"),
    ("def inner(v):\n        return plain(v) + x\n    return inner(x)", "inner plain"),
    ("@same\n    @same\n    def inner(v):\n        return v\n    return inner(x)",
     "same same inner"),
    ("@same\n    class Inner(Point):\n        w = plain(x)\n    return Inner(x).norm() + Inner.w",
     "plain same Inner norm"),
    ("with Point(x) as p:\n        return p.norm()", "Point norm"),
    ("with Point(x), Point(x):\n        plain(0)\n        raise KeyError(x)\n    return 1",
     "Point Point plain KeyError"),
    ("try:\n        return {}[x]\n    except KeyError as e:\n        return plain(e.args[0])",
     "plain"),
    ("try:\n        return plain(x)\n    finally:\n        plain(1)", "plain plain"),
    ("for v in range(3):\n        if v == 2:\n            break\n    else:\n        return plain(v)"
     "\n    return abs(-v)", "range abs"),
    ("k = 0\n    while k < 3:\n        k += 1\n        if plain(k) > 4:\n            continue\n"
     "    return k", "plain plain plain"),
    ("assert plain(x) > 0, str(x)\n    return x", "plain"),
    ("try:\n        assert plain(x) < 0, str(x)\n    except AssertionError as e:\n"
     "        return str(e)", "plain str str"),
    ("return x is plain, x is not plain, x is None", "is is"),
    ("match Point(x):\n        case Point(x=v, y=0.0) if plain(v):\n            return abs(v)\n"
     "        case _:\n            return 0", "Point plain abs"),
    ("return f'{plain(x):.{len(str(3))}f}{x!r}'", "plain str len"),
    ("return sorted([x, 1.0], key=lambda v: -plain(v))", "sorted plain plain"),
    ("return list(gen(x))", "gen list"),
    ("a = [*map(plain, (x, 1))]\n    a.append(abs(x))\n    return a", "map abs append"),
    ("return print if x else plain", ""),
    ("y = (n := abs(x)) + n\n    return y", "abs"),
    ("return asyncio.run(coroutine(x))", "coroutine run"),
    ("import math as m\n    from math import sin\n    return m.cos(x) + sin(x)", "cos sin"),
    ("return locals()['x'] + vars()['x'] + len(dir())", "locals vars dir len"),
    ("global made\n    made = plain(x)\n    del made\n    return x", "plain"),
    ("x = [x]\n    x[plain(0) and 1 or 0] += plain(2)\n    return x", "plain plain"),
    ("return all(plain(v) for v in (1, 2)), any(abs(v) for v in ()), tuple(v for v in (x, 1))",
     "all plain plain any tuple"),
    ("async def loop():\n        return [plain(v) async for v in several(x)] if x else 0\n"
     "    async def again():\n        async for v in several(x):\n            abs(v)\n"
     "        return await loop()\n    return asyncio.run(again())",
     "again run several abs abs loop several plain plain"),
    ("return plain(\n        abs(\n            x))", "abs plain"),
]  # fmt: skip


def same(value: Any) -> Any:
    return value


def gen(x: float) -> Iterator[float]:
    yield x
    yield from (x, x)


async def coroutine(x: float) -> float:
    await asyncio.sleep(0)
    return x


async def several(x: float) -> AsyncIterator[float]:
    yield x
    await asyncio.sleep(0)
    yield 2.0 * x


def function_of(body: str) -> Any:
    names: dict[str, Any] = {**globals()}
    exec(f"def function(x):\n    {body}\n", names)
    return names["function"]


def with_code(function: Any, code: CodeType) -> Callable[..., Any]:
    return type(function)(code, function.__globals__, closure=function.__closure__)


@pytest.mark.parametrize(("body", "asked"), PROGRAMS, ids=range(len(PROGRAMS)))
def test_every_callee_is_asked_and_nothing_else_differs(body: str, asked: str) -> None:
    function = function_of(body)
    recorder = Recorder()
    code, _ = recorder.hooked(function.__code__)
    hooked = with_code(function, code)
    for x in (1.5, 2.5, 0.5):
        expected = function(x)
        recorder.asked.clear()
        found = hooked(x)
        assert repr(found) == repr(expected)
        if x == 1.5:
            assert recorder.asked == asked.split()


@pytest.mark.parametrize(
    ("body", "catches"),
    [
        ("return plain(x)", False),
        ("return [v for v in (x,)]", False),
        ("yield x", False),
        ("with x:\n        return 1", True),
        ("try:\n        return x\n    except KeyError:\n        return 1", True),
        (
            "def inner():\n        try:\n            return x\n        except:\n            pass",
            True,
        ),
    ],
)
def test_handlers_are_seen(body: str, catches: bool) -> None:
    assert Recorder().hooked(function_of(body).__code__)[1] == catches


def test_errors_name_the_same_places() -> None:
    """Line and columns of each step of a traceback."""
    function = function_of("y = [x,\n         plain(abs(\n             'a'))]\n    return y")
    code, _ = Recorder().hooked(function.__code__)
    seen = []
    for each in (function, with_code(function, code)):
        with pytest.raises(TypeError) as caught:
            each(1.0)
        frame = traceback.extract_tb(caught.value.__traceback__)[1]
        seen.append((frame.lineno, frame.end_lineno, frame.colno, frame.end_colno, frame.name))
    assert seen[0] == seen[1]
    assert seen[0][0] == 3


def test_long_functions_with_far_jumps() -> None:
    """Arguments and jumps that need prefixes, which the hooks make longer."""
    lines = ["total = 0.0", "for k in range(3):"]
    lines += [
        f"    if k == {k % 3}: total += plain({k}.25) + v{k} if x else abs(x)" for k in range(400)
    ]
    lines += ["    if total > 1e9: break", "else:", "    total += 1", "return total, plain(total)"]
    body = "\n    ".join([f"v{k} = {k}.5" for k in range(400)] + lines)
    function = function_of(body)
    code, _ = Recorder().hooked(function.__code__)
    assert with_code(function, code)(1.0) == function(1.0)
    assert places(code) == places(function.__code__)


def test_calls_with_many_arguments() -> None:
    numbers = ", ".join(map(str, range(300)))
    for call in (f"max({numbers})", f"sum([{numbers}])", f"plain({'(' * 40}x{')' * 40})"):
        function = function_of(f"return {call}")
        code, _ = Recorder().hooked(function.__code__)
        assert with_code(function, code)(1.0) == function(1.0)


def test_code_after_it_ran_often_is_the_same() -> None:
    """Specialized instructions are taken as they were written."""
    function = function_of("return sum([plain(v) for v in range(3)])")
    first, _ = Recorder().hooked(function.__code__)
    for _ in range(1000):
        function(1.0)
    again, _ = Recorder().hooked(function.__code__)
    assert first.co_code == again.co_code


def test_instructions_that_no_compiler_made_are_refused() -> None:
    code = function_of("return plain(x)").__code__
    pop = bytes([dis.opmap["POP_TOP"], 0])
    with pytest.raises(ValueError, match="stack"):
        Recorder().hooked(code.replace(co_code=pop * 3 + code.co_code))
    with pytest.raises(ValueError, match="end"):
        Recorder().hooked(code.replace(co_code=code.co_code[:2]))
    names = {"SWAP", "COPY", "BEFORE_WITH", "LOAD_SPECIAL", "MAKE_FUNCTION", "CALL"}
    for name in names & dis.opmap.keys():
        with pytest.raises(ValueError, match=r"stack|function|callee"):
            Recorder().hooked(code.replace(co_code=bytes([dis.opmap[name], 2]) + code.co_code))


def test_whole_modules_run_hooked() -> None:
    """A library computes the same; it is made of everything that Python has."""
    for module in (dataclasses, ast):
        assert module.__file__ is not None
        names: dict[str, Any] = {"__name__": module.__name__, "__file__": module.__file__}
        code, _ = Recorder().hooked(
            compile(Path(module.__file__).read_bytes(), module.__file__, "exec", dont_inherit=True)
        )
        exec(code, names)
        if module is ast:
            text = Path(module.__file__).read_text()
            assert names["unparse"](ast.parse(text)) == ast.unparse(ast.parse(text))
        if module is dataclasses:
            made = names["make_dataclass"]("Made", [("a", int), ("b", float, 2.0)], order=True)
            assert repr(made(1)) == "Made(a=1, b=2.0)"
            assert made(1) < made(2)
