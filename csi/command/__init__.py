"""The `csi` command: what is typed, what is said, and how it ends."""
