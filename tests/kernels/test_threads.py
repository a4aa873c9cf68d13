"""Threads that share an evaluation: the same bits, whatever else goes on."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

import asdopt

BRANCHES, BUSES = 4000, 1500
RANDOM = np.random.default_rng(0)
FROM, TO = RANDOM.integers(0, BUSES, BRANCHES), RANDOM.integers(0, BUSES, BRANCHES)
TO[FROM == TO] = (TO[FROM == TO] + 1) % BUSES
WEIGHTS = RANDOM.uniform(0.5, 1.5, (3, BRANCHES))


def objective(x):
    return np.sum(x[2 * BUSES :] ** 2)


def constraints(x):
    """Flows of a random network, and sums of squares that share rows."""
    angle, voltage, flow = x[:BUSES], x[BUSES : 2 * BUSES], x[2 * BUSES :]
    delta = angle[FROM] - angle[TO]
    a, b, c = WEIGHTS
    both = voltage[FROM] * voltage[TO]
    there = flow - (a * voltage[FROM] ** 2 + b * both * np.cos(delta) + c * both * np.sin(delta))
    back = a * voltage[TO] ** 2 + b * both * np.cos(delta) - c * both * np.sin(delta)
    return np.concatenate([there, back, np.exp(flow), [np.sum(np.sin(flow) * flow)]])


X = np.concatenate([RANDOM.normal(size=BUSES), RANDOM.uniform(0.9, 1.1, BUSES + BRANCHES)])


def problem(threads=1):
    return asdopt.Problem(
        objective, asdopt.Constraint(constraints, -np.inf, np.inf), x0=X, threads=threads
    )


def results(evaluated, x):
    weights = np.linspace(-1.0, 1.0, evaluated.m)
    return [
        evaluated.constraints(x).tobytes(),
        evaluated.gradient(x).tobytes(),
        evaluated.jacobian_values(x).tobytes(),
        evaluated.hessian_values(x, weights, 0.7).tobytes(),
    ]


@pytest.fixture(scope="module")
def alone():
    return problem()


@pytest.mark.parametrize("threads", [2, 3, 7, 64])
def test_the_same_bits_with_any_number_of_threads(alone, threads):
    shared = problem(threads)
    for k in range(5):
        x = X + 0.01 * k
        assert results(shared, x) == results(alone, x)
    if os.path.isdir("/proc/self/task"):
        assert len(os.listdir("/proc/self/task")) >= threads
    again = pickle.loads(pickle.dumps(shared))
    assert again._threads == threads
    assert results(again, X) == results(alone, X)


def test_constants_are_kept_and_written_with_threads(alone):
    shared = problem(3)
    out = np.full(shared.jacobian_pattern.nnz, np.nan)
    for k in range(3):
        x = X - 0.1 * k
        found = shared.evaluator.jacobian_values(x, out, keep=True)
        assert np.array_equal(found, alone.jacobian_values(x))


def test_what_is_not_finite_is_told_as_by_one_thread():
    def fun(x):
        return np.sqrt(x[:9000]) * np.sin(x[9000:]) * x[9000:]

    messages = []
    for threads in (1, 2, 5):
        shared = asdopt.Problem(
            None, asdopt.Constraint(fun, -np.inf, np.inf), x0=np.ones(18000), threads=threads
        )
        for place in (0, 4321, 8999):
            x = np.ones(18000)
            x[place] = 0.0
            with pytest.raises(asdopt.EvaluationError, match="sqrt") as caught:
                shared.jacobian_values(x)
            messages.append(str(caught.value))
    assert messages[:3] == messages[3:6] == messages[6:]


def test_several_problems_at_once_in_python_threads(alone):
    wanted = [results(alone, X + 0.01 * k) for k in range(4)]
    wrong = []

    def work(own, first):
        for k in range(30):
            at = (first + k) % 4
            if results(own, X + 0.01 * at) != wanted[at]:
                wrong.append((first, k))

    problems = [problem(threads) for threads in (2, 3, 4)]
    # Two Python threads share each problem.
    workers = [threading.Thread(target=work, args=(problems[k % 3], k)) for k in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
# Python 3.12 warns of any other thread: pytest-xdist has one.
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
# So does JAX, where a test before has imported it.
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
def test_a_child_after_a_fork_evaluates_too(alone):
    shared = problem(3)
    wanted = results(alone, X)
    assert results(shared, X) == wanted  # threads run now
    for _ in range(5):
        child = os.fork()
        if child == 0:
            same = all(results(shared, X) == wanted for _ in range(10))
            os._exit(0 if same else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert results(shared, X) == wanted


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_signals_and_the_end_of_the_process():
    code = """
        import signal, threading, time
        import numpy as np
        import asdopt

        def fun(x):
            return np.sin(x[:20000]) * x[20000:] * x[:20000]

        seen = []

        def handler(number, frame):
            assert threading.current_thread() is threading.main_thread()
            seen.append(number)

        rows = asdopt.Constraint(fun, -np.inf, np.inf)
        problem = asdopt.Problem(None, rows, x0=np.ones(40000), threads=3)
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        wanted = problem.jacobian_values(np.ones(40000))
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            assert np.array_equal(problem.jacobian_values(np.ones(40000)), wanted)
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert seen
        # The process ends in the midst of an evaluation of another thread.
        def forever():
            while True:
                problem.jacobian_values(np.ones(40000))
        threading.Thread(target=forever, daemon=True).start()
        time.sleep(0.05)
        print("done")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", 257, None])
def test_wrong_numbers_of_threads_are_refused(threads):
    with pytest.raises(asdopt.InputError, match="an integer from 1 to 256"):
        asdopt.Problem(lambda x: x[0] ** 2, x0=[1.0], threads=threads)
