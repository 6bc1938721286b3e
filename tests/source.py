"""The project's own source as syntax trees, for tests that look at how it is written."""

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
SRC = ROOT / "src"
PACKAGE = SRC / "product_importer"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: its path from the project's root, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """The syntax tree of the file, read once and only for a test that looks at it."""
        return _tree(self.text)

    @property
    def lines(self) -> int:
        """How many lines the file has."""
        return self.text.count("\n") + 1

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield every function and method, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, FUNCTIONS))

    def classes(self) -> Iterator[ast.ClassDef]:
        """Yield every class."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))


@functools.cache
def python(*folders: str) -> tuple[Source, ...]:
    """Return the Python files below these folders of the project, ordered by path."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(Source(str(path.relative_to(ROOT)), path.read_text()) for path in paths)


def calls(node: ast.AST) -> Iterator[str]:
    """Yield what is called inside `node`, as it is written: `tasks.register`, `print`."""
    return (ast.unparse(inner.func) for inner in ast.walk(node) if isinstance(inner, ast.Call))


def printed_by(program: str) -> set[str]:
    """Run a few lines in a fresh Python, which has imported nothing yet, and return the words that it prints."""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(SRC)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@functools.cache
def _tree(text: str) -> ast.Module:
    return ast.parse(text)
