"""A citizen follows a case with number and code."""
