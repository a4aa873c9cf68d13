"""Compile a C file into a shared library, on the spot."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path

FLAGS = ("-O3", "-march=native", "-fno-math-errno", "-shared", "-fPIC", "-Wall")


@cache
def compiler() -> str | None:
    """The C compiler of this machine, if it has one."""
    names = [os.environ.get("CC", ""), "cc", "gcc", "clang"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


def library(*sources: Path) -> Path:
    """Compile the sources; what is compiled before is found in the temporary directory."""
    found = compiler()
    if found is None:
        raise RuntimeError("no C compiler")
    key = sha256(" ".join([found, *FLAGS]).encode())
    for source in sources:
        key.update(source.read_bytes())
    folder = Path(tempfile.gettempdir()) / f"asdopt-benchmarks-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{sources[0].stem}-{key.hexdigest()[:16]}.so"
    if not path.exists():
        partial = path.with_suffix(f".{os.getpid()}")
        files = [str(source) for source in sources]
        subprocess.run([found, *FLAGS, *files, "-o", str(partial), "-lm"], check=True)
        partial.replace(path)
    return path


def load(*sources: Path) -> ctypes.CDLL:
    """Compile and load."""
    return ctypes.CDLL(str(library(*sources)))
