"""Stage 1: a plain Python function becomes a tape.

Enters: a user's function and a point or a size. Leaves: a :class:`~asdopt.tracing._trace.Trace`.
Next: ``asdopt.detection``.
"""
