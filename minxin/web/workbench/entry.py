"""Staff entry: phone, letter, visit."""
