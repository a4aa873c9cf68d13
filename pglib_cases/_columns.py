"""Columns of the tables of a MATPOWER case file, counted from 0, and its bus types."""

from __future__ import annotations

# Tables that the model is built from, with the least number of columns each must have.
REQUIRED_COLUMNS = {"bus": 13, "gen": 10, "branch": 11, "gencost": 4}

BUS_I, BUS_TYPE, PD, QD, GS, BS, _, _, VA, BASE_KV, _, VMAX, VMIN = range(13)
GEN_BUS, _, _, QMAX, QMIN, _, _, GEN_STATUS, PMAX, PMIN = range(10)
F_BUS, T_BUS, BR_R, BR_X, BR_B, RATE_A, _, _, TAP, SHIFT, BR_STATUS, ANGMIN, ANGMAX = range(13)
MODEL, _, _, NCOST, COST = range(5)

REFERENCE, ISOLATED = 3, 4
