"""Work for later on Procrastinate, a job queue in the same Postgres."""
