"""Write docs/numpy.md from the census: ``python docs/make_numpy_page.py``.

The table of tested calls in tests/helpers/numpy_cases is the only source; a test compares the
page with it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import scipy
import scipy.special
from numpy.testing import overrides

from asdopt._ops import OPERATORS
from asdopt.tracing import (  # noqa: F401  # imported for what they register
    _descriptive,
    _distances,
    _rotations,
    _scipy_control,
    _scipy_linear,
    _scipy_matrices,
    _scipy_signal,
    _scipy_spectral,
    _scipy_systems,
    _scipy_transforms,
)
from asdopt.tracing._distributions import DISTRIBUTIONS
from asdopt.tracing._interpolants import CONSTRUCTORS
from asdopt.tracing._scipy_arrays import FUNCTIONS, OBJECTS_SUFFICE

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "numpy.md"

INTRODUCTION = """\
# NumPy and SciPy functions

A function under trace may call these. Each is checked by the test suite against NumPy or SciPy:
values, shapes, Jacobian, Hessian and sparsity patterns. Others raise
`UnsupportedOperationError` with the name of the function and your file and line, unless their own
Python code can be followed (`histogram` without edges, `setxor1d`, `matrix_rank`); nothing is
approximated or ignored.

- **\u2020** branches on values (an order, a position, an interval): it needs a point `x0`, and the
  comparisons it rests on are guarded, so that another outcome at another point is traced anew.
  **(\u2020)**: some of its forms do.
- Methods of arrays (`x.sum()`, `x.T`, `x.reshape(...)`) work like the functions of the same name.
- Products with constant matrices, dense or `scipy.sparse` (`A @ x`, `x @ A`, `A.dot(x)`), keep
  their linear structure. Sparse matrices may be made of traced entries (`coo_matrix`, `csr_array`,
  `csc_array`, `diags`; `lil_matrix` and `dok_array` are filled entry by entry), multiplied
  (`B.T @ diags(k) @ B`, `x[0] * A`, `A.multiply(x)`), added, transposed, indexed and joined
  (`bmat`, `hstack`, `vstack`, `block_diag`, `kron`); other operations on them are refused.
- Shape, index and join functions record nothing at all.
- Complex numbers may be used inside: `1j * x`, `np.zeros(n, dtype=complex)`, complex data, `cmath`,
  `+ - * / ** @`, elementary functions, sums, joins and products, `np.fft.fft` and its kin. Inputs
  and results are real: take `abs`, `np.angle`, `.real`, `.imag` of what is complex.
- `np.matrix`, subclasses of ndarray and objects with `__array__` stay what they are; structured
  arrays hold traced values in their fields of float64.
- Dictionaries may keep results by `tuple(x)` or `x.tobytes()`.
- Double precision only: `float32` and other types are refused.
"""


def versions() -> str:
    """NumPy and SciPy whose names the page lists."""
    numpy, scipy_ = (".".join(v.split(".")[:2]) for v in (np.__version__, scipy.__version__))
    return f"NumPy {numpy} and SciPy {scipy_}"


def public_functions() -> dict[str, Any]:
    """NumPy's functions that follow the array function protocol, by name below ``numpy``."""
    found = {}
    for function in overrides.get_overridable_numpy_array_functions():
        module = function.__module__.removeprefix("numpy").removeprefix(".")
        found[f"{module}.{function.__name__}".removeprefix(".")] = function
    return found


def ufuncs_of(module: ModuleType) -> set[str]:
    return {n for n in dir(module) if isinstance(getattr(module, n), np.ufunc)}


def mark(cases: list[Any]) -> str:
    points = [case.point for case in cases]
    return "\u2020" if all(points) else " (\u2020)" if any(points) else ""


def section(title: str, supported: dict[str, str], refused: Iterable[str]) -> list[str]:
    refused = sorted(refused)
    lines = [f"## {title}", "", f"{len(supported)} supported, {len(refused)} refused.", ""]
    if supported:
        lines += [", ".join(f"`{name}`{supported[name]}" for name in sorted(supported)) + ".", ""]
    if refused:
        lines += ["Refused: " + ", ".join(f"`{name}`" for name in refused) + ".", ""]
    return lines


