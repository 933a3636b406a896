"""A cycle's measurement as a file, and its evaluation: steps 3 to 6 in one call."""
