"""What a cycle measures: from its tables to the definition that is computed."""
