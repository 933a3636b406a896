"""Typed things in words: what people read of them, in every message, form, report and export."""
