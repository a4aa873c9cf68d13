"""Threads, executors and event loops inside of traced functions."""

from __future__ import annotations

import _thread
import asyncio
import concurrent.futures
import math
import multiprocessing
import multiprocessing.pool
import queue
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import asdopt

X0, OTHER = np.array([0.7, 1.3, 0.2]), np.array([-0.4, 0.3, 2.0])


def work(v: Any) -> Any:
    return math.sin(v) * v if v > 0.5 else math.exp(v)


def threads(x: Any) -> Any:
    out = [0.0] * len(x)

    def run(i: int, *, factor: float) -> None:
        out[i] = factor * work(x[i])

    started = [
        threading.Thread(target=run, args=(i,), kwargs={"factor": 2.0}) for i in range(len(x))
    ]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return sum(out)


class Worker(threading.Thread):
    def __init__(self, v: Any) -> None:
        super().__init__()
        self.v, self.result = v, 0.0

    def run(self) -> None:
        self.result = math.cosh(self.v) if type(self.v) is np.float64 else 0.0


def workers(x: Any) -> Any:
    started = [Worker(v) for v in x]
    for worker in started:
        worker.start()
    for worker in started:
        worker.join()
    return sum(worker.result for worker in started)


def queues(x: Any) -> Any:
    tasks: queue.Queue[Any] = queue.Queue()
    done: queue.Queue[Any] = queue.Queue()

    def run() -> None:
        while (v := tasks.get(timeout=30)) is not None:
            done.put(work(v))

    thread = threading.Thread(target=run)
    thread.start()
    for v in x:
        tasks.put(v)
    tasks.put(None)
    thread.join()
    return sum(done.get() for _ in x)


def timer(x: Any) -> Any:
    out: list[Any] = []
    thread = threading.Timer(0.0, lambda v: out.append(work(v)), (x[0],))
    thread.start()
    thread.join()
    return out[0] * x[1]


def low_level(x: Any) -> Any:
    out: list[Any] = []
    ended = threading.Event()

    def run(v: Any) -> None:
        out.append(work(v))
        ended.set()

    _thread.start_new_thread(run, (x[2],))
    ended.wait(30)
    return out[0] * x[1]


def executor(x: Any) -> Any:
    out: list[Any] = []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(work, v) for v in x]
        for future in futures:
            future.add_done_callback(lambda f: out.append(math.tanh(f.result())))
        return sum(f.result() for f in concurrent.futures.as_completed(futures)) * sum(out)


def pool_of_threads(x: Any) -> Any:
    out: list[Any] = []
    with multiprocessing.pool.ThreadPool(2) as pool:
        one = pool.apply_async(work, (x[0],), callback=lambda r: out.append(math.sin(r)))
        one.wait()
        more = pool.map_async(work, list(x)).get()
        last = pool.starmap_async(work, [(v,) for v in x])
        return one.get() * out[0] + sum(more) * sum(pool.imap_unordered(work, x)) + last.get()[1]


async def gathered(x: Any, way: str) -> Any:
    loop = asyncio.get_running_loop()
    if way == "executor":
        return await asyncio.gather(*(loop.run_in_executor(None, work, v) for v in x))
    return await asyncio.gather(*(asyncio.to_thread(work, v) for v in x))


FOLLOWED: list[Callable[[Any], Any]] = [
    *(threads, workers, queues, timer, low_level, executor, pool_of_threads),
    lambda x: sum(asyncio.run(gathered(x, "executor"))),
    lambda x: sum(asyncio.run(gathered(x, "thread"))),
]


@pytest.mark.parametrize("fun", FOLLOWED)
def test_what_runs_elsewhere_is_followed(fun: Callable[[Any], Any]) -> None:
    problem = asdopt.Problem(fun, x0=X0)
    for x in (X0, OTHER):
        assert problem.objective(x) == pytest.approx(float(fun(x)), rel=1e-12)
        steps = 1e-6 * np.eye(3)
        slopes = [(float(fun(x + h)) - float(fun(x - h))) / 2e-6 for h in steps]
        np.testing.assert_allclose(problem.gradient(x), slopes, atol=1e-6)


def in_a_thread(function: Callable[[], None]) -> None:
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


def swallowed(x: Any) -> Any:
    """On plain numbers the text can be read; it must not count as an error of the user's."""
    out: list[Any] = []

    def run() -> None:
        try:
            out.append(float(str(x[0])))
        except ValueError:
            out.append(1.0)

    in_a_thread(run)
    return out[0] * x[1]


def narrowed(x: Any) -> Any:
    out = [1.0]

    def run() -> None:
        out[0] = np.float32(x[0]) * x[1]

    in_a_thread(run)
    return out[0] * x[1]


def ended(x: Any) -> Any:
    out = [1.0]

    def run() -> None:
        out[0] = [1.0][len(out)] * x[0]

    in_a_thread(run)
    return out[0] * x[1]


def other_process(x: Any) -> Any:
    process = multiprocessing.Process(target=work, args=(x[0],))
    process.start()
    process.join()
    return x[1]


@pytest.mark.parametrize(
    ("fun", "words"),
    [
        (swallowed, "may be the text of a traced value"),
        (narrowed, "plain float"),
        (ended, "a thread ended with IndexError"),
        (other_process, "do not come back from other processes"),
    ],
)
def test_what_cannot_be_followed_is_refused(fun: Callable[[Any], Any], words: str) -> None:
    with pytest.raises(asdopt.AsdoptError, match=rf"test_threads\.py:\d+.*{words}"):
        asdopt.Problem(fun, x0=X0)
