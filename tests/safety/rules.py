"""Rules of our own in ast-grep's language, and the search for what they forbid."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml
from ast_grep_py import SgRoot

from tests.source import ROOT

FOLDER = Path(__file__).parent / "rules"
PLACES = {  # which files of the project each language is looked for in
    "python": ("src/**/*.py", "dev", "celery_app.py"),
    "html": ("src/product_importer/web/templates/**/*.html",),
    "javascript": ("src/product_importer/web/static/js/**/*.js",),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What is forbidden, where, with examples of both kinds, and the places that may do it for a reason."""

    id: str
    language: str
    config: Any
    files: tuple[str, ...]
    ignores: tuple[str, ...]
    caught: tuple[str, ...]
    passes: tuple[str, ...]
    reasons: Mapping[str, str]

    def finds(self, text: str) -> list[int]:
        """Return the lines of a text that the rule forbids."""
        return [one.range().start.line + 1 for one in parsed(text, self.language).find_all(self.config)]

    def reads(self, path: str) -> bool:
        """Say whether the rule holds for a file."""
        wanted = not self.files or any(fnmatchcase(path, glob) for glob in self.files)
        return wanted and not any(fnmatchcase(path, glob) for glob in self.ignores)


def every() -> Iterator[Rule]:
    """Read all rules, which ast-grep itself can read too: `ast-grep scan --rule FILE`."""
    for path in sorted(FOLDER.glob("*.yaml")):
        for told in yaml.safe_load_all(path.read_text()):
            known = told.get("metadata", {})
            yield Rule(
                told["id"],
                told["language"],
                {"rule": told["rule"]},
                tuple(told.get("files", ())),
                tuple(told.get("ignores", ())),
                tuple(known["caught"]),
                tuple(known["passes"]),
                known.get("reasons", {}),
            )


@functools.cache
def sources(language: str) -> Mapping[str, str]:
    """Return the project's files of a language by path; what others wrote (`vendor`) is not ours to judge."""
    paths = (path for glob in PLACES[language] for path in sorted(ROOT.glob(glob)) if "vendor" not in path.parts)
    return {str(path.relative_to(ROOT)): path.read_text() for path in paths}


@functools.cache
def parsed(text: str, language: str) -> Any:
    """Return the tree of a text."""
    return SgRoot(text, language).root()
