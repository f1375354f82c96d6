"""What every keeper of parked events does."""
