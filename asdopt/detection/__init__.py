"""Stage 2: a tape becomes the sparsity pattern of its Jacobian or Hessian.

Enters: a :class:`~asdopt.tracing._trace.Trace`. Leaves: a
:class:`~asdopt._pattern.SparsityPattern`. Next: ``asdopt.coloring`` or ``asdopt.kernels``.
"""

from asdopt.detection._patterns import hessian_pattern, jacobian_pattern

__all__ = ["hessian_pattern", "jacobian_pattern"]
