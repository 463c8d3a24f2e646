"""Values of the tips file: text, numbers, times, time zones, URLs."""
