"""What API keys promise."""
