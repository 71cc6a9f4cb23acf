"""Excel import pages."""
