"""The event log on Postgres, and in memory."""
