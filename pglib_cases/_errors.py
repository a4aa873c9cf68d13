"""The error that every function of pglib_cases raises for bad case data."""

from __future__ import annotations

from asdopt._errors import InputError

__all__ = ["CaseError"]


class CaseError(InputError):
    """A case file, its data, or the request for a case cannot be used as it stands."""
