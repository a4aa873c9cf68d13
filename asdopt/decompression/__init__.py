"""Decompression: colors and compressed products enter, matrix values leave."""
