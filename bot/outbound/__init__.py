"""Outgoing HTTP: the session and the rate limits of all clients, and safe reading of pages."""
