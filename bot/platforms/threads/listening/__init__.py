"""What is heard: mentions, conversations below our posts, and known entries again."""
