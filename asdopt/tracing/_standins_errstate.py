"""Stand-in of ``np.errstate`` where it asks for errors.

NumPy raises FloatingPointError there, which a handler may catch; operations on traced values give
NaN and infinity. What became so within the block is refused, and a guard holds that nothing does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from asdopt._errors import TracingError
from asdopt.tracing._array import TracedArray
from asdopt.tracing._callee import current
from asdopt.tracing._location import refuse
from asdopt.tracing._standins import stands_for
from asdopt.tracing._tape import Tape

__all__: list[str] = []

_ERRORS = frozenset({"raise", "call"})


class _Watching(np.errstate):
    """The state, and a look at what was recorded under it."""

    def __init__(self, tape: Tape, **kinds: Any) -> None:
        super().__init__(**kinds)
        self._tape = tape
        self._start = 0

    def __enter__(self) -> None:
        self._start = len(self._tape)
        super().__enter__()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        tape = self._tape
        ids = np.arange(self._start, len(tape), dtype=np.int32)
        if not tape.primal or not ids.size:
            return
        values = tape.values(ids)
        bad = values[~np.isfinite(values)]
        if bad.size:
            raise refuse(
                tape,
                TracingError,
                f"a value became {bad[0]:g} under np.errstate, where NumPy raises "
                "FloatingPointError; what a handler would do instead is not followed: test the "
                "operand first, as in `if x > 0`, or choose with np.where",
            )
        bool(np.all(np.isfinite(TracedArray(tape, ids))))  # a guard


@stands_for(np.errstate)
def _errstate(**kinds: Any) -> Any:
    session = current()
    if session is None or _ERRORS.isdisjoint(v for v in kinds.values() if isinstance(v, str)):
        return np.errstate(**kinds)
    return _Watching(session.tape, **kinds)
