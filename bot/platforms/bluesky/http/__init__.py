"""The HTTP of Bluesky: requests (XRPC), sessions, errors, values from JSON, the end points."""
