"""What visitors and the operator send: comments, and decisions on held ones."""
