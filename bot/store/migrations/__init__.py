"""The numbered steps from an empty database to the schema; only ever added to."""
