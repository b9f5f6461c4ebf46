"""One machine: embedded PostgreSQL and Valkey, and the supervisor behind `python -m backend run`."""
