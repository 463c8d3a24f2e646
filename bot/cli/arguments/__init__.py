"""What commands are told: their options and arguments, and what is said of wrong ones."""
