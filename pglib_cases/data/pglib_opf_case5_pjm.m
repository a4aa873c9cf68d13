%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%
%%%%                                                                  %%%%%
%%%%    IEEE PES Power Grid Library - Optimal Power Flow - v23.07     %%%%%
%%%%          (https://github.com/power-grid-lib/pglib-opf)           %%%%%
%%%%               Benchmark Group - Typical Operations               %%%%%
%%%%                         23 - July - 2023                         %%%%%
%%%%                                                                  %%%%%
%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%
%
%   CASE5  Power flow data for modified 5 bus, 5 gen case based on PJM 5-bus system
%   Please see CASEFORMAT for details on the case file format.
%
%   Based on data from ...
%     F.Li and R.Bo, "Small Test Systems for Power System Economic Studies",
%     Proceedings of the 2010 IEEE Power & Energy Society General Meeting
%
%   Created by Rui Bo in 2006, modified in 2010, 2014.
%
%   Copyright (c) 2010 by The Institute of Electrical and Electronics Engineers (IEEE)
%   Licensed under the Creative Commons Attribution 4.0
%   International license, http://creativecommons.org/licenses/by/4.0/
%
%   Contact M.E. Brennan (me.brennan@ieee.org) for inquries on further reuse of
%   this dataset.
%
%   From PGLib-OPF v23.07, arXiv:1908.02788, CC-BY 4.0. Changed here: notes on the
%   making of the data and padding of numbers left out; every number is unchanged.
%
function mpc = pglib_opf_case5_pjm
mpc.version = '2';
mpc.baseMVA = 100.0;
%% area data
%	area	refbus
mpc.areas = [
1 4;
];
%% bus data
%	bus_i	type	Pd	Qd	Gs	Bs	area	Vm	Va	baseKV	zone	Vmax	Vmin
mpc.bus = [
1 2 0 0 0 0 1 1 0 230 1 1.1 0.9;
2 1 300 98.61 0 0 1 1 0 230 1 1.1 0.9;
3 2 300 98.61 0 0 1 1 0 230 1 1.1 0.9;
4 3 400 131.47 0 0 1 1 0 230 1 1.1 0.9;
5 2 0 0 0 0 1 1 0 230 1 1.1 0.9;
];
%% generator data
%	bus	Pg	Qg	Qmax	Qmin	Vg	mBase	status	Pmax	Pmin
mpc.gen = [
1 20 0 30 -30 1 100 1 40 0;
1 85 0 127.5 -127.5 1 100 1 170 0;
3 260 0 390 -390 1 100 1 520 0;
4 100 0 150 -150 1 100 1 200 0;
5 300 0 450 -450 1 100 1 600 0;
];
%% generator cost data
%	2	startup	shutdown	n	c(n-1)	...	c0
mpc.gencost = [
2 0 0 3 0 14 0;
2 0 0 3 0 15 0;
2 0 0 3 0 30 0;
2 0 0 3 0 40 0;
2 0 0 3 0 10 0;
];
%% branch data
%	fbus	tbus	r	x	b	rateA	rateB	rateC	ratio	angle	status	angmin	angmax
mpc.branch = [
1 2 0.00281 0.0281 0.00712 400 400 400 0 0 1 -30 30;
1 4 0.00304 0.0304 0.00658 426 426 426 0 0 1 -30 30;
1 5 0.00064 0.0064 0.03126 426 426 426 0 0 1 -30 30;
2 3 0.00108 0.0108 0.01852 426 426 426 0 0 1 -30 30;
3 4 0.00297 0.0297 0.00674 426 426 426 0 0 1 -30 30;
4 5 0.00297 0.0297 0.00674 240 240 240 0 0 1 -30 30;
];
