"""What is pure in signing in by the word of somebody else."""
