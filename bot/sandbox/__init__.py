"""A local Slack for trying the bot and for its tests."""
