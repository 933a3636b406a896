"""The incident log the tour plays on, and how it was made."""
