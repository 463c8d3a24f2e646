"""Networks of hosts and servers whose links a test can cut."""
