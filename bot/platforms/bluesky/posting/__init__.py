"""What is posted: record keys, records, facets."""
