"""The one place in ``csi`` that reaches out; the rest is handed a ``Fetcher`` and does not know what it does."""

from csi.fetching.fetcher import Fetcher
from csi.fetching.secrets import Secrets

__all__ = ["Fetcher", "Secrets"]
