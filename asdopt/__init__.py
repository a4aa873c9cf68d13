"""Nonlinear optimization of plain Python functions with exact sparse derivatives."""
