"""The share of the soundness check is that of one check in one preparation."""

from __future__ import annotations

from asdopt.kernels import _kernels
from benchmarks import soundness


def test_share_of_a_small_case() -> None:
    check = _kernels.find_disagreement
    found = soundness.share("3_lmbd", "loop")
    assert 0.0 < found["check"] < found["whole"]
    assert _kernels.find_disagreement is check
