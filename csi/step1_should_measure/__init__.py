"""Step 1, what should you measure: the tree vision, goal, CSF, KPI."""
