"""What counts as a symmetric pattern, and other checks of what the user asks for."""

from __future__ import annotations

from asdopt._errors import InputError, PatternError
from asdopt._pattern import SparsityPattern

__all__ = ["check_choice", "check_is_pattern", "symmetric_pattern"]


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Refuse a value that is not among the choices."""
    if value not in choices:
        raise InputError(
            f"{name}={value!r} was asked for; possible are {', '.join(map(repr, choices))}."
        )


def check_is_pattern(name: str, value: object) -> None:
    """Refuse what is not a SparsityPattern."""
    if not isinstance(value, SparsityPattern):
        raise InputError(
            f"{name}() needs a SparsityPattern, got {type(value).__name__}; make one with "
            "SparsityPattern.from_dense or SparsityPattern.from_scipy."
        )


def symmetric_pattern(pattern: SparsityPattern) -> SparsityPattern:
    """Return both triangles of a symmetric pattern given in full or as one triangle.

    A pattern without entries above the diagonal is taken for the lower triangle of a symmetric
    one, a pattern without entries below it for the upper triangle.

    Raises
    ------
    PatternError
        The pattern is not square, or holds entries in both triangles that do not mirror each
        other.
    """
    if pattern.shape[0] != pattern.shape[1]:
        raise PatternError(
            f"A symmetric coloring needs a square pattern, this one has shape {pattern.shape}; "
            'for a Jacobian ask for partition="column", "row" or "bidirectional".'
        )
    below, above = pattern.rows > pattern.cols, pattern.rows < pattern.cols
    if not (below.any() and above.any()):
        return pattern.symmetrized()
    if pattern.is_symmetric:
        return pattern
    lonely = pattern - pattern.T
    i, j = int(lonely.rows[0]), int(lonely.cols[0])
    raise PatternError(
        f"A symmetric coloring was asked for, but ({i}, {j}) is an entry and ({j}, {i}) is not. "
        "Give a symmetric pattern or one triangle of it; pattern.symmetrized() adds what is "
        "missing."
    )
