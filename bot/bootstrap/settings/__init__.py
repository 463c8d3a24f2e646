"""Settings from outside the tips file: environment, secrets, the site key, logging."""
