"""What is true: values and rules without clock, I/O, environment or log."""
