"""Step 5, analyse the data: limits, signals, trend, change, verdict. Pure functions."""
