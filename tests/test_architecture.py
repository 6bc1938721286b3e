"""How the source is built: floors, sizes, names; and that nothing stands outside of its list."""

import ast
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import RouteContext, iter_route_contexts

import product_importer
from product_importer.kit.errors import AppError
from product_importer.kit.settings import Settings
from product_importer.web.app import create_app
from product_importer.web.roles import Allows, Role
from tests import source
from tests.source import PACKAGE, ROOT, SRC

FILE_LINES = 400
FUNCTION_LINES = 40
LISTS = "migrations/versions/"  # a migration is a list of changes, as long as they are many
ROLELESS = {"/static", "/api/v1/openapi.json"}  # the same files for everybody
EMPTY_WORDS = re.compile(r"(Manager|Helper|Util|Utils|Service|Handler)$")


def test_imports_keep_the_contracts() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_is_longer_than_a_person_reads_at_once() -> None:
    python = {file.path: file.lines for file in source.python("src", "tests", "benchmarks") if LISTS not in file.path}
    others = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in _written_for_browsers()}
    assert {path: lines for path, lines in (python | others).items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{file.path}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for file in source.python("src")
        if LISTS not in file.path
        for function in file.functions()
    }
    assert {name: lines for name, lines in long.items() if lines > FUNCTION_LINES} == {}


@pytest.mark.parametrize("file", source.python("src", "tests", "benchmarks"), ids=lambda file: file.path)
def test_every_file_begins_with_a_sentence_about_what_it_is_for(file: source.Source) -> None:
    first = (ast.get_docstring(file.tree) or "").partition("\n")[0]
    assert first.endswith((".", "?")), f"{file.path} begins with {first!r}"


def test_every_folder_of_the_package_is_a_package() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*.py")} - {PACKAGE / "migrations" / "versions"}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_no_class_is_named_by_an_empty_word() -> None:
    names = [f"{file.path} {node.name}" for file in source.python("src") for node in file.classes()]
    assert [name for name in names if EMPTY_WORDS.search(name)] == []


def test_only_the_database_room_commits() -> None:
    committing = {
        file.path
        for file in source.python("src")
        for call in source.calls(file.tree)
        if call.endswith(".commit") and "/kit/database/" not in file.path
    }
    assert committing == set()


def test_web_writes_no_sql() -> None:
    verbs = {"select", "insert", "update", "delete", "text"}
    imported = {
        f"{file.path} {name.name}"
        for file in source.python("src/product_importer/web")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for name in node.names
        if name.name in verbs
    }
    assert imported == set()


def test_the_worker_gathers_every_task() -> None:
    written = {
        f"{file.path.removeprefix('src/product_importer/').removesuffix('.py').replace('/', '.')}.{function.name}"
        for file in source.python("src")
        for function in file.functions()
        if any(call == "tasks.register" for decorator in function.decorator_list for call in source.calls(decorator))
    }
    gathered = "import product_importer.worker; from product_importer.kit import tasks; print(*tasks.registry)"
    assert written == source.printed_by(gathered)
    assert written


def test_tables_imports_every_table() -> None:
    written = {
        statement.value.value
        for file in source.python("src")
        for node in file.classes()
        for statement in node.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__tablename__"
        if isinstance(statement.value, ast.Constant)
    }
    assert written == source.printed_by("from product_importer import tables; print(*tables.metadata.tables)")
    assert written


def test_every_route_declares_one_role_and_writing_ones_more_than_a_look(tmp_path: Path) -> None:
    routes = list(iter_route_contexts(create_app(Settings(data_dir=tmp_path)).routes))
    roles = {f"{_methods(route)} {route.path}": _roles(route) for route in routes if str(route.path) not in ROLELESS}
    assert {route: declared for route, declared in roles.items() if len(declared) != 1} == {}
    unguarded = {Role.ANYONE, Role.VIEWER}
    writing = {route for route, (role,) in roles.items() if not route.startswith("GET") and role in unguarded}
    assert writing == {"POST /inbox/{token}"}  # a receiver, to which the token is the key


@pytest.mark.docs
def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    documented = re.findall(r"^\| `([A-Z][A-Z_0-9]*)`", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(name.upper() for name in Settings.model_fields)


@pytest.mark.docs
def test_every_code_is_explained_and_every_explained_code_exists() -> None:
    codes = {error.code for error in _errors(AppError)} | _row_codes()
    explained = set(re.findall(r"^\|[^|]*`([A-Z][A-Z_0-9]*)`", (ROOT / "docs" / "errors.md").read_text(), re.MULTILINE))
    assert explained == codes


def _methods(route: RouteContext) -> str:
    return ",".join(sorted(route.methods or ()))


def _roles(route: RouteContext) -> list[Role]:
    dependant = getattr(route, "dependant", None)
    calls = [dependency.call for dependency in dependant.dependencies] if dependant else []
    return [call.role for call in calls if isinstance(call, Allows)]


def _written_for_browsers() -> Iterator[Path]:
    for path in (PACKAGE / "web").rglob("*"):
        if path.suffix in {".js", ".css", ".html"} and "vendor" not in path.parts:
            yield path


def _errors(base: type[AppError]) -> Iterator[type[AppError]]:
    """Yield every refusal of the package, after importing all of it."""
    if base is AppError:
        for module in pkgutil.walk_packages(product_importer.__path__, "product_importer."):
            if not module.name.endswith(("__main__", "migrations.env")) and ".versions" not in module.name:
                importlib.import_module(module.name)
    yield base
    for error in base.__subclasses__():
        yield from _errors(error)


def _row_codes() -> set[str]:
    codes = importlib.import_module("product_importer.imports.codes")
    return {str(code) for code in codes.Code}
