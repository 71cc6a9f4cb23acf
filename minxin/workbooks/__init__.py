"""Excel workbooks: read what an office sends in, write what it takes away."""
