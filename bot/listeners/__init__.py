"""The routing table: everything that is heard, on one screen."""
