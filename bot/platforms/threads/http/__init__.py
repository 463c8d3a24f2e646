"""The HTTP of Threads: requests, errors, tokens, and the end points."""
