"""The private Postgres and Valkey that MediaNest runs when it is given no address of its own servers."""
