"""Step 3, gather the data: raw batches exactly as delivered, typed rows, quarantine."""
