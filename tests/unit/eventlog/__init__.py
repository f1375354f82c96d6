"""The codec and the rules of the log, without a database."""
