"""What every client of the network shares: proof that nothing was sent, and bounded answers."""
