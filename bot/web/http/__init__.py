"""The HTTP server: uvicorn, its connections, limits and threads."""
