"""Standing trials: the bot's deliveries under faults and kills, against a Slack that is a file."""
