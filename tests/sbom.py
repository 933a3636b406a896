"""``python -m tests.sbom``: what runs the bot, as a CycloneDX list of components with versions and hashes.

It is made of requirements.txt alone, which holds every package that runs the bot with its hashes; why each is there
stands in docs/dependencies.md.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_PACKAGE = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^ ;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(requirements: str) -> list[dict[str, Any]]:
    """The packages of a file of requirements, by name.

    Raises:
        ValueError: a line is neither a package with its version nor what belongs to one.
    """
    found: list[dict[str, Any]] = []
    for line in requirements.splitlines():
        if package := _PACKAGE.match(line):
            name, version = package["name"], package["version"]
            purl = f"pkg:pypi/{re.sub('[-_.]+', '-', name).lower()}@{version}"
            found.append(
                {"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": purl, "hashes": []}
            )
        elif line.strip() and not line.lstrip().startswith(("#", "--hash=")):
            raise ValueError(f"no package with a version: {line}")
        for digest in _HASH.findall(line):
            found[-1]["hashes"].append({"alg": "SHA-256", "content": digest})
    return sorted(found, key=lambda one: str(one["name"]).lower())


def bill(requirements: str) -> dict[str, Any]:
    """The whole document."""
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components(requirements)}


def main() -> None:
    """Print it."""
    json.dump(bill((ROOT / "requirements.txt").read_text(encoding="utf-8")), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
