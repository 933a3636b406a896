"""The house holds: import contracts, seven names in all places, README's tree, a test for every rule."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePath

import pytest

from bot import listeners
from bot.manifest import MANIFEST
from csi.terms import Step

ROOT = Path(__file__).resolve().parents[1]
STEP_NAMES = (
    "step1_should_measure",
    "step2_can_measure",
    "step3_gather",
    "step4_process",
    "step5_analyse",
    "step6_present",
    "step7_correct",
)
RULES = {1: 8, 2: 5, 3: 4, 4: 4, 5: 6, 6: 8, 7: 8}  # how many rules are built, by step
MANY = 7  # fields: more are told apart by name only


# What only one place may do, in words of the code; the sandbox is a Slack of its own, with its own clock.
ONE_PLACE = {
    r"\b(?:datetime|date|Timestamp)\.(?:now|today|utcnow)\(|\btime\.time\(|\.fromtimestamp\(time": {"bot/clock.py"},
    # The command hands its environment on as a mapping.
    r"\bos\.(?:environ|getenv|putenv)\b|\bBaseSettings\b": {"bot/settings.py", "csi/__main__.py"},
    r"\bpyplot\b": {"csi/charts/canvas.py"},  # in words only
    # States are compared with csi.states; a step on the card has places of its own.
    r"\.state\)? (?:==|!=|in|not in) \(?\"|\bstate=\(?\"": {"bot/blocks/status_card.py"},
    r"\bgetLogger\b|\bwarnings\.warn\b": {
        "bot/log.py",
        "bot/installations.py",
    },  # the latter because Slack asks it for one
    r"^\s*from \.": set(),
}
# A job whose failure is a result of its own: a collection that fails is remembered, and said when it does not pass.
OWN_FAILURES = {"bot.listeners.sources.collecting.collect"}


def code() -> Iterator[tuple[str, str]]:
    """Path from the root and text of every module of the project but the sandbox's."""
    for path in sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "csi").rglob("*.py")]):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith("bot/sandbox/"):
            yield name, path.read_text(encoding="utf-8")


def python_names(folder: Path) -> set[str]:
    """Names of the modules and packages directly in a folder."""
    return {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}


def test_import_contracts_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("words", ONE_PLACE)
def test_what_one_place_does_no_other_place_does(words: str) -> None:
    found = {name for name, text in code() if re.search(words, text, re.MULTILINE)}
    assert found - ONE_PLACE[words] == set()


def test_listeners_and_jobs_leave_errors_to_those_who_tell_them() -> None:
    heard = {f"{one.listen.__module__}.{one.listen.__name__}": one.listen for one in listeners.ROUTES}
    trees = {name: ast.parse(textwrap.dedent(inspect.getsource(listen))) for name, listen in heard.items()}
    trying = {name for name, tree in trees.items() if any(isinstance(node, ast.Try) for node in ast.walk(tree))}
    assert trying == OWN_FAILURES


@pytest.mark.parametrize("place", ["csi", "bot/listeners", "bot/blocks", "tests"])
def test_the_seven_names_agree(place: str) -> None:
    assert set(STEP_NAMES) <= python_names(ROOT / place) | {p.name for p in (ROOT / place).iterdir() if p.is_dir()}


def test_the_seven_commands_are_told_apart() -> None:
    assert len({step.command for step in Step}) == 7
    assert [int(step) for step in Step] == [1, 2, 3, 4, 5, 6, 7]


def test_every_rule_of_the_product_has_a_test_named_after_it() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    tested = set(re.findall(r"def test_v(\d)_(\d)(?:_|\b)", text))
    wanted = {(str(step), str(number)) for step, count in RULES.items() for number in range(1, count + 1)}
    assert sorted(wanted - tested) == []


def test_the_rules_are_those_of_the_product(shared: Path) -> None:
    told = set(re.findall(r"V(\d)\.(\d+)", (shared / "spec" / "PRODUCT.md").read_text(encoding="utf-8")))
    built = {(str(step), str(number)) for step, count in RULES.items() for number in range(1, count + 1)}
    assert built == told


def _records() -> Iterator[tuple[str, ast.ClassDef]]:
    """Every dataclass of the bot and the core that has no fields of another's, with its place."""
    for path in sorted((*ROOT.glob("csi/**/*.py"), *ROOT.glob("bot/**/*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parents = {
            ast.unparse(base) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for base in node.bases
        }
        for node in tree.body:
            told = any("dataclass" in ast.unparse(one) for one in getattr(node, "decorator_list", ()))
            if isinstance(node, ast.ClassDef) and told and node.name not in parents and not node.bases:
                yield f"{path.relative_to(ROOT)}: {node.name}", node


def test_records_of_many_fields_are_made_by_keyword_only() -> None:
    by_position = [
        place
        for place, record in _records()
        if sum(isinstance(one, ast.AnnAssign) and "ClassVar" not in ast.unparse(one) for one in record.body) >= MANY
        and not any("kw_only=True" in ast.unparse(one) for one in record.decorator_list)
    ]
    assert by_position == []


def test_the_readme_tree_is_true() -> None:
    tree = re.search(r"```tree\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert tree, "README has no ```tree block"
    missing, folders = [], {}
    for line in tree.group(1).splitlines():
        found = re.match(r"(\s*)(\S.*?)(?:\s{2,}.*)?$", line)
        if not found:
            continue
        depth = len(found.group(1)) // 2
        for name in found.group(2).split(" · "):
            path = Path(folders.get(depth - 1, "")) / name
            folders[depth] = str(path)
            if not (ROOT / path).exists():
                missing.append(str(path))
    assert missing == []


def tracked(*folders: str) -> list[str]:
    """Every file that git knows, by its path from the root."""
    done = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("this folder is no git checkout")
    return done.stdout.split()


def test_an_installed_copy_has_every_file_it_reads() -> None:
    packing = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    left_out = []
    for name in tracked("bot", "csi"):
        path = PurePath(name)
        own = [PurePath(package.replace(".", "/"), one) for package, many in packing.items() for one in many]
        by_name = (ROOT / path.parent / "__init__.py").exists() and any(path.match(one) for one in packing["*"])
        if path.suffix != ".py" and not by_name and not any(path.match(str(one)) for one in own):
            left_out.append(name)
    assert left_out == []
    assert MANIFEST.parent == ROOT / "bot"
    assert MANIFEST.samefile(ROOT / "manifest.yml")


def test_nothing_in_the_project_names_a_machine_or_an_index() -> None:
    hosts = "|".join(("pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian"))
    bad = []
    for name in tracked():
        path = ROOT / name
        if path.is_file() and path.suffix not in {".gz", ".png"}:
            found = re.search(hosts, path.read_text(encoding="utf-8", errors="ignore"))
            bad += [f"{name}: {found.group()}"] if found else []
    assert bad == []
