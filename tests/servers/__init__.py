"""Real servers for tests: each speaks its platform's own protocol over loopback HTTP."""
