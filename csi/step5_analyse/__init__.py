"""Step 5, analyse the data: the rules, findings, new limits, and the results of a cycle."""
