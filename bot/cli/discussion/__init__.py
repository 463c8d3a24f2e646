"""Commands for the discussion."""
