"""All Slack text and layout: pure functions from results of the core to blocks."""
