"""Step 4, process the data: one comparable series per KPI. Pure functions."""
