"""The list of cases and the case page."""
