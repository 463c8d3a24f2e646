"""The content of pages: what is read from the store, and made fit to be shown."""
