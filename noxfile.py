"""The checks: ``nox`` runs them all, ``nox -s lint types`` some, ``nox --no-venv`` here.

With ``--no-venv`` the sessions use the tools of the running environment and install nothing.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nox

# With --no-venv the tools beside this interpreter are meant, activated or not.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

nox.needs_version = ">=2024.4"
nox.options.sessions = ["fmt", "lint", "types", "layers", "docs", "test"]
nox.options.reuse_venv = "yes"

DEV = nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), "dev")
PYTHON_FOLDERS = [
    "asdopt",
    "adapters",
    "pglib_cases",
    "benchmarks",
    "tests",
    "setup.py",
    "noxfile.py",
]


def tool(session: nox.Session, name: str) -> None:
    """Install one tool of the dependency group dev, in the form it is asked for there."""
    install(session, *[item for item in DEV if item.startswith(name)])


def install(session: nox.Session, *args: str) -> None:
    """Install into the session's environment, if it has one of its own."""
    if session.virtualenv.venv_backend != "none":
        session.install(*args)


@nox.session
def fmt(session: nox.Session) -> None:
    """Format; with the argument --check only say what would change."""
    tool(session, "ruff")
    session.run("ruff", "format", *session.posargs, *PYTHON_FOLDERS)


@nox.session
def lint(session: nox.Session) -> None:
    """Lint the Python files and the Cython files."""
    tool(session, "ruff")
    tool(session, "cython-lint")
    session.run("ruff", "check", *PYTHON_FOLDERS)
    session.run("cython-lint", "asdopt", "adapters")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types, strictly."""
    tool(session, "mypy")
    tool(session, "scipy-stubs")
    install(session, "-e", ".[opf,plot]")
    session.run("mypy")


@nox.session
def layers(session: nox.Session) -> None:
    """Check that imports point down only."""
    tool(session, "import-linter")
    install(session, "-e", ".")
    session.run("lint-imports", "--no-cache")


@nox.session
def test(session: nox.Session) -> None:
    """Run the tests on two workers."""
    install(session, "-e", ".[test]")
    session.run("pytest", "-q", "-n", "2", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the site into site/; a broken link or reference is an error."""
    install(session, "-e", ".[docs]")
    session.run("mkdocs", "build", "--strict", env={"NO_MKDOCS_2_WARNING": "1"})
