"""One suite for every event log: appending, reading, forgetting."""
