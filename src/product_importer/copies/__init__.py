"""Copies of everything: into an archive and back, and from SQLite to PostgreSQL."""
