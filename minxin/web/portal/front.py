"""The front page and the large type switch."""
