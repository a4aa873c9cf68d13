import math
import stat
import sys
import textwrap

import numpy as np
import pytest
from nl_reader import NlFile
from scipy import special

import asdopt
import pglib_cases
from asdopt._ops import OPERATORS as TABLE
from asdopt.adapters import nl_file
from asdopt.adapters._nl_operators import OPERATORS


def hs71(x):
    return x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]


def rows(x):
    yield x[0] + 2 * x[1] + 1  # linear, with a constant
    yield x[0] * x[1] * x[2] * x[3]
    yield sum(v * v for v in x)


def make_hs71():
    return asdopt.Problem(
        hs71,
        asdopt.Constraint(rows, [0, 25, 40], [99, np.inf, 40], name="row"),
        x0=[1.0, 5.0, 5.0, 1.0],
        bounds=[(1, 5)] * 4,
    )


def lines(path):
    return path.read_text().splitlines()


def places(names, path):
    """Place in the problem of each name that a .col or .row file lists."""
    return [names.index(line) for line in lines(path) if line in names]


def compare(problem, folder, points):
    """Write, read, and compare values and slacks; the reader checks the head of the file."""
    path = nl_file.write(problem, folder / "model")
    file = NlFile(path)
    columns = places(problem.names, path.with_suffix(".col"))
    rows = places(problem.row_names, path.with_suffix(".row"))
    assert file.bounds == list(zip(problem.lb[columns], problem.ub[columns], strict=True))
    assert list(file.x0.values()) == problem.x0[columns].tolist()
    for x in points:
        f, g = file.values(np.asarray(x)[columns])
        assert f == pytest.approx(problem.objective(x), rel=1e-12, abs=1e-12)
        low, high = np.reshape(file.row_bounds, (-1, 2)).T
        wanted = problem.constraints(x)[rows]
        # Constants of linear rows stand in their bounds: compare what is left to these.
        for sign, found, own in ((1, low, problem.cl[rows]), (-1, high, problem.cu[rows])):
            finite = np.isfinite(own)
            assert np.array_equal(finite, np.isfinite(found))
            slack = sign * (np.array(g) - found), sign * (wanted - own)
            np.testing.assert_allclose(slack[0][finite], slack[1][finite], rtol=1e-11, atol=1e-11)
    return path


def test_a_reader_finds_the_same_functions(tmp_path):
    problem = make_hs71()
    path = compare(problem, tmp_path, [problem.x0, [1.5, 2.5, 3.5, 4.5]])
    head = lines(path)[:10]
    assert head[1].split("\t")[0].split() == ["4", "3", "1", "1", "1"]
    assert head[2].split("\t")[0].split() == ["2", "1"]  # nonlinear rows and objectives
    assert head[4].split("\t")[0].split() == ["4", "4", "4"]
    assert head[7].split("\t")[0].split() == ["10", "4"]
    assert lines(path.with_suffix(".row")) == ["row[1]", "row[2]", "row[0]", "objective"]


@pytest.mark.parametrize("form", ["loop", "vectorized"])
def test_power_flow_reads_the_same(tmp_path, form):
    problem = pglib_cases.acopf(pglib_cases.load("30_ieee"), form=form)
    x = problem.x0 + 0.01 * np.random.default_rng(0).normal(size=problem.n)
    compare(problem, tmp_path, [problem.x0, x])


def test_casadi_reads_the_same(tmp_path):
    casadi = pytest.importorskip("casadi")
    problem = pglib_cases.acopf(pglib_cases.load("14_ieee"))
    path = nl_file.write(problem, tmp_path / "grid")
    builder = casadi.NlpBuilder()
    builder.import_nl(str(path))
    functions = casadi.Function("f", [casadi.vertcat(*builder.x)], [casadi.vertcat(builder.f)])
    columns = places(problem.names, path.with_suffix(".col"))
    assert float(functions(problem.x0[columns])) == pytest.approx(problem.objective(problem.x0))


@pytest.mark.parametrize(
    "row", [row for row in TABLE if row.name in OPERATORS], ids=lambda r: r.name
)
def test_operators_have_their_values(tmp_path, row):
    rng = np.random.default_rng(1)
    ends = np.array([row.domain[k] for k in range(row.arity)])
    points = rng.uniform(ends[:, 0], ends[:, 1], (4, row.arity))
    made = {"power_constant": lambda x, y: x**2.5, "mask": lambda x, y: np.where(x, y, 0.0)}
    spelled = getattr(np, row.numpy[0]) if row.numpy else getattr(special, (*row.special, "erf")[0])
    ufunc = made.get(row.name, spelled)
    ties = [np.ones(2)] if row.arity == 2 else []
    problem = asdopt.Problem(lambda x: 2 * np.multiply(ufunc(*x), 1.0) + x[0], x0=points[0])
    compare(problem, tmp_path, [*points, *ties])


