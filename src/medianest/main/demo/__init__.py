"""A made-up house to look at: weeks of history that the domain decided, and stand-ins for what is outside."""
