"""A citizen sends an appeal."""
