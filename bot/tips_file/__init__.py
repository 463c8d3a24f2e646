"""Reads, checks and edits tips.yaml (`load`), notices its changes (`read_file`)."""
