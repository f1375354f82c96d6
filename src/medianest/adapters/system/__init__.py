"""What MediaNest asks of the operating system: the clock, chance, and its own processes."""
