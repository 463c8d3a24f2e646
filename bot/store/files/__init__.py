"""Files in the data directory: permissions, the process lock, the event log file."""
