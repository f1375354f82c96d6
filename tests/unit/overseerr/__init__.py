"""Reading Overseerr."""
