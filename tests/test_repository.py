"""What is committed: no address of a package index, no path of one machine, locks with hashes and safe versions."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.servers import presence
from tests.source import ROOT

# In pieces, so that this file passes its own test.
INDEX_HOSTS = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "yarn" + "pkg.com"]
MIRRORS = ["deb." + "debian.org", "security." + "debian.org", "ftp." + "debian.org", "snapshot." + "debian.org"]
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:" + "|".join(["work", "root", "opt"]) + r")/\w")
FLOORS = {"starlette": "1.3.1", "python-multipart": "0.0.31"}  # below these lie known holes
REQUIREMENT = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)


@pytest.fixture(scope="module")
def tracked() -> dict[str, str]:
    """Every committed file with its text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        presence.missing("the list of what is committed", "run the tests in a git checkout")
    paths = [Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return {str(path): (ROOT / path).read_text(errors="ignore") for path in paths}


def test_no_file_names_a_package_index(tracked: dict[str, str]) -> None:
    named = [(path, host) for path, text in tracked.items() for host in INDEX_HOSTS + MIRRORS if host in text]
    assert named == []


def test_no_file_names_a_path_of_one_machine(tracked: dict[str, str]) -> None:
    named = [(path, found.group()) for path, text in tracked.items() if (found := MACHINE_PATH.search(text))]
    assert named == []


@pytest.mark.parametrize("lock", ["run", "test"])
def test_every_locked_requirement_has_its_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", _lock_text(lock))
    assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_test_lock_holds_all_of_the_run_lock() -> None:
    run, test = _locked("run"), _locked("test")
    assert {name: test.get(name) for name in run} == run


def test_the_locks_satisfy_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [(line, "run") for line in project["dependencies"]]
    wanted += [(line, "test") for line in project["optional-dependencies"]["dev"]]
    requirements = [(Requirement(line), _locked(lock)) for line, lock in wanted]
    unmet = [str(wish) for wish, locked in requirements if not wish.specifier.contains(locked.get(wish.name, "0"))]
    assert unmet == []


@pytest.mark.parametrize("name", FLOORS)
def test_no_locked_version_has_a_known_hole(name: str) -> None:
    assert Version(_locked("run")[name]) >= Version(FLOORS[name])


def test_make_and_dev_know_the_same_commands() -> None:
    makefile = (ROOT / "Makefile").read_text()
    words = re.findall(r'^    "([a-z-]+)": \w+,$', (ROOT / "dev").read_text(), re.MULTILINE)
    assert re.findall(r"^(\w.*):$", makefile, re.MULTILINE) == [" ".join(words)]


@pytest.mark.docs
def test_ci_runs_the_test_command_of_the_readme() -> None:
    readme, run = (ROOT / "README.md").read_text(), (ROOT / ".ci" / "run").read_text()
    assert "make test" in readme
    assert "\nmake test || " in run
    assert "\nmake check || " in run


@pytest.mark.docs
def test_every_link_between_the_documents_leads_somewhere(tracked: dict[str, str]) -> None:
    pages = [Path(path) for path in tracked if path.endswith(".md") and "vendor" not in path]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", tracked[str(page)])]
    assert [(str(page), link) for page, link in links if not (ROOT / page.parent / link).exists()] == []


def _lock_text(lock: str) -> str:
    return (ROOT / "requirements" / f"{lock}.lock").read_text().strip()


def _locked(lock: str) -> dict[str, str]:
    """Return the names of a lock with their versions."""
    return dict(REQUIREMENT.findall(_lock_text(lock)))
