"""Rating, closing and withdrawal pages."""
