"""Headers, signed tokens, rate limits, and who a visitor is."""
