"""What is true, told in given-when-then and in laws."""
