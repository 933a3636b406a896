"""A small language for what a JSON value may look like, with a pointer to whatever breaks it, in Slack's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Problems:
    """What is wrong so far, each with its JSON pointer.

    ``context`` is what some rules need to know; ``misshapen`` counts the values of another kind than expected, into
    which rules about a whole must not look.
    """

    messages: list[str] = field(default_factory=list)
    context: dict[str, Any] = field(default_factory=dict)
    misshapen: int = 0

    def add(self, message: str, pointer: str) -> None:
        """One more breach."""
        self.messages.append(f"{message} [json-pointer:{pointer}]")

    def must_provide(self, kind: str, pointer: str) -> None:
        """A value of another kind."""
        self.misshapen += 1
        self.add(f"must provide {kind}", pointer)


Rule = Callable[[Any, str, Problems], None]


def string(maximum: int | None = None, minimum: int = 0) -> Rule:
    """A string of so many characters."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problems.must_provide("a string", pointer)
        elif len(value) < minimum:
            problems.add(f"must be more than {minimum - 1} characters", pointer)
        elif maximum is not None and len(value) > maximum:
            problems.add(f"must be less than {maximum + 1} characters", pointer)

    return check


def boolean(value: Any, pointer: str, problems: Problems) -> None:
    """True or false."""
    if not isinstance(value, bool):
        problems.must_provide("a boolean", pointer)


def anything(value: Any, pointer: str, problems: Problems) -> None:
    """Whatever it is, it passes."""


def whole(minimum: int, maximum: int) -> Rule:
    """An integer within bounds."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            problems.must_provide("a number", pointer)
        elif not minimum <= value <= maximum:
            problems.add(f"must be between {minimum} and {maximum}", pointer)

    return check


def one_of(*allowed: str) -> Rule:
    """One of a few words."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if value not in allowed:
            problems.add(f"must be one of: {', '.join(allowed)}", pointer)

    return check


def items(rule: Rule, maximum: int, minimum: int = 1) -> Rule:
    """A list of so many, each obeying ``rule``."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problems.must_provide("an array", pointer)
            return
        if len(value) < minimum:
            problems.add(f"no fewer than {minimum} items allowed", pointer)
        if len(value) > maximum:
            problems.add(f"no more than {maximum} items allowed", pointer)
        for index, one in enumerate(value):
            rule(one, f"{pointer}/{index}", problems)

    return check


def record(
    required: Mapping[str, Rule],
    optional: Mapping[str, Rule] | None = None,
    *also: Rule,
) -> Rule:
    """An object with these fields and no others; ``also`` are rules about the whole object."""
    known = {**required, **(optional or {})}

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.must_provide("an object", pointer)
            return
        misshapen = problems.misshapen
        for name in required:
            if value.get(name) is None:
                problems.add(f"missing required field: {name}", pointer)
        for name, one in value.items():
            if name not in known:
                problems.add(f"invalid additional property: {name}", pointer)
            elif one is not None:
                known[name](one, f"{pointer}/{name}", problems)
        for rule in also if problems.misshapen == misshapen else ():
            rule(value, pointer, problems)

    return check


def by_type(table: Mapping[str, Rule]) -> Rule:
    """An object whose ``type`` chooses the rule."""

    def check(value: Any, pointer: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.must_provide("an object", pointer)
            return
        kind = value.get("type")
        if kind is None:
            problems.add("missing required field: type", pointer)
        elif not isinstance(kind, str):
            problems.must_provide("a string", f"{pointer}/type")
        elif kind not in table:
            problems.add(f"unsupported type: {kind}", f"{pointer}/type")
        else:
            table[kind](value, pointer, problems)

    return check


def text(maximum: int, kinds: tuple[str, ...] = ("plain_text", "mrkdwn"), minimum: int = 1) -> Rule:
    """A text object of so many characters."""
    fields = {"type": one_of(*kinds), "text": string(maximum, minimum)}
    return record(fields, {"emoji": boolean, "verbatim": boolean})


def plain(maximum: int) -> Rule:
    """A plain_text object of so many characters."""
    return text(maximum, ("plain_text",))
