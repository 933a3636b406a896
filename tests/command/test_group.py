"""What is wrong about an option is said in plain words, by the command and by the bot's."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from csi.__main__ import app
from csi.command.group import plain


@pytest.mark.parametrize("program", [app, cli], ids=["csi", "bot"])
@pytest.mark.parametrize("arguments", [["run", "s.yml", "--engine", "spark"], ["web", "--port", "x"], ["init", "--no"]])
def test_no_check_is_named(program: object, arguments: list[str]) -> None:
    said = CliRunner().invoke(program, arguments)  # type: ignore[arg-type]
    assert said.exit_code == 2
    assert "rror, " not in said.output


def test_an_engine_that_is_not_known_names_those_that_are() -> None:
    said = " ".join(CliRunner().invoke(app, ["run", "s.yml", "--engine", "spark"]).output.replace("│", "").split())
    assert "'--engine': there is no 'spark'; expected one of 'pandas', 'dask'." in said


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Value error, 'x' is not one of 'a', 'b'.", "there is no 'x'; expected one of 'a', 'b'."),
        ("Assertion error, it is odd", "it is odd"),
        ("'3' is odd.", "'3' is odd."),
    ],
)
def test_a_refusal_begins_with_what_was_typed(message: str, told: str) -> None:
    assert plain(message) == told
