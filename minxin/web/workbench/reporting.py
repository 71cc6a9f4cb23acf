"""Report, signature and review pages."""
