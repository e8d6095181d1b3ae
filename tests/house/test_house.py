"""The rules of the house that no linter knows: sizes, contracts, what tracked files may not name, verbs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("api", "data", "gis", "maps", "tests")
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
VERBS = [
    "demo",
    "run",
    "test",
    "test-fast",
    "lint",
    "fix",
    "browser",
    "fuzz",
    "faults",
    "bench",
    "oracles",
    "migrate",
    "lock",
    "assets",
    "docs",
    "check",
    "clean",
]

# Written apart, or this file would break its own rule.
REGISTRIES = re.compile(
    rf"(pythonhosted|{'py'}pi|{'npm'}js|crates)\.(org|com|io)|deb\.{'debian'}\.org"
)
MACHINE_PATHS = re.compile(r"(^|[^A-Za-z0-9_.-])/(work|farm|root)/")


@cache
def tracked() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return tuple(
        path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()
    )


def code(*endings: str) -> Iterator[Path]:
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        ours = name.partition("/")[0] in PACKAGES and "/vendor/" not in name
        if ours and path.suffix in endings and "migrations/versions" not in name:
            yield path


def texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        try:
            yield name, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def test_files_stay_short() -> None:
    lengths = {
        path: len(path.read_text("utf-8").splitlines())
        for path in code(".py", ".sql", ".js", ".css", ".html")
    }
    assert {
        str(path.relative_to(ROOT)): n for path, n in lengths.items() if n >= LONGEST_FILE
    } == {}
    assert len(lengths) > 50


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines, less its docstring's."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and ast.get_docstring(function):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def test_functions_stay_short() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{node.name}": lines_of_code(node)
        for path in code(".py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines >= LONGEST_FUNCTION} == {}


def test_names_say_whether_something_may_be_missing() -> None:
    """What is called find may return nothing; what is called get returns it or raises."""
    returned = [
        (f"{path.relative_to(ROOT)}:{node.name}", node.name.lstrip("_"), ast.unparse(node.returns))
        for path in code(".py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns
    ]
    # An empty list is nothing found, too.
    sure = [
        w
        for w, name, how in returned
        if name.startswith("find_") and not re.search(r"None|^list", how)
    ]
    unsure = [w for w, name, how in returned if name.startswith("get_") and "None" in how]
    assert (sure, unsure) == ([], [])


@pytest.mark.parametrize(
    ("what", "pattern"), [("registry", REGISTRIES), ("path of one machine", MACHINE_PATHS)]
)
def test_tracked_files_name_none(what: str, pattern: re.Pattern[str]) -> None:
    named = [
        f"{name}:{number}: {what}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert named == []


def test_imports_run_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout


def test_every_package_below_the_domain_is_covered_by_a_contract() -> None:
    folders = {path.parent for path in code(".py") if path.name == "__init__.py"}
    modules = {path.parent for path in code(".py") if "tests" not in path.relative_to(ROOT).parts}
    assert {str(folder.relative_to(ROOT)) for folder in modules - folders} == set(), (
        "no __init__.py: no contract sees it"
    )


@pytest.mark.parametrize("verb", VERBS)
def test_makefile_has_the_verb_and_says_what_it_does(verb: str) -> None:
    helped = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert re.search(rf"^{re.escape(verb)} +\S+ \S+", helped, re.MULTILINE)


def test_no_test_is_skipped_or_sleeps() -> None:
    shirking = re.compile(
        r"pytest\.(mark\.)?(skip|xfail|importorskip)|unittest\.mock|time\.sleep\([1-9]"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in code(".py")
        if path.is_relative_to(ROOT / "tests") and path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if shirking.search(line)
    ]
    assert found == []


def test_locks_carry_a_hash_for_every_package() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-oracles.lock"):
        entries = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
        assert entries
        assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_development_lock_holds_the_same_versions() -> None:
    pins = [
        dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    ]
    assert {name: pin for name, pin in pins[0].items() if pins[1].get(name) != pin} == {}
