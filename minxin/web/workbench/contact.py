"""The citizen's contact, revealed with a reason."""
