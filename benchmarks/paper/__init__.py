"""The experiments of the paper that asdopt follows, run again: ``python -m benchmarks.paper``."""
