"""Accounts: their limits, their read budget, their server, and finding one by its name."""
