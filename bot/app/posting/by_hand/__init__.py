"""What an operator does to posts by hand: post, pause, skip, resolve, retract."""
