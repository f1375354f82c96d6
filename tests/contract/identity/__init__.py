"""What is kept of people's secrets."""
