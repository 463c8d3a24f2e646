"""Rules for text, whatever it is used for."""
