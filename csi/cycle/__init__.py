"""The cycle: gates, step order, the spiral."""
