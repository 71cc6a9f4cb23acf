"""Workdays, deadline rules, due instants and their explanation: pure functions, no database."""
