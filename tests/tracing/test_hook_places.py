"""Where user code comes from, and what hooking it must leave alone."""

from __future__ import annotations

import concurrent.futures
import doctest
import functools
import linecache
import math
import pickle
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import modules
import numpy as np
import pytest

import asdopt
from asdopt.tracing import _convert
from asdopt.tracing._convert import convert

X = np.array([0.9, 0.3, 1.4, 0.7])
SOURCE = """\
import math
import numpy as np

def helper(v):
    return math.sin(v) * 2

def model(x):
    out = np.zeros(2)
    out[0] = helper(x[0])
    out[1] = math.exp(x[1])
    return out
"""


def expected(x: np.ndarray) -> list[float]:
    """Jacobian of SOURCE's model, nonzeros."""
    return [2 * math.cos(x[0]), math.exp(x[1])]


@pytest.fixture(params=["instructions", "source"], autouse=True)
def origin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hook instructions, and what is done where these are not known: compile the source."""
    monkeypatch.setattr(_convert, "_converted", {})
    if request.param == "source":
        monkeypatch.setattr(_convert, "IS_KNOWN", False)


@pytest.fixture
def user_module(tmp_path: Path) -> Iterator[ModuleType]:
    """A module written to a file of its own."""
    yield load(tmp_path / "user_model.py", SOURCE)
    sys.modules.pop("user_model", None)


def load(path: Path, source: str) -> ModuleType:
    """Write and import a module."""
    path.write_text(source)
    return modules.load(path)


def values(fun: Any, x: np.ndarray = X) -> list[float]:
    """Nonzero values of a Jacobian."""
    return list(asdopt.jacobian(fun, x).data)


def test_module_in_a_file(user_module: ModuleType) -> None:
    np.testing.assert_allclose(values(user_module.model), expected(X))


def test_variable_named_as_an_imported_module(tmp_path: Path) -> None:
    """The compiler treats calls of such a name as those of the module; the source is still ours."""
    text = (
        "import numpy as np\n\n"
        "def make(np):\n    def model(x):\n        return np.sin(x[:2])\n    return model\n\n"
        "def local(x):\n    import numpy as np\n    return np.sin(x[:2])\n"
    )
    module = load(tmp_path / "user_names.py", text)
    for fun in (module.make(np), module.local):
        np.testing.assert_allclose(values(fun), np.cos(X[:2]))
        assert convert(fun.__code__, fun.__globals__, 0) is not None
    sys.modules.pop("user_names")


def test_edited_file_is_not_believed(tmp_path: Path) -> None:
    """The running code counts: source that does not compile to it is not used."""
    path = tmp_path / "edited.py"
    module = load(path, SOURCE)
    path.write_text(SOURCE.replace("* 2", "* 700").replace("math.exp", "math.sin"))
    np.testing.assert_allclose(values(module.model), expected(X))


def test_file_that_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "gone.py"
    module = load(path, SOURCE)
    path.unlink()
    linecache.clearcache()
    np.testing.assert_allclose(values(module.model), expected(X))


def test_code_exchanged_in_place(user_module: ModuleType) -> None:
    """As autoreload does it: between two traces a function gets another code."""
    before = values(user_module.model)
    space: dict[str, Any] = {}
    exec("def helper(v):\n    return math.sin(v) * 3", {"math": math}, space)
    user_module.helper.__code__ = space["helper"].__code__
    np.testing.assert_allclose(values(user_module.model), [before[0] * 1.5, before[1]])


def test_global_rebound_between_traces(user_module: ModuleType) -> None:
    values(user_module.model)
    user_module.helper = math.cos  # type: ignore[attr-defined]
    np.testing.assert_allclose(values(user_module.model)[0], -math.sin(X[0]))


def test_notebook_cell() -> None:
    """IPython enters the source of a cell into linecache."""
    name = "<ipython-input-7-0123456789ab>"
    linecache.cache[name] = (len(SOURCE), None, SOURCE.splitlines(keepends=True), name)
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(SOURCE, name, "exec"), space)
    np.testing.assert_allclose(values(space["model"]), expected(X))


def test_text_without_source() -> None:
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(SOURCE, space)
    np.testing.assert_allclose(values(space["model"]), expected(X))


def test_method_of_a_local_object_without_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of unknown instructions those of local variables are not hooked: refused, not wrong."""
    space: dict[str, Any] = {}
    exec(
        "import math\nclass A:\n    def f(self, v):\n        return math.sin(v)\n"
        "def g(a, v):\n    return a.f(v)\n",
        space,
    )
    if _convert.IS_KNOWN:
        found = values(lambda x: space["g"](space["A"](), x[0]))
        np.testing.assert_allclose(found, [math.cos(X[0])])
    monkeypatch.setattr(_convert, "IS_KNOWN", False)
    monkeypatch.setattr(_convert, "_converted", {})
    with pytest.raises(asdopt.TracingError, match="<string>"):
        values(lambda x: space["g"](space["A"](), x[0]))


