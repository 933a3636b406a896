"""Step 6, present the information: the rules, reports and what is posted."""
