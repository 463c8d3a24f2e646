"""What is posted: containers, the picture's address, and own posts found again."""
