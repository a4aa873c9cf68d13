"""JAX with asdex: patterns from the jaxpr, colored products, compiled by XLA."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from scipy.sparse import csr_array, tril

from benchmarks._workload import Participant, Prepared, Workload, add_runs, matrix


class JaxAsdex(Participant):
    """jit-compiled functions of jax.numpy, in double precision."""

    name = "jax_asdex"
    form = "vectorized"
    modules = ("jax", "asdex")

    def load(self) -> None:
        super().load()
        import jax

        config: Any = jax.config
        config.update("jax_enable_x64", True)

    def prepare(self, workload: Workload) -> Prepared:
        import asdex
        import jax

        start = perf_counter()
        f, c = self._functions(workload)
        points = [jax.numpy.asarray(x) for x in workload.points]
        weights = jax.numpy.asarray(np.concatenate([[workload.obj_factor], workload.multipliers]))
        prepared = Prepared(seconds={"trace": perf_counter() - start})
        evaluators: dict[str, Callable[[Any], Any]] = {}
        if f is not None:
            evaluators["f"] = jax.jit(f)
            evaluators["gradient"] = jax.jit(jax.grad(f))
        if c is not None:
            coloring = asdex.jacobian_coloring(c, points[0])
            evaluators["c"] = jax.jit(c)
            jacobian = jax.jit(asdex.jacobian_from_coloring(c, coloring))
            evaluators["J"] = jacobian
            prepared.facts["jacobian_colors"] = coloring.num_colors
            prepared.jacobian = lambda: _matrix(jacobian(points[0]))
        if f is not None:

            def lagrangian(x: Any, w: Any) -> Any:
                return w[0] * f(x) if c is None else w[0] * f(x) + w[1:] @ c(x)

            symmetric = asdex.hessian_coloring(lagrangian, points[0], weights)
            hessian = jax.jit(asdex.hessian_from_coloring(lagrangian, symmetric))
            evaluators["H"] = lambda x: hessian(x, weights)
            prepared.facts["hessian_colors"] = symmetric.num_colors
            prepared.hessian = lambda: csr_array(tril(_matrix(hessian(points[0], weights))))

        ready: Any = jax.block_until_ready

        def wait(evaluate: Callable[[Any], Any], x: Any) -> Any:
            return ready(evaluate(x))

        add_runs(
            prepared,
            {phase: [partial(wait, e, x) for x in points] for phase, e in evaluators.items()},
        )
        return prepared

    def stage(self, name: str, workload: Workload) -> Callable[[], object] | None:
        import asdex

        def detect() -> Any:
            f, c = self._functions(workload)
            x = workload.points[0]
            return asdex.hessian_sparsity(f, x) if c is None else asdex.jacobian_sparsity(c, x)

        if name == "detect":
            return detect
        pattern = detect()
        if workload.num_rows:
            return partial(asdex.jacobian_coloring_from_sparsity, pattern, mode="fwd")
        return partial(asdex.hessian_coloring_from_sparsity, pattern)

    def _functions(self, workload: Workload) -> tuple[Any, Any]:
        # Fresh functions each time: JAX remembers what it compiled by function.
        import jax.numpy as jnp

        form = workload.forms.get("jax", workload.forms[self.form])
        functions = form(jnp)
        return functions.objective, functions.constraints


def _matrix(result: Any) -> csr_array:
    rows, cols = np.asarray(result.indices).T
    return matrix(np.asarray(result.data), rows, cols, result.shape)


PARTICIPANTS = [JaxAsdex()]
