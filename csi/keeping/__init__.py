"""What is kept of a service or a workspace: taken out as tables or as a study, or deleted for good."""
