"""What is true: pure decisions and folds. Imports the standard library alone."""
