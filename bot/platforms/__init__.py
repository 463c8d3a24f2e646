"""Whom we talk to: one package for each kind of platform, behind the doors of `core.ports.platform`."""
