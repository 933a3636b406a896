"""Step 4, process the data: the rules, what is left out, and the computing of a cycle's series."""
