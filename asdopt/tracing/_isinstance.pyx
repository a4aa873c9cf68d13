# cython: language_level=3
"""``isinstance`` of traced values, which is asked too often for Python code to answer."""

# Functions that give a plain value of the kind of a traced one, by its type.
cdef dict _samples = {}


def install_samples(dict samples):
    """Take the functions, from ``_standins_types.py``."""
    global _samples
    _samples = samples


def is_instance(value, kinds, /):
    """``isinstance``, where a traced value is what a plain one would be in its place."""
    sample = _samples.get(type(value))
    return isinstance(value if sample is None else sample(value), kinds)
