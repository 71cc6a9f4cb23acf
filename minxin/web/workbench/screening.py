"""Claiming, screening, refusing: the clerk's pages."""
