"""Installs the packages of the network: `python -m tests.servers.bluesky_network`."""

from .installed import FOLDER, install

if __name__ == "__main__":
    install()
    print(FOLDER)  # noqa: T201 - it is what the command is for