def test_namespace_passes_stored_globals_on() -> None:
    space: dict[str, Any] = {}
    exec(
        "import math\nN = 0\ndef f(x):\n    global N\n    N += 1\n"
        "    M = globals()['N']\n    return math.sin(x[0]) * N * M",
        space,
    )
    np.testing.assert_allclose(values(space["f"]), [math.cos(X[0])])
    assert space["N"] == 1
    assert set(space) == {"__builtins__", "math", "N", "f"}


def test_doctest_example() -> None:
    text = """
    >>> import math, asdopt
    >>> def f(x):
    ...     return math.sin(x[0]) + sum(math.cos(v) for v in x[1:])
    >>> asdopt.jacobian(f, [0.0, 0.0]).toarray()
    array([[1., 0.]])
    """
    test = doctest.DocTestParser().get_doctest(text, {}, "example", None, 0)
    assert doctest.DocTestRunner().run(test).failed == 0


PROGRAM = """\
import math, asdopt
class A:
    def __init__(self, k): self.k = k
    def f(self, v): return math.sin(v) * self.k
a = A(3.0)
def f(x): return a.f(x[0]) + math.exp(x[1])

print(asdopt.jacobian(f, [0.0, 0.0]).toarray().tolist())
"""


@pytest.mark.parametrize("how", ["-c", "file", "stdin"])
def test_main_program(how: str, tmp_path: Path) -> None:
    """A method needs its source; text given to -c and stdin has none and says so."""
    source = PROGRAM if how == "file" else PROGRAM.replace("a.f(x[0])", "3 * math.sin(x[0])")
    (tmp_path / "main.py").write_text(source)
    arguments = {"-c": ["-c", source], "file": [str(tmp_path / "main.py")], "stdin": ["-"]}[how]
    done = subprocess.run(
        [sys.executable, *arguments],
        input=source if how == "stdin" else None,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[[3.0, 1.0]]", done.stderr


def test_traceback_has_the_lines_of_the_user(user_module: ModuleType) -> None:
    def fails(x: Any) -> Any:
        y = math.sin(x[0])
        return [y, user_module.helper(None)]  # this line

    with pytest.raises(TypeError) as caught:
        values(fails)
    frames = traceback.extract_tb(caught.value.__traceback__)
    lines = [f.line for f in frames if f.name in {"fails", "helper"}]
    assert lines[-2:] == [
        "return [y, user_module.helper(None)]  # this line",
        "return math.sin(v) * 2",
    ]
    last = [f for f in frames if f.name == "helper"][-1]
    assert (last.colno, last.end_colno) == (11, 22)


def test_threads_trace_apart(user_module: ModuleType) -> None:
    """Two threads trace, two run the same functions on floats; each gets its own."""
    barrier = threading.Barrier(4)
    plain = user_module.model(X.copy())

    def trace(k: int) -> bool:
        barrier.wait(timeout=30)
        x = X + 0.01 * k
        return all(np.allclose(values(user_module.model, x), expected(x)) for _ in range(30))

    def run(_: int) -> bool:
        barrier.wait(timeout=30)
        results = [user_module.model(X.copy()) for _ in range(300)]
        return all(type(r) is np.ndarray and np.array_equal(r, plain) for r in results)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(f, k) for k, f in enumerate((trace, run, trace, run))]
        assert all(job.result() for job in jobs)


def test_nothing_of_the_user_is_changed(user_module: ModuleType) -> None:
    before = {name: id(value) for name, value in vars(user_module).items()}
    code, cells = user_module.helper.__code__, user_module.model.__code__
    modules = [(m, dict(vars(m))) for m in (math, np, sys.modules["builtins"])]
    values(user_module.model)
    assert {name: id(value) for name, value in vars(user_module).items()} == before
    assert user_module.helper.__code__ is code
    assert user_module.model.__code__ is cells
    assert all(dict(vars(m)) == kept for m, kept in modules)
    assert pickle.loads(pickle.dumps(user_module.model)) is user_module.model


def test_function_made_in_a_trace_is_plain_afterwards() -> None:
    kept: list[Any] = []

    def model(x: Any) -> Any:
        def inner(v: Any) -> Any:
            out = np.zeros(1)
            out[0] = math.sin(v)
            return out

        kept.append(inner)
        return inner(x[0])

    values(model)
    result = kept[0](0.5)
    assert type(result) is np.ndarray
    assert result[0] == math.sin(0.5)


def test_value_left_behind_raises() -> None:
    """It belongs to a trace that has ended; in plain code it is a number."""
    kept: list[Any] = []

    def model(x: Any) -> Any:
        kept.append(math.sin(x[0]))
        return kept[0] * 2

    values(model)
    assert kept[0] + 1 == math.sin(X[0]) + 1
    with pytest.raises(asdopt.TracingError, match="left behind"):
        values(model, X + 1)


