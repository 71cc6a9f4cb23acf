"""What each kind of paper says: its facts, its first words, whom it goes to, what follows it."""
