"""AC optimal power flow on the cases of PGLib: networks, models, published results, validation.

>>> from pglib_cases import acopf, load
>>> problem = acopf(load("118_ieee"))

Files, in the order of the work: `_matpower` (text to tables), `_rules` (tables to a `Case`),
`_polar` (a `Case` to a problem), `_validate` (a solution checked anew).
"""

from pglib_cases._baseline import Baseline, baseline
from pglib_cases._errors import CaseError
from pglib_cases._library import available, load
from pglib_cases._network import Case
from pglib_cases._polar import acopf
from pglib_cases._validate import validate

__all__ = ["Baseline", "Case", "CaseError", "acopf", "available", "baseline", "load", "validate"]
