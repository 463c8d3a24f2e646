"""How long a text is on each network, and what a network takes for a link."""
