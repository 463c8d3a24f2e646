"""The use cases. Each is a step: it gets the time as an argument, and never sleeps or waits."""
