"""A study drafted from files: what they show is proposed with its reason, what they do not show is left to a person."""

from csi.study.drafting.drafted import Drafted, drafted

__all__ = ["Drafted", "drafted"]