def test_conditions_choose(tmp_path):
    def chosen(x):
        inside = (x[0] > 1) & (x[1] <= 2) | ~(x[0] != 5)
        return np.where(inside, x[0] ** 2, x[1] ** 3) + 2.0 * (x[0] >= x[1])

    problem = asdopt.Problem(chosen, x0=[1.5, 1.0])
    compare(problem, tmp_path, [[1.5, 1.0], [0.5, 1.0], [1.5, 2.5], [5.0, 5.0]])


def test_shared_expressions_are_defined_once_and_long_chains_in_pieces(tmp_path):
    def simulate(x, steps=400):
        y = x[0]
        for _ in range(steps):
            y = y + 0.01 * math.sin(y) * x[1]
        return y

    problem = asdopt.Problem(
        lambda x: simulate(x) ** 2 + x[2],
        asdopt.Constraint(lambda x: [simulate(x) * x[2], simulate(x)], 0, 5),
        x0=[1.0, 0.5, 2.0],
    )
    path = compare(problem, tmp_path, [problem.x0, [0.5, 0.7, 1.0]])
    text = lines(path)
    assert text.count("o41") in (400, 3 * 400)  # by what the functions share
    both, constraints, objective, *_ = map(int, text[9].split("\t")[0].split())
    assert both + constraints + objective == sum(line.startswith("V") for line in text) > 5


def test_parameters_are_numbers_of_now(tmp_path):
    problem = asdopt.Problem(
        lambda x, p: p[0] * x[0] ** 2 + p[1] * x[1],
        asdopt.Constraint(lambda x, p: x[0] + p[0] * x[1], lb=1),
        x0=[1.0, 2.0],
        parameters=[2.0, 3.0],
    )
    problem.parameters = [5.0, 7.0]
    path = compare(problem, tmp_path, [[0.5, 0.25]])
    assert "1 5.0" in lines(path)  # a linear coefficient


def test_names_are_written_in_order(tmp_path):
    problem = asdopt.Problem(lambda x: x[1] ** 2 + x[0], x0=[1.0, 2.0], names=["flow", "level"])
    path = nl_file.write(problem, str(tmp_path / "tank.nl"))
    assert path.name == "tank.nl"
    assert lines(path.with_suffix(".col")) == ["level", "flow"]  # nonlinear ones first


def test_what_no_file_holds_is_refused_with_the_line(tmp_path):
    from scipy.special import erf

    def branching(x):
        return x[0] ** 2 if x[0] > 0 else x[0]

    box = asdopt.external(lambda t: math.exp(t))
    for fun, word in (
        (branching, "np.where"),
        (lambda x: erf(x[0]), "test_nl_file.py"),
        (lambda x: box(x[0]), "black box"),
    ):
        problem = asdopt.Problem(fun, x0=[1.0])
        with pytest.raises(asdopt.UnsupportedOperationError, match=word):
            nl_file.write(problem, tmp_path / "refused")
    assert not (tmp_path / "refused.nl").exists()


def test_numbers_that_no_file_can_hold_are_told(tmp_path):
    constants = asdopt.Problem(
        lambda x, p: x[0] ** 2,
        asdopt.Constraint(lambda x, p: x[0] + p[0], ub=1),
        x0=[1.0],
        parameters=[0.0],
    )
    constants.parameters = [np.inf]
    for problem in (constants, asdopt.Problem(lambda x: x[0] / 5e-324, x0=[0.0])):
        with pytest.raises(asdopt.EvaluationError, match="the number inf"):
            nl_file.write(problem, tmp_path / "infinite")


def test_branches_on_parameters_are_no_branches(tmp_path):
    problem = asdopt.Problem(
        lambda x, p: x[0] ** 2 if p[0] > 0 else x[0] ** 4, x0=[2.0], parameters=[1.0]
    )
    compare(problem, tmp_path, [[3.0]])


