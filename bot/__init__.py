"""The Slack shell of the CSI bot: it translates, delivers and chases; the core decides."""
