"""The share of the soundness check is that of one check in one preparation."""

from __future__ import annotations

from asdopt.kernels._soundness import SoundnessCheck
from benchmarks import soundness


def test_share_of_a_small_case() -> None:
    check = SoundnessCheck.find_disagreement
    found = soundness.share("3_lmbd", "loop")
    assert 0.0 < found["check"] < found["whole"]
    assert SoundnessCheck.find_disagreement is check
