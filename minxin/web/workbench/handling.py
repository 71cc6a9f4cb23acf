"""Acceptance, the log, files."""
