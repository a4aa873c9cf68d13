"""What tests of solvers share."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["casadi", "cyipopt"])
def library(request: pytest.FixtureRequest) -> str:
    """Where libipopt comes from."""
    pytest.importorskip(request.param)
    return str(request.param)
