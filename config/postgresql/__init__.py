"""Django's PostgreSQL backend, but for how a kept connection is checked: the database's ENGINE."""
