"""One system's process, seen from the side that asks."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks._bytecode import with_bytecode

_ROOT = Path(__file__).parents[1]
# One thread each, on one processor: systems are compared on one core.
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}


class GoneError(Exception):
    """The process failed or took too long; the message says which."""


class Process:
    """Start the worker of a system and ask it.

    Parameters
    ----------
    limit : float
        Seconds any answer may take.
    processor : int or None
        Where it runs; None: anywhere.
    log : Path
        What it and its libraries print.
    """

    def __init__(
        self, name: str, case: str, size: str, limit: float, processor: int | None, log: Path
    ) -> None:
        self.name = name
        self._limit = limit
        self._log = log
        self._lines = b""
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks._worker", name, case, size],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                cwd=_ROOT,
                env={**with_bytecode(), **_ONE_THREAD},
            )
        if processor is not None and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(self._process.pid, {processor})
        self.phases: list[str] = self._receive()["phases"]

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Send a request and wait for the answer."""
        stdin = self._process.stdin
        if stdin is None or self._process.poll() is not None:
            raise GoneError(f"its process ended with code {self._process.returncode}")
        stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
        stdin.flush()
        answer = self._receive()
        if "error" in answer:
            raise GoneError(answer["error"])
        return answer

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def _receive(self) -> dict[str, Any]:
        stdout = self._process.stdout
        if stdout is None:
            raise GoneError("no output")
        deadline = monotonic() + self._limit
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while b"\n" not in self._lines:
                if not selector.select(deadline - monotonic()):
                    self.close()
                    raise GoneError(f"over {self._limit:g} s")
                chunk = os.read(stdout.fileno(), 1 << 16)
                if not chunk:
                    code = self._process.wait()
                    raise GoneError(f"its process ended with code {code}, see {self._log.name}")
                self._lines += chunk
        line, _, self._lines = self._lines.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer
