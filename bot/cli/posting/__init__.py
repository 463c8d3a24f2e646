"""Commands for posts, slots and pauses."""
