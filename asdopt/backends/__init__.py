"""Backends: jvp, vjp and hvp of a function behind one interface."""
