"""Speed, shown and not claimed: figures beside a floor that the same run measures."""
