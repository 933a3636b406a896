"""The KPI catalogue: entries as data."""
