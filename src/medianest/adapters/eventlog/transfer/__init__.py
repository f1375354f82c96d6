"""A whole log as a file: taken out of one installation and into another, every byte of it accounted for."""
