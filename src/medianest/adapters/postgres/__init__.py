"""What MediaNest keeps in Postgres beside the log."""
