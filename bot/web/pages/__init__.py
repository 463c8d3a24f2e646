"""The pages and feeds that everybody may read."""
