"""The rules of posting: rotation, composing a post, results of attempts, reconciliation."""
