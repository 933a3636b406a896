"""The one place in ``csi`` that reaches out; the rest is handed a ``Fetcher`` and does not know what it does."""

from csi.fetching.fetcher import Fetcher

__all__ = ["Fetcher"]
