"""Benchmarks of asdopt against its peers: ``python -m benchmarks run``.

One file a workload in ``cases/``, one file a system in ``peers/``. ``_run.py`` starts a process for
each system, compares what they compute, then times them in turn; ``_worker.py`` is what runs in
those processes; ``_tables.py``, ``_plot.py``, ``_bars.py`` and ``_page.py`` read the JSON file.
"""
