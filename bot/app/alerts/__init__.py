"""Alerts: finds what needs a person, and tells it once on the operator's own channel."""
