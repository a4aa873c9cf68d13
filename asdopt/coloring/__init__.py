"""Coloring: a sparsity pattern enters, colors of its rows or columns leave."""
