"""Pure functions and fakes: no server, no network, no clock."""
