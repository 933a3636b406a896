"""The only caller of the Web API: outbox, uploads."""
