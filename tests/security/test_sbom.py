"""What runs the bot is listed by one command: each package, with its version and what its bytes hash to."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from tests.sbom import bill, components

REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8")


def test_every_package_that_is_installed_stands_in_it_with_its_hashes() -> None:
    made = bill(REQUIREMENTS)
    named = {(one["name"], one["version"]) for one in made["components"]}
    assert named == set(re.findall(r"^([\w.-]+)(?:\[.*?\])?==([^ ;\\]+)", REQUIREMENTS, re.MULTILINE))
    assert all(one["hashes"] for one in made["components"])
    assert sum(len(one["hashes"]) for one in made["components"]) == REQUIREMENTS.count("--hash=sha256:")
    assert "pkg:pypi/slack-bolt@" in str(made["components"])


def test_a_package_without_a_version_is_no_list() -> None:
    with pytest.raises(ValueError, match="no package with a version: requests"):
        components("requests\n")
