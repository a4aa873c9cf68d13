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


know(multiprocessing.pool.Pool.map, _pool_map)
know(multiprocessing.pool.Pool.imap, _pool_map)
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
