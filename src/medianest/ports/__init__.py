"""What is needed from outside: protocols named for roles, and the two families of failure that cross them."""
