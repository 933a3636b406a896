"""Documents say what is true: links and paths lead somewhere, tests, rules and settings are those of the code."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.settings import Settings
from csi.cycle.gates import RULES
from csi.rules import DEFAULTS

ROOT = Path(__file__).resolve().parents[1]
DECISIONS = ROOT / "docs" / "decisions"
LONGEST = 15  # lines of a decision
README_BYTES = 8_000
PICTURE_BYTES = 150_000
PLACES = ("bot/", "csi/", "tests/", "docs/", "examples/", ".ci/")
# Documents that a specification had and the project does not have.
ABSENT = [
    "ANALYSIS",
    "STUDY",
    "PRODUCT",
    "SLACK",
    "CONVERSATION",
    "EXPORTS",
    "METHODS",
    "ARCHITECTURE",
    "HOUSE",
    "KPI_CATALOGUE",
]
OURS = ("pint", "statsmodels", "businesstimedelta")  # what these do, the product exists for


@cache
def tracked() -> tuple[str, ...]:
    """Every file that git knows or would know, by its path from the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("this folder is no git checkout")
    return tuple(sorted({name for name in done.stdout.split("\n") if name and (ROOT / name).is_file()}))


def documents() -> Iterator[tuple[Path, str]]:
    for name in tracked():
        if name.endswith(".md"):
            yield ROOT / name, (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """A document without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def decisions() -> list[Path]:
    return sorted(DECISIONS.glob("[0-9]*.md"))


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)


def anchors(text: str) -> set[str]:
    """What a link may name of a document: its headings as they are written in an address."""
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in headings(text)}


@cache
def names_of_tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_link_leads_somewhere() -> None:
    lost = []
    for path, text in documents():
        for link in re.findall(r"\]\(([^)\s]+)\)", prose(text)):
            place, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", place):
                continue
            end = (path.parent / place).resolve() if place else path
            known = end.exists() and (not anchor or anchor in anchors(end.read_text(encoding="utf-8")))
            lost += [] if known else [f"{path.relative_to(ROOT)}: {link}"]
    assert lost == []


def test_every_path_that_is_named_is_there() -> None:
    lost = []
    for path, text in documents():
        for named in re.findall(r"`([^`\s]+)`", prose(text)):
            place = re.split(r"::|:\d+$", named)[0]
            if place.startswith(PLACES) and not re.search(r"[*…<{]", place) and not (ROOT / place).exists():
                lost.append(f"{path.relative_to(ROOT)}: {named}")
    assert lost == []


def test_no_file_names_a_document_that_is_not_here() -> None:
    """Tests may read the specification where it lies beside the project: such a line says ``shared``."""
    absent = re.compile(rf"\b(?:{'|'.join(ABSENT)})\.md\b")
    said = []
    for name in tracked():
        if not name.endswith((".png", ".gz")) and name != "tests/test_documents.py":
            lines = (ROOT / name).read_text(encoding="utf-8", errors="ignore").split("\n")
            beside = name.startswith("tests/")
            told = [at for at, one in enumerate(lines, 1) if absent.search(one) and not (beside and "shared" in one)]
            said += [f"{name}:{at}" for at in told]
    assert said == []


def test_a_source_that_is_a_page_has_that_heading() -> None:
    lost = []
    for name in tracked():
        text = (ROOT / name).read_text(encoding="utf-8") if name.endswith((".py", ".yaml", ".yml")) else ""
        for page, behind in re.findall(r"\b(docs/[\w/-]+\.md)(?:,\s+(?:# )?([A-Z].{,60}))?", text):
            there = (ROOT / page).exists()
            known = headings((ROOT / page).read_text(encoding="utf-8")) if there else []
            if not there or (behind and not behind.startswith(tuple(known))):
                lost.append(f"{name}: {page}, {behind}")
    assert lost == []


def test_every_decision_names_tests_that_exist() -> None:
    lost = []
    for path in decisions():
        said = path.read_text(encoding="utf-8").partition("**Test.**")[2]
        named = re.findall(r"`(tests/[^`:]+)::([^`]+)`", said)
        lost += [] if named or said.strip() == "no test" else [f"{path.name}: names no test"]
        for file, test in named:
            there = (ROOT / file).exists() and test in names_of_tests(ROOT / file)
            lost += [] if there else [f"{path.name}: {file}::{test}"]
    assert lost == []


def test_a_decision_is_short_and_whole_and_stands_in_the_index() -> None:
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\d{4})\]\((.+?)\) \| (\d{4}-\d\d-\d\d) \| (.+?) \|$", index, re.MULTILINE)
    expected = []
    for number, path in enumerate(decisions(), 1):
        text = path.read_text(encoding="utf-8")
        head = re.match(r"# (\d{4}) · (.+)\n\nDate: (\d{4}-\d\d-\d\d)\n", text)
        assert head, path.name
        parts = re.findall(r"^- \*\*(.+?)\.\*\* \S", text, re.MULTILINE)
        assert [one for one in parts if one != "Why"] == ["Decision", "Rejected", "Would change it", "Test"], path.name
        assert text.count("\n") <= LONGEST, path.name
        assert head[1] == path.name[:4] == f"{number:04d}"
        expected.append((head[1], path.name, head[3], head[2]))
    assert rows == expected


def test_the_rules_told_are_those_of_the_code() -> None:
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (V\d\.\d+) \| .+ \| `(\S+)` `(\w+)` \|$", text, re.MULTILINE)
    code = [(one.id, one.check.__module__.replace(".", "/") + ".py", one.check.__name__) for one in RULES]
    assert told == sorted(code, key=lambda one: one[0])


def test_the_thresholds_told_are_those_of_the_code() -> None:
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").partition("## Thresholds")[2]
    told = re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", text, re.MULTILINE)
    assert [(name, float(value)) for name, value in told] == [(name, float(one)) for name, one in DEFAULTS.items()]


def test_every_setting_is_told() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("## Settings")[2]
    table = "\n".join(line.split("|")[1] for line in text.split("\n") if line.startswith("| `"))
    told = set(re.findall(r"`([A-Z_]+)`", table)) - {"CSI_DASK_SCHEDULER"}  # of the command, which has no settings
    assert told == {name.upper() for name in Settings.model_fields}


def needed() -> set[str]:
    """What the project cannot run without, by its name in the registry."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[\[<>=,]", one)[0] for one in project["dependencies"]}


def test_every_dependency_is_explained() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| .+ \| .+ \|$", text, re.MULTILINE)[1:]
    assert {name for row in rows for name in row.split(", ")} == needed()


def test_what_the_product_exists_for_is_no_library() -> None:
    assert needed() & set(OURS) == set()


def test_what_a_guide_calls_a_button_stands_on_one() -> None:
    modules = [path for place in ("bot", "csi") for path in (ROOT / place).rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in modules)
    lost = []
    for path in sorted((ROOT / "docs" / "guides").glob("*.md")):
        said = re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", path.read_text(encoding="utf-8"))
        lost += [f"{path.name}: {words}" for words in said if f'"{words}"' not in code]
    assert lost == []


def test_the_readme_and_the_pictures_are_light() -> None:
    assert (ROOT / "README.md").stat().st_size < README_BYTES
    guides = list((ROOT / "docs" / "guides").glob("*.png"))
    assert {one.stem for one in guides} == {one.stem for one in (ROOT / "docs" / "guides").glob("*.md")}
    assert [one.name for one in guides if one.stat().st_size >= PICTURE_BYTES] == []
