"""AC optimal power flow: MATPOWER parser, network data, models and baseline table."""
