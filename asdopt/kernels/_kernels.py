"""Lower a trace to programs of the block machine: the story of this package.

Enters: a trace and the patterns of its Jacobian and Hessian. Leaves: a
:class:`~asdopt.kernels._machine.Machine` that evaluates outputs, gradient, Jacobian and Hessian,
and the terms that are left to sweeps over the tape.

1. flatten the additive tree above each output (``_terms.pyx``);
2. group terms into instances (``_instances.pyx``);
3. find templates (``_templates.pyx``) and choose those worth a kernel (``_selection.py``);
4. differentiate each template (``_operations.pyx``, ``_derivatives.pyx``, ``_rules.pyx``,
   ``_expressions.pyx``);
5. compile its programs (``_programs.pyx``, ``_registers.pyx``);
6. pack programs and data (``_packing.py``, ``_maps.py``, ``_hessian.py``) for the machine
   (``_plan.pyx``, ``_congruence.pyx``, ``_machine.pyx``);
7. check the result against the tape (``_soundness.py``), which is swept meanwhile.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asdopt._pattern import SparsityPattern
from asdopt.kernels._derivatives import Derivation
from asdopt.kernels._hessian import HessianLayout
from asdopt.kernels._job import Job, Sparse
from asdopt.kernels._machine import Machine
from asdopt.kernels._maps import Lookup, Spread
from asdopt.kernels._packing import Fixed, Instances, Packer
from asdopt.kernels._plan import Plan
from asdopt.kernels._selection import Selection, Template, select, shared_constants
from asdopt.kernels._soundness import SoundnessCheck
from asdopt.tracing._trace import Trace

__all__ = ["Kernels"]

IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]


class Kernels:
    """A trace prepared for the block machine.

    Parameters
    ----------
    trace : Trace
        Output 0 is the objective, the others are the constraints.
    jacobian_pattern : SparsityPattern
        Of the constraints.
    hessian_pattern : SparsityPattern or None
        Lower triangle, of the sum of all outputs; None for first derivatives alone.
    empty : bool
        Leave everything to the remainder.

    Attributes
    ----------
    machine : Machine
    remainder : Remainder
    num_instances : list of int
        Instances of each template that has a kernel.
    disagreement : str
        What the soundness check found wrong; empty for sound kernels.
    """

    def __init__(
        self,
        trace: Trace,
        jacobian_pattern: SparsityPattern,
        hessian_pattern: SparsityPattern | None,
        *,
        empty: bool = False,
    ) -> None:
        found = select(trace, -1 if empty else 8 * trace.num_nodes + 1_000_000)
        self.remainder = found.remainder
        self.num_instances = [template.rows.shape[1] for template in found.templates]
        check = SoundnessCheck(
            trace, found.remainder, jacobian_pattern, hessian_pattern, found.room
        )
        layout = _Layout(trace, jacobian_pattern, hessian_pattern, found)
        for template in found.templates:
            layout.add(template)
        self.machine = layout.machine()
        self.disagreement = check.find_disagreement(self.machine)


class _Layout:
    """Places of results in arrays, and the collected programs of the kinds of results."""

    def __init__(
        self,
        trace: Trace,
        jacobian_pattern: SparsityPattern,
        hessian_pattern: SparsityPattern | None,
        found: Selection,
    ) -> None:
        self._trace = trace
        n, m = trace.num_inputs, len(trace.outputs)
        self._first_map = n + trace.num_parameters
        self._maps = found.maps
        self._jacobian = jacobian = Lookup(jacobian_pattern)
        rows_of_maps = found.maps.rows()
        second = hessian_pattern or SparsityPattern([], [], (n, n))
        self._hessian = HessianLayout(rows_of_maps, Lookup(second), n, second.nnz)
        self._has_hessian = hessian_pattern is not None
        self._spreads = {
            "gradient": Spread(rows_of_maps, None, n),
            "jacobian": Spread(rows_of_maps, jacobian, jacobian_pattern.nnz),
        }
        indptr, cols, coefs = found.linear
        rows = np.repeat(np.arange(m, dtype=np.int32), np.diff(indptr))
        self._linear = found.linear
        first = int(indptr[1])
        self._base = {
            "outputs": found.constants,
            "gradient": np.zeros(n),
            "jacobian": np.zeros(jacobian_pattern.nnz),
        }
        self._base["gradient"][cols[:first]] = coefs[:first]
        places = jacobian(rows[first:] - 1, cols[first:])
        self._base["jacobian"][places] = coefs[first:]
        self._fixed = Fixed(np.maximum(indptr - first, 0), places, coefs[first:])
        occupied = {name: base != 0.0 for name, base in self._base.items()}
        occupied["outputs"] |= np.diff(indptr) > 0
        self._packers = {name: Packer(mask, name == "jacobian") for name, mask in occupied.items()}
        # What is evaluated with the objective: programs, outputs, and what they read.
        self._is_first: list[bool] = []
        self._first_rows = np.zeros(m, dtype=bool)
        self._first_rows[0] = True
        self._first_slots = np.zeros(self._first_map + len(found.maps), dtype=bool)
        self._first_slots[cols[:first]] = True

    def add(self, template: Template) -> None:
        """Differentiate and compile a template for its instances."""
        slots, rows = self._maps.numbered(template.slots), template.rows
        kinds, data = shared_constants(template.constants)
        found = Derivation(template.code, kinds)
        instances = Instances(slots, data, rows)

        objective = [r for r, is_objective in enumerate(found.rows) if is_objective]
        others = [r for r, is_objective in enumerate(found.rows) if not is_objective]
        self._is_first.append(bool(objective))
        if objective:
            self._first_rows[rows] = True
            self._first_slots[slots] = True
        values = dict(enumerate(found.values()))
        self._packers["outputs"].add(found.graph, values, instances, rows, {})
        for name, some in (("gradient", objective), ("jacobian", others)):
            refs = found.gradients(some)
            spread = self._spreads[name]
            local = {
                (row, slot): spread.first(rows[row] - 1, slots[slot])
                for row, slot in refs
                if slot in found.maps
            }
            keys = [key for key in refs if key not in local]
            if name == "gradient":
                places = slots[[slot for _, slot in keys]]
            else:
                places = self._jacobian.entries(rows, slots, keys, shift=1)
            self._packers[name].add(found.graph, refs, instances, places, local)
        if self._has_hessian:
            self._hessian.add(found, instances)

    def machine(self) -> Machine:
        """Lay out what was collected."""
        trace = self._trace
        n, m = trace.num_inputs, len(trace.outputs)
        parameters = trace.val[n : n + trace.num_parameters].copy()
        maps = self._maps.tape(self._first_slots[self._first_map :])
        first_inputs = self._first_slots[:n].copy()
        if maps is not None:
            leaves = maps.first_leaves()
            first_inputs[leaves[leaves < n]] = True
        jobs = {name: self._derivatives(name) for name in self._spreads}
        jobs["hessian"] = self._hessian.job()
        jobs["objective"], jobs["outputs"] = self._outputs()
        return Machine(n, m, **jobs, first_inputs=first_inputs, parameters=parameters, maps=maps)

    def _outputs(self) -> tuple[Job, Job]:
        """Lay out what is evaluated for the objective, and the rest of the outputs."""
        packer, base = self._packers["outputs"], self._base["outputs"]
        programs = packer.programs()
        indptr, cols, coefs = self._linear
        has_linear = np.diff(indptr) > 0
        jobs = []
        for is_first in (True, False):
            rows = np.flatnonzero(has_linear & ((np.arange(len(base)) == 0) == is_first))
            ends = np.append(indptr[rows], indptr[rows[-1] + 1] if len(rows) else 0)
            linear = Sparse(rows.astype(np.int32), ends, cols, coefs) if len(rows) else None
            chosen = [
                p for p, first in zip(programs, self._is_first, strict=True) if first == is_first
            ]
            own = self._first_rows == is_first
            job = Job(base, packer.stored, packer.touched, linear, Plan(chosen), None, 0, own)
            jobs.append(job)
        return jobs[0], jobs[1]

    def _derivatives(self, name: str) -> Job:
        """Lay out the gradient or the Jacobian."""
        packer, spread = self._packers[name], self._spreads[name]
        plan = Plan(packer.programs(self._fixed if name == "jacobian" else None))
        touched = packer.touched.copy()
        touched[spread.places()] = True
        matrix = spread.matrix()
        base = self._base[name]
        return Job(base, packer.stored, touched, None, plan, matrix, spread.num_local)
