"""In-app reminders."""
