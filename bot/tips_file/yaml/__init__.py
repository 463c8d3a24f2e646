"""YAML: a restricted subset, read with the line of every value."""
