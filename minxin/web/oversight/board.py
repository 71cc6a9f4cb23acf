"""The city's tenants side by side."""
