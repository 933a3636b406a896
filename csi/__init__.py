"""The core of the CSI bot: the seven steps, their rules and their statistics. Knows no Slack."""
