"""The HTTP front door, on Litestar."""
