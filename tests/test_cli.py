"""The command: JSON, tables, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

pytest.importorskip("rich")
pytest.importorskip("typer")
from typer.testing import CliRunner, Result

import asdopt
from asdopt.cli import main, make_app

KEYS = """case form n m nnz_jacobian nnz_hessian objective baseline_objective relative_gap status
    success iterations trace_seconds prepare_seconds solve_seconds""".split()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(make_app(), list(arguments))


def run_json(*arguments: str) -> dict[str, Any]:
    result = run("acopf", *arguments, "--json")
    found: dict[str, Any] = json.loads(result.stdout, parse_constant=lambda name: 1 / 0)
    return found


@pytest.mark.parametrize("form", ["loop", "vectorized"])
def test_json_holds_the_solved_case(form: str) -> None:
    pytest.importorskip("cyipopt")
    found = run_json("14_ieee", "--form", form)
    assert set(KEYS) <= set(found)
    assert (found["case"], found["form"]) == ("14_ieee", form)
    assert (found["n"], found["m"]) == (118, 169)
    assert found["success"] is True
    assert found["status"] == "optimal"
    assert found["objective"] == pytest.approx(2178.08, abs=0.01)
    assert found["baseline_objective"] == 2178.1
    assert abs(found["relative_gap"]) < 1e-4
    assert all(found[f"{stage}_seconds"] > 0 for stage in ("trace", "prepare", "solve"))


@pytest.mark.parametrize("solver", ["trust-constr", "slsqp", "uno"])
def test_solvers_of_others_take_the_same_options(solver: str) -> None:
    if solver == "uno":
        pytest.importorskip("unopy")
    found = run_json("3_lmbd", "--solver", solver, "--tol", "1e-7", "--max-iter", "500")
    assert found["success"] is True
    assert found["objective"] == pytest.approx(5812.64, abs=0.01)


def test_a_failed_solve_exits_with_1() -> None:
    pytest.importorskip("cyipopt")
    result = run("acopf", "14_ieee", "--max-iter", "2", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["status"] == "iteration_limit"
    result = run("acopf", "14_ieee", "--time-limit", "1e-9")
    assert result.exit_code == 1
    assert "time_limit" in result.stdout


def test_a_narrow_terminal_cuts_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "34")
    assert "3_lmbd__api" in run("cases", "3_lmbd").stdout


def test_table_says_sizes_colors_times_and_gap() -> None:
    pytest.importorskip("cyipopt")
    result = run("acopf", "5_pjm")
    assert result.exit_code == 0
    for words in ("44", "191 nonzeros", "colors", "trace", "1.7552e+04", "gap", "optimal"):
        assert words in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["acopf", "15_ieee"], "14_ieee"),
        (["acopf", "nowhere/case.m"], "nowhere/case.m"),
        (["acopf", "14_ieee", "--form", "matrix"], "vectorized"),
        (["acopf", "14_ieee", "--solver", "ipop"], "'ipopt'"),
        (["acopf", "14_ieee", "--tol", "-1"], "--tol is -1.0"),
        (["acopf", "14_ieee", "--max-iter", "-3"], "--max-iter is -3"),
        (["acopf", "14_ieee", "--time-limit", "0"], "--time-limit is 0.0"),
        (["acopf", "ieee118"], "did you mean '118_ieee'"),
        (["acopf", "nowhere.m"], "asdopt cases"),
        (["acopf", "14_ieee", "--tol", "small"], "--tol"),
        (["acopf"], "case"),
        (["acopf", "14_ieee", "--jsn"], "--jsn"),
        (["solve"], "solve"),
        (["cases", "no such name"], "no such name"),
    ],
)
def test_wrong_input_is_one_line_and_exit_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    captured = capsys.readouterr()
    assert exit_.value.code == 2
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert words in captured.err


def test_no_arguments_show_help() -> None:
    result = run()
    assert result.exit_code == 0
    assert "acopf" in result.stdout
    assert "cases" in result.stdout


def test_version() -> None:
    assert run("--version").stdout.strip() == f"asdopt {asdopt.__version__}"


def test_cases_are_listed_with_their_sizes() -> None:
    result = run("cases", "118_ieee")
    assert result.exit_code == 0
    assert "118_ieee" in result.stdout
    assert "9.7214e+04" in result.stdout


def test_missing_typer_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "typer", None)
    with pytest.raises(SystemExit) as exit_:
        main([])
    assert exit_.value.code == 2
    assert 'pip install "asdopt[cli,ipopt]"' in capsys.readouterr().err


def test_as_a_process_nothing_but_json_is_printed() -> None:
    pytest.importorskip("cyipopt")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "asdopt.cli", "acopf", "3_lmbd", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["success"] is True


def test_import_of_asdopt_brings_no_typer() -> None:
    code = "import sys, asdopt; sys.exit('typer' in sys.modules or 'rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
