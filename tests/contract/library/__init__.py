"""What is kept of the libraries of media servers."""
