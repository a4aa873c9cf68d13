"""Tracing: a plain Python function enters, a tape of scalar nodes leaves."""