def scipy_section() -> list[str]:
    """Other packages of SciPy; tests/tracing/test_scipy.py holds the calls that are checked."""
    lines = [
        "## Other packages of `scipy`",
        "",
        "Functions with traced arguments; with constants alone every function works. Of ufuncs of "
        "`scipy.special` with parameters, the last argument may be traced, of incomplete gamma and "
        "beta functions, `stdtr`, their inverses and `voigt_profile` all of them.",
        "",
    ]
    for package in sorted(FUNCTIONS.keys() | OBJECTS_SUFFICE.keys()):
        names = FUNCTIONS.get(package, {}).keys() | OBJECTS_SUFFICE.get(package, frozenset())
        lines.append(f"- `{package}`: " + ", ".join(f"`{name}`" for name in sorted(names)) + ".")
    return [
        *lines,
        "- `scipy.interpolate`: splines and `PPoly` of constant data, `interp1d`, "
        "`UnivariateSpline`, bivariate splines, `RegularGridInterpolator` (linear) are called "
        "with traced points; "
        + ", ".join(f"`{name}`" for name in sorted(CONSTRUCTORS))
        + " may go through traced values at constant places; linear tables and surfaces also at "
        "traced ones.",
        "- `scipy.stats`: `pdf`, `logpdf`, `cdf` and the like of "
        + ", ".join(f"`{name}`" for name in sorted(DISTRIBUTIONS))
        + ", `multivariate_normal`, `multinomial`, `dirichlet`; also `statistics.NormalDist`.",
        "- `scipy.sparse.linalg`: `splu(A).solve(x)` of a constant matrix. Iterative solvers "
        "(`cg`, `gmres`, ...) give the solution that they approach.",
        "- `scipy.ndimage`: `map_coordinates`, `shift`, `affine_transform` and `rotate` also read "
        "images of numbers at traced places.",
        "- Eigenvalues of symmetric matrices and singular values: up to 300 rows and columns; "
        "eigenvectors, singular vectors and eigenvalues of other matrices: up to 48.",
        "- Everything else of `scipy.stats`, `scipy.signal`, `scipy.linalg`, `scipy.ndimage`, "
        "`scipy.spatial` and `scipy.special` that is Python code is followed through that code: "
        "tests and fits (`ttest_ind`, `wasserstein_distance`, `binned_statistic`, `norm.fit`), "
        "`gaussian_kde`, other distributions and yours (`rv_continuous`), `expect`, `entropy` and "
        "`interval` of all, systems as objects (`TransferFunction`, `lti`, `dlsim`), spectra "
        "(`welch`, `periodogram`, `stft`). Its values are compared with SciPy's own; where the "
        "code reaches compiled functions without a rule, the call is refused.",
        "- `numpy.random`: `normal`, `uniform`, `exponential` and others of a generator that is "
        "made with a seed inside of the function, with traced location and scale.",
        "",
        "## Solvers inside of functions",
        "",
        "Their functions may read traced values, and so may limits, starts, times and brackets:",
        "",
        "- `scipy.integrate`: `solve_ivp` with RK45, RK23 and DOP853 takes SciPy's steps; "
        "LSODA, BDF and Radau, and `odeint` where the problem is stiff, are solved to 1e-10 with "
        "their sensitivity equations, at `t_eval`, at the times of SciPy's own steps, or between "
        "(`dense_output`); right-hand sides that branch are refused there. `quad`, `dblquad`, "
        "`tplquad`, `nquad` and `quad_vec` of smooth integrands; corners and jumps inside of the "
        "interval are refused.",
        "  Where a right-hand side branches or jumps, as with controls that are constant for a "
        "while, its steps count as fixed in derivatives.",
        "  Events (`events=`, `terminal`, `direction`) of the explicit methods have times and "
        "states with derivatives.",
        "- `scipy.optimize`: roots by `brentq`, `brenth`, `bisect`, `ridder`, `toms748`, `newton`, "
        "`root_scalar`, `fsolve`, `root` and `fixed_point` have derivatives by the implicit "
        "function theorem.",
        "- `scipy.optimize`: minima by `minimize`, `minimize_scalar`, `least_squares`, `leastsq`, "
        "`curve_fit`, `fmin` and its kin, `brent`, `golden` and `fminbound`, where the gradient is "
        "zero and the second derivatives are regular: not at active bounds or under constraints. "
        "Newton steps make them exact, beyond the tolerance of the method; second derivatives are "
        "good to about 1e-8. Covariances and other approximations they return are refused.",
        "",
        "Global searches (`differential_evolution`, `basinhopping` and others) are refused.",
        "",
    ]


def page() -> str:
    """The whole page."""
    sys.path.insert(0, str(ROOT / "tests" / "helpers"))
    cases = importlib.import_module("numpy_cases")
    functions = public_functions()
    marks = {name: mark(list_of) for name, list_of in cases.CASES.items()}
    lines = [INTRODUCTION, f"Names as of {versions()}.", ""]

    def group(prefix: str) -> tuple[dict[str, str], set[str]]:
        def inside(name: str) -> bool:
            return name.startswith(prefix) if prefix else "." not in name

        names = {n for n in functions if inside(n)}
        return {n: marks[n] for n in names if n in marks}, names - set(marks)

    lines += section("Functions of `numpy`", *group(""))
    lines += section("Functions of `numpy.linalg`", *group("linalg."))
    lines += section("Functions of `numpy.fft`", *group("fft."))
    others, refused = group("lib.")
    lines += section("Functions of `numpy.lib`", others, refused)
    by_table = {name for row in OPERATORS for name in row.numpy}
    # Some have two names: abs is absolute.
    every = {n for n in ufuncs_of(np) if n != "isnat"}
    known = {n for n in every if getattr(np, n).__name__ in by_table | set(marks)}
    lines += section("Ufuncs of `numpy`", dict.fromkeys(known, ""), every - known)
    lines += [
        "Of a ufunc also the methods `reduce`, `accumulate`, `outer`, `reduceat` and `at`, and the "
        "arguments `out=`, `where=`, `axis=`, `keepdims=` and `initial=`.",
        "",
    ]
    by_table = {name for row in OPERATORS for name in row.special}
    every = ufuncs_of(scipy.special)
    known = by_table | set(cases.SPECIAL_CASES)
    lines += section("Ufuncs of `scipy.special`", dict.fromkeys(known, ""), every - known)
    names = ", ".join(f"`{name}`" for name in sorted(cases.SPECIAL_FUNCTIONS))
    lines += [f"Also, where calls are hooked, the functions {names}.", ""]
    lines += scipy_section()
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
    print(f"wrote {PAGE}")
