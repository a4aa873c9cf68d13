"""all_finite on every position of short and long arrays."""

from __future__ import annotations

import numpy as np
import pytest

from asdopt._finite import all_finite


@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 17, 1000])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_one_bad_entry_anywhere_is_found(size, bad):
    values = np.full(size, 1e308)
    assert all_finite(values)
    for k in range(size):
        values[k] = bad
        assert not all_finite(values)
        values[k] = -1e308


def test_other_arrays_are_refused():
    with pytest.raises(ValueError, match="contiguous array of float64"):
        all_finite(np.zeros((4, 4))[:, 0])
    with pytest.raises(ValueError, match="got int64"):
        all_finite(np.zeros(3, dtype=np.int64))
