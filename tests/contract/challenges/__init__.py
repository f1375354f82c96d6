"""What is handed out once and comes back once."""