def test_trace_inside_of_a_trace() -> None:
    """The inner one has a tape of its own."""

    def outer(x: Any) -> Any:
        inner = asdopt.jacobian(lambda y: math.sin(y[0]) * math.exp(y[1]), [0.1, 0.2])
        return math.cos(x[0]) * inner.toarray()[0, 0]

    k = math.cos(0.1) * math.exp(0.2)
    np.testing.assert_allclose(values(outer), [-math.sin(X[0]) * k])


def test_cached_function_keeps_its_own_cache() -> None:
    @functools.lru_cache
    def power(n: int, v: Any) -> Any:
        return 1.0 if n == 0 else power(n - 1, v) * v

    power(3, 2.0)
    info = power.cache_info()
    np.testing.assert_allclose(values(lambda x: power(90, x[0])), [90 * X[0] ** 89])
    assert power.cache_info() == info


def test_under_a_trace_function(user_module: ModuleType) -> None:
    """Debuggers and coverage see the user's lines."""
    seen = set()

    def note(frame: Any, event: str, arg: Any) -> Any:
        if frame.f_code.co_filename == user_module.__file__ and event == "line":
            seen.add(frame.f_lineno)
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        found = values(user_module.model)
    finally:
        sys.settrace(before)
    np.testing.assert_allclose(found, expected(X))
    assert {5, 8, 9, 10, 11} <= seen


def test_deep_recursion() -> None:
    """A hooked call of a Python function takes no stack of C."""

    def deep(n: int, v: Any) -> Any:
        return math.sin(v) if n == 0 else deep(n - 1, v) + 1

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(60_000)
    try:
        np.testing.assert_allclose(values(lambda x: deep(50_000, x[0])), [math.cos(X[0])])
    finally:
        sys.setrecursionlimit(limit)


def test_asserts_rewritten_by_pytest() -> None:
    """This very file is such a one: the code that runs is not what the source compiles to."""

    def model(x: Any) -> Any:
        assert len(x) == 4
        return math.sin(x[0]) * math.exp(x[1])

    np.testing.assert_allclose(
        values(model),
        [math.cos(X[0]) * math.exp(X[1]), math.sin(X[0]) * math.exp(X[1])],
    )


def test_warnings_of_the_source_are_not_repeated(tmp_path: Path) -> None:
    """They are errors here, and were shown when the module was compiled."""
    text = 'import math\ndef f(x):\n    "\\d"\n    return math.sin(x[0]) * (x is not 3)\n'
    with pytest.warns((SyntaxWarning, DeprecationWarning)):
        module = load(tmp_path / "warned.py", text)
    np.testing.assert_allclose(values(module.f), [math.cos(X[0])])


def test_tabs_and_odd_layouts(tmp_path: Path) -> None:
    text = (
        "import math\n"
        "class A:\n"
        "\tclass B:\n"
        "\t\t@staticmethod\n"
        "\t\tdef f(v):\n"
        "\t\t\treturn math.sin(v)\n"
        "if True:\n"
        "  def g(v): return (math.cos(\n"
        "v\n"
        "   ))\n"
        "def make(k):\n"
        " def h(v): return math.exp(v) * k; \n"
        " return h\n"
        "h = make(2.0)\n"
        "def model(x): return [A.B.f(x[0]), g(x[1]), h(x[2]), (lambda\n"
        "    v: math.tan(v))(x[3])]"
    )
    module = load(tmp_path / "odd.py", text)
    x = X
    np.testing.assert_allclose(
        values(module.model),
        [math.cos(x[0]), -math.sin(x[1]), 2 * math.exp(x[2]), 1 / math.cos(x[3]) ** 2],
    )


def test_installed_package_is_followed_on_demand() -> None:
    """Otherwise what it does with a traced value is refused with the user's line."""
    import sched

    from asdopt import extend
    from asdopt.tracing import _location

    assert not _location.is_user_file(str(sched.__file__))
    extend.follow("sched")
    try:
        assert _location.is_user_file(str(sched.__file__))
    finally:
        _location._followed.clear()
        _location.is_user_file.cache_clear()
    with pytest.raises(asdopt.InputError, match="no_such_package"):
        extend.follow("no_such_package")
    with pytest.raises(asdopt.InputError, match="'math'"):
        extend.follow("math")


def test_refusal_that_the_user_catches_is_raised_in_the_end() -> None:
    """The branch taken instead would silently miss a dependence."""

    def model(x: Any) -> Any:
        try:
            return {x[0]: 1.0}[x[0]]
        except TypeError:
            return 0.0

    with pytest.raises(asdopt.TracingError, match="used as a key"):
        values(model)


def test_guards_of_a_failed_attempt_are_forgotten() -> None:
    """The first attempt decides x[0] > 0 and is refused in __add__; the second counts."""

    class Sine:
        def __add__(self, v: Any) -> Any:
            return math.sin(v)

    def model(x: Any) -> Any:
        return (Sine() + x[0]) if x[0] > 0 else x[1]

    problem = asdopt.Problem(None, asdopt.Constraint(model, -np.inf, np.inf), x0=X)
    assert len(problem.evaluator.trace.guard_nodes) == 1
    np.testing.assert_allclose(problem.constraints(-X), [-X[1]])
