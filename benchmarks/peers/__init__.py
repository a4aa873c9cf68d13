"""One file a system; each has its ``PARTICIPANTS``."""
