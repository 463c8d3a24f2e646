"""Alerts: what the operator is told when a person is needed, and when."""
