"""Step 2, what can you measure: status, source, gap, SLA clause, measurement plan."""
