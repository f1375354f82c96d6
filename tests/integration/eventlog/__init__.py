"""The log on a real Postgres: many writers, bad days, the library's own cases, migrations."""
