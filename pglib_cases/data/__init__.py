"""Embedded PGLib cases and the baseline table (data CC-BY 4.0, see the files here)."""
