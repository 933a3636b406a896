"""What somebody with harm in mind would send, and what stops it."""
