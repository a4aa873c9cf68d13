"""Stand-ins of what runs a user's function, or formats values, at another place or time.

Executors run the functions given to them at once, in the thread that is traced: the order of
calls is then the same in each trace, and for functions of their arguments the result is too.
Logging formats traced values before it hands the text on: a handler may need true numbers.
"""

from __future__ import annotations

import concurrent.futures
import logging
import multiprocessing.pool
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any

from asdopt.tracing._callee import HOOK, holds_traced, know
from asdopt.tracing._formatting import percent

__all__: list[str] = []


# ------------------------------------------------------------------------------------ executors
def _submit(executor: Any, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    try:
        future.set_result(HOOK[fn](*args, **kwargs))
    except Exception as error:
        future.set_exception(error)
    return future


def _map(
    executor: Any, fn: Callable[..., Any], *iterables: Iterable[Any], **kwargs: Any
) -> Iterator[Any]:
    return map(HOOK[fn], *iterables)


for _kind in (
    concurrent.futures.Executor,
    concurrent.futures.ThreadPoolExecutor,
    concurrent.futures.ProcessPoolExecutor,
):
    know(_kind.submit, _submit)
    know(_kind.map, _map)


def _pool_map(pool: Any, func: Callable[..., Any], iterable: Iterable[Any], *_: Any) -> list[Any]:
    return list(map(HOOK[func], iterable))


def _pool_starmap(
    pool: Any, func: Callable[..., Any], iterable: Iterable[Any], *_: Any
) -> list[Any]:
    function = HOOK[func]
    return [function(*args) for args in iterable]


def _pool_apply(
    pool: Any, func: Callable[..., Any], args: Any = (), kwds: Mapping[str, Any] | None = None
) -> Any:
    return HOOK[func](*args, **(kwds or {}))


class _Done(multiprocessing.pool.AsyncResult[Any]):
    """Result of a call that was made at once."""

    def __init__(self, function: Callable[..., Any], callback: Any, error_callback: Any) -> None:
        try:
            self._found, self._error = function(), None
        except Exception as error:
            self._found, self._error = None, error
        then = callback if self._error is None else error_callback
        if then is not None:
            HOOK[then](self._found if self._error is None else self._error)

    def get(self, timeout: float | None = None) -> Any:
        if self._error is not None:
            raise self._error
        return self._found

    def wait(self, timeout: float | None = None) -> None:
        """Return: it is there."""

    def ready(self) -> bool:
        return True

    def successful(self) -> bool:
        return self._error is None


def _pool_apply_async(
    pool: Any,
    func: Callable[..., Any],
    args: Any = (),
    kwds: Mapping[str, Any] | None = None,
    callback: Any = None,
    error_callback: Any = None,
) -> _Done:
    return _Done(lambda: _pool_apply(pool, func, args, kwds), callback, error_callback)


def _at_once(run: Callable[..., Any]) -> Callable[..., _Done]:
    """Stand-in of ``map_async`` or ``starmap_async``."""

    def run_at_once(
        pool: Any,
        func: Callable[..., Any],
        iterable: Iterable[Any],
        chunksize: int | None = None,
        callback: Any = None,
        error_callback: Any = None,
    ) -> _Done:
        return _Done(lambda: run(pool, func, iterable), callback, error_callback)

    return run_at_once


def _pool_imap(pool: Any, func: Callable[..., Any], iterable: Iterable[Any], *_: Any) -> Any:
    return map(HOOK[func], iterable)


def _add_done_callback(future: Future[Any], fn: Callable[[Future[Any]], Any]) -> None:
    future.add_done_callback(HOOK[fn])


know(multiprocessing.pool.Pool.map, _pool_map)
know(multiprocessing.pool.Pool.map_async, _at_once(_pool_map))
know(multiprocessing.pool.Pool.starmap_async, _at_once(_pool_starmap))
know(multiprocessing.pool.Pool.apply_async, _pool_apply_async)
know(multiprocessing.pool.Pool.imap_unordered, _pool_imap)
know(Future.add_done_callback, _add_done_callback)
know(multiprocessing.pool.Pool.imap, _pool_imap)
know(multiprocessing.pool.Pool.starmap, _pool_starmap)
know(multiprocessing.pool.Pool.apply, _pool_apply)


# -------------------------------------------------------------------------------------- logging
def _formatted(message: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Message and arguments, put together if a value is traced."""
    values = args[0] if len(args) == 1 and isinstance(args[0], Mapping) else args
    traced = holds_traced(list(values.values() if isinstance(values, Mapping) else values))
    return (percent(str(message), values),) if traced else (message, *args)


def _method(original: Callable[..., Any]) -> None:
    def log(logger: Any, message: Any, *args: Any, **kwargs: Any) -> None:
        kwargs["stacklevel"] = kwargs.get("stacklevel", 1) + 1
        original(logger, *_formatted(message, args), **kwargs)

    know(original, log)


def _function(original: Callable[..., Any]) -> None:
    def log(message: Any, *args: Any, **kwargs: Any) -> None:
        kwargs["stacklevel"] = kwargs.get("stacklevel", 1) + 1
        original(*_formatted(message, args), **kwargs)

    know(original, log)


for _name in ("debug", "info", "warning", "error", "exception", "critical"):
    _method(getattr(logging.Logger, _name))
    _method(getattr(logging.LoggerAdapter, _name))
for _name in ("debug", "info", "warning", "error", "exception", "critical"):
    _function(getattr(logging, _name))


def _log(logger: Any, level: int, message: Any, *args: Any, **kwargs: Any) -> None:
    kwargs["stacklevel"] = kwargs.get("stacklevel", 1) + 1
    logging.Logger.log(logger, level, *_formatted(message, args), **kwargs)


know(logging.Logger.log, _log)
