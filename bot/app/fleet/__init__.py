"""What an operator does with the bots of a fleet."""
