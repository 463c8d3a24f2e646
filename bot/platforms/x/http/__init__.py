"""The HTTP of X: tweepy's client, its transport, its errors and its limits."""
