"""Step 7, implement corrective action: propose, approve, review, new baseline."""
