"""A made-up city to look around in: its people, its accounts, and cases in every state."""
