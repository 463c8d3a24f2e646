"""The discussion: listening, reading threads, rechecking, acknowledging, replying, erasing."""
