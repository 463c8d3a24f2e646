"""One package for each kind of platform, behind the ports of `core.ports.platform`."""
