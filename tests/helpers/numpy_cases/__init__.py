"""The census: what each public function of NumPy does with traced values.

``CASES`` maps the name of a function to calls that are checked against NumPy: value, shape,
Jacobian, Hessian and patterns. A name that stands nowhere here must be refused. The page
docs/numpy.md is generated from this table. Each module enters its calls.
"""

from numpy_cases import creation, linear_algebra, products, reductions, shapes
from numpy_cases._table import CASES, Case
from numpy_cases.special import SPECIAL_CASES, SPECIAL_FUNCTIONS, U

__all__ = [
    "CASES",
    "SPECIAL_CASES",
    "SPECIAL_FUNCTIONS",
    "Case",
    "U",
    "creation",
    "linear_algebra",
    "products",
    "reductions",
    "shapes",
]
