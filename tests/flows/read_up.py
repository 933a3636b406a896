"""What a bot reads up when it starts: read once, before processes part."""

from bot.app import read_up

read_up()
