"""Stand-ins of threads and event loops: what runs there belongs to the trace.

A thread that is started runs as it would, its function hooked; what it raises ends the trace, as
nobody else would hear of it. Loops run at once what they would give to threads. What runs in
another process never comes back to the trace and is refused.
"""

from __future__ import annotations

import _thread
import asyncio
import multiprocessing.process
import threading
from collections.abc import Callable
from typing import Any

from asdopt._errors import TracingError, UnsupportedOperationError
from asdopt.tracing._callee import HOOK, Session, current, know
from asdopt.tracing._location import place_of_error, refuse

__all__: list[str] = []


def _in_trace(session: Session, function: Callable[..., Any]) -> Callable[..., None]:
    """Make a function that runs hooked in a thread of its own."""
    tape = session.tape

    def run(*args: Any, **kwargs: Any) -> None:
        try:
            with Session(tape, session.level):
                HOOK[function](*args, **kwargs)
        except Exception as error:
            if tape.refusal is None and not tape.closed:
                tape.refusal = TracingError(
                    f"{place_of_error(error)}: a thread ended with {type(error).__name__} "
                    f"({error}); what it did not compute would be missing from the trace: let it "
                    "catch its errors, or call its function without a thread"
                )
                tape.refusal.__cause__ = error

    return run


def _start(thread: threading.Thread) -> None:
    session = current()
    if session is not None:
        kept: Any = thread
        if isinstance(thread, threading.Timer):
            kept.function = _in_trace(session, thread.function)
        elif getattr(thread, "_target", None) is not None:
            kept._target = _in_trace(session, kept._target)
        if type(thread).run not in (threading.Thread.run, threading.Timer.run):
            kept.run = _in_trace(session, thread.run)
    threading.Thread.start(thread)


def _start_new_thread(function: Callable[..., Any], *args: Any) -> int:
    session = current()
    return _thread.start_new_thread(
        function if session is None else _in_trace(session, function), *args
    )


def _start_process(process: multiprocessing.process.BaseProcess) -> None:
    session = current()
    if session is not None:
        message = (
            f"the process {process.name!r} was started in a traced function; traced values do not "
            "come back from other processes: call its function here, or hand it to a "
            "concurrent.futures executor, whose functions run here while a trace is made"
        )
        raise refuse(session.tape, UnsupportedOperationError, message)
    process.start()


def _run_in_executor(
    loop: asyncio.AbstractEventLoop, executor: Any, func: Callable[..., Any], *args: Any
) -> asyncio.Future[Any]:
    future = loop.create_future()
    try:
        future.set_result(HOOK[func](*args))
    except Exception as error:
        future.set_exception(error)
    return future


async def _to_thread(func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    return HOOK[func](*args, **kwargs)


know(threading.Thread.start, _start)
know(_thread.start_new_thread, _start_new_thread)
know(multiprocessing.process.BaseProcess.start, _start_process)
know(asyncio.BaseEventLoop.run_in_executor, _run_in_executor)
know(asyncio.to_thread, _to_thread)