SOLVER = """
    #!{python}
    # A solver as AMPL drives them, by CasADi's reader of .nl files and Ipopt.
    import sys, casadi
    stub = sys.argv[1]
    assert sys.argv[2] == "-AMPL"
    options = dict(word.split("=") for word in sys.argv[3:])
    b = casadi.NlpBuilder()
    b.import_nl(stub + ".nl")
    nlp = dict(x=casadi.vertcat(*b.x), f=b.f, g=casadi.vertcat(*b.g))
    numbers = {{k: float(v) for k, v in options.items()}}
    quiet = dict(ipopt=dict(print_level=0, **numbers), print_time=0)
    solver = casadi.nlpsol("s", "ipopt", nlp, quiet)
    r = solver(x0=b.x_init, lbx=b.x_lb, ubx=b.x_ub, lbg=b.g_lb, ubg=b.g_ub)
    ok = solver.stats()["success"]
    duals = (-r["lam_g"]).full().ravel().tolist()
    point = r["x"].full().ravel().tolist()
    out = ["", "Toy solver", "converged" if ok else "lost", "", "Options", 3, 1, 1, 0]
    out += [len(duals), len(duals), len(point), len(point), *duals, *point]
    out += ["objno 0 %d" % (0 if ok else 200)]
    open(stub + ".sol", "w").write("\\n".join(map(str, out)) + "\\n")
"""


@pytest.fixture
def program(tmp_path):
    pytest.importorskip("casadi")
    path = tmp_path / "toysolver"
    path.write_text(textwrap.dedent(SOLVER).strip().format(python=sys.executable))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_program_solves_through_files(program):
    problem = make_hs71()
    wanted = problem.solve(options={"tol": 1e-9})
    found = nl_file.solve(problem, program, {"tol": 1e-9})
    assert found.status == "optimal"
    assert found.success
    assert found.solver == "toysolver"
    assert found.message == "Toy solver converged (code 0)"
    np.testing.assert_allclose(found.x, wanted.x, atol=1e-6)
    np.testing.assert_allclose(found.multipliers["row"], wanted.multipliers["row"], atol=1e-6)
    np.testing.assert_allclose(found.bound_multipliers[0], wanted.bound_multipliers[0], atol=1e-5)
    assert found.optimality < 1e-5
    again = problem.solve(warm_start=found)
    assert again.success
    assert again.nit <= wanted.nit


def test_an_infeasible_problem_is_told(program):
    problem = asdopt.Problem(
        lambda x: x[0] ** 2,
        asdopt.Constraint(lambda x: [x[0], x[0] ** 2], [2, -9], [9, 1]),
        x0=[0.0],
    )
    found = nl_file.solve(problem, program)
    assert found.status == "infeasible"
    assert found.violations


def test_programs_that_fail_are_told(tmp_path):
    problem = make_hs71()
    with pytest.raises(asdopt.MissingDependencyError, match="PATH"):
        nl_file.solve(problem, "no-such-solver-here")
    lazy = tmp_path / "lazy"
    lazy.write_text("#!/bin/sh\necho no license >&2\nexit 3\n")
    lazy.chmod(0o755)
    with pytest.raises(asdopt.InputError, match=r"code 3.*no license"):
        nl_file.solve(problem, str(lazy))
    lazy.write_text("#!/bin/sh\nexec sleep 20\n")
    with pytest.raises(asdopt.InputError, match=r"after 0\.1 s"):
        nl_file.solve(problem, str(lazy), time_limit=0.1)


def test_answers_of_other_problems_and_other_files_are_refused(tmp_path):
    problem = make_hs71()
    path = tmp_path / "answer.sol"
    with pytest.raises(asdopt.InputError, match="cannot be read"):
        nl_file.read(problem, path)
    path.write_text("hello\n")
    with pytest.raises(asdopt.InputError, match="no section Options"):
        nl_file.read(problem, path)
    path.write_text("m\n\nOptions\n3\n1\n1\n0\n0\n0\n2\n2\n1.0\n2.0\nobjno 0 0\n")
    with pytest.raises(asdopt.InputError, match="2 variables, the problem has 4"):
        nl_file.read(problem, tmp_path / "answer")


def test_answers_without_a_point_or_with_a_tolerance_are_read(tmp_path):
    problem = make_hs71()
    path = tmp_path / "answer.sol"
    path.write_text("infeasible\n\nOptions\n3\n1\n1\n0\n3\n0\n4\n0\nobjno 0 220\n")
    found = nl_file.read(problem, path)
    assert found.status == "infeasible"
    assert "no point" in found.message
    assert np.array_equal(found.x, problem.x0)
    path.write_text(
        "done\n\nOptions\n5\n1\n3\n0\n3\n0\n4\n4\n1e-6\n1.0\n2.0\n3.0\n4.0\nobjno 0 0\n"
    )
    assert np.array_equal(nl_file.read(problem, path).x, [1.0, 2.0, 3.0, 4.0])
