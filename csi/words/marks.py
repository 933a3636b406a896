"""Dates that may stand for "not yet", in words: what they are taken for, and what is asked."""

from __future__ import annotations

from csi.words.messages import counted, said


def taken(text: str, rows: int, column: str) -> str:
    """Of one that databases write where there is no date."""
    return counted(
        "‘{text}’ stands in {count} row of {column}: I read it as “not yet”.",
        "‘{text}’ stands in {count} rows of {column}: I read it as “not yet”.",
        rows,
        text=text,
        column=column,
    )


def open_(text: str, rows: int, column: str) -> str:
    """Of one that rows share, far from all other dates."""
    return said(
        "‘{text}’ stands in {count} rows of {column}, far from every other date: is it “not yet”? Until you say so, I "
        "leave it out.",
        text=text,
        column=column,
        count=f"{rows:,}",
    )


def real(text: str, column: str) -> str:
    """Of one that a person takes for a date."""
    return said("‘{text}’ in {column} is read as a date.", text=text, column=column)


def question(text: str, column: str) -> str:
    """What is asked of one in a form."""
    return said("What is {text} in ‘{column}’?", text=text, column=column)


def not_yet(rows: int) -> str:
    """The answer that there is no date."""
    return counted("“not yet”: no date ({count} row)", "“not yet”: no date ({count} rows)", rows)


def a_date() -> str:
    """The answer that it is a date."""
    return said("a real date")
