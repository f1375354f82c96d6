"""What a person proves besides their password."""
