"""The values that every layer shares: tips, schedules, deliveries, entries, settings."""
