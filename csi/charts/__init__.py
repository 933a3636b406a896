"""Step 6, present the information: charts, alt text, the SLAM grid, renderings."""
