"""Uploaded files: looked into, cleaned, stored by their content."""
