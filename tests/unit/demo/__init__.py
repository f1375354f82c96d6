"""The made-up house, and where a demonstration of it lives."""
