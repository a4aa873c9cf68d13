"""Pyomo: the model built and its .nl file written; derivatives are the solver's, elsewhere."""

from __future__ import annotations

from io import StringIO
from time import perf_counter
from typing import Any

from benchmarks._workload import Participant, Prepared, Workload


class PyomoNl(Participant):
    """Preparation only: Pyomo hands a file to a solver that differentiates it by itself."""

    name = "pyomo_nl"
    form = "pyomo"
    modules = ("pyomo",)

    def load(self) -> None:
        import pyomo.environ  # registers the writer
        import pyomo.repn.plugins.nl_writer  # noqa: F401

    def prepare(self, workload: Workload) -> Prepared:
        from pyomo.repn.plugins.nl_writer import NLWriter

        start = perf_counter()
        model = _build(workload)
        built = perf_counter()
        text = StringIO()
        NLWriter().write(model, text)
        return Prepared(
            seconds={"trace": built - start}, facts={"nl_megabytes": len(text.getvalue()) / 1e6}
        )


def _build(workload: Workload) -> Any:
    import pyomo.environ as pyo

    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(workload.n))
    functions = workload.forms["pyomo"](pyo)
    x = [model.x[i] for i in range(workload.n)]
    for variable, value in zip(x, workload.points[0].tolist(), strict=True):
        variable.value = value
    if functions.constraints:
        rows = functions.constraints(x)
        model.c = pyo.ConstraintList()
        for row in rows:
            model.c.add((-1.0, row, 1.0))
    objective = functions.objective(x) if functions.objective else 0.0
    model.f = pyo.Objective(expr=objective)
    return model


PARTICIPANTS = [PyomoNl()]
