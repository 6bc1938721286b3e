"""The terminal as its users meet it: real processes, their words and their exit statuses."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

import product_importer
from product_importer.imports import mock_file
from tests.patience import PATIENCE, until
from tests.servers import children
from tests.servers.postgres import Postgres

SOURCE = str(Path(product_importer.__file__).parents[1])


class Shell:
    """Runs words of the terminal in a folder of its own, where all data stays."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "PYTHONPATH": SOURCE, "COLUMNS": "200", "DATA_DIR": str(folder)}
        self.kept: list[subprocess.Popen[str]] = []

    def run(
        self, *words: str | Path, status: int = 0, typed: str = "", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        ended = subprocess.run(
            self._argv(*words),
            env={**self.environment, **settings},
            cwd=self.folder,
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert ended.returncode == status, ended.stdout + ended.stderr
        return ended

    def keep(self, *words: str, **settings: str) -> subprocess.Popen[str]:
        running = subprocess.Popen(
            self._argv(*words),
            env={**self.environment, **settings},
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.kept.append(running)
        return running

    def file(self, name: str, *lines: str) -> Path:
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        return path

    def counts(self, file: Path, *words: str, status: int) -> dict[str, int]:
        told = json.loads(self.run("import", file, "--json", *words, status=status).stdout)
        return {name: count for name, count in told["counts"].items() if count}

    def states(self) -> list[str]:
        """List the states of the imports, as another program finds them in the database."""
        path = self.folder / "product-importer.db"
        with contextlib.closing(sqlite3.connect(path)) as database, contextlib.suppress(sqlite3.OperationalError):
            return [state.lower() for (state,) in database.execute("SELECT state FROM imports")]
        return []

    def _argv(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "product_importer", *map(str, words)]

    def end(self) -> None:
        for running in self.kept:
            if running.poll() is None:
                running.kill()
            running.communicate()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path)
    yield shell
    shell.end()


@pytest.fixture
def free_port() -> int:
    return children.free_port()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def upload(port: int, content: bytes) -> str:
    sent = urllib.request.Request(f"http://127.0.0.1:{port}/upload", content, {"Content-Type": "text/csv"})
    with urllib.request.urlopen(sent, timeout=PATIENCE) as response:
        return str(json.load(response)["task_id"])


def status(port: int, followed: str) -> dict[str, object]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/upload/status/{followed}", timeout=PATIENCE) as response:
        return dict(json.load(response))


def processes(folder: Path) -> dict[int, str]:
    """List what runs on behalf of a test, by pid: it is known by its DATA_DIR."""
    mark, found = f"DATA_DIR={folder}".encode(), {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (process / "environ").read_bytes():
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def test_the_help_names_every_command(shell: Shell) -> None:
    told = shell.run("--help").stdout
    for word in ("serve", "web", "worker", "migrate", "import", "undo", "seed", "export", "generate-csv", "check"):
        assert f" {word} " in told


def test_a_made_file_is_written_and_its_account_printed(shell: Shell) -> None:
    told = shell.run("generate-csv", "--rows", "500", "--seed", "3", "--output", "made.csv").stderr
    made = mock_file.generate(shell.folder / "again.csv", rows=500, seed=3)
    assert (shell.folder / "made.csv").read_bytes() == (shell.folder / "again.csv").read_bytes()
    numbers = [line.split()[1] for line in told.splitlines() if line.startswith(("Products", "Superseded", "Rejected"))]
    assert numbers == [str(made.distinct), str(made.superseded), str(made.rejected)]


def test_a_made_file_goes_to_standard_output_alone(shell: Shell) -> None:
    told = shell.run("generate-csv", "--rows", "20", "--output", "-")
    mock_file.generate(shell.folder / "same.csv", rows=20)
    assert told.stdout == (shell.folder / "same.csv").read_text()


def test_a_place_that_cannot_be_written_is_said(shell: Shell) -> None:
    told = shell.run("generate-csv", "--output", "nowhere/made.csv", status=2).stderr
    assert "nowhere/made.csv cannot be written: No such file or directory." in told
    assert "What to do: Name another place with --output." in told


def test_a_made_file_imports_to_exactly_its_account(shell: Shell) -> None:
    made = mock_file.generate(shell.folder / "made.csv", rows=2_000)
    counts = shell.counts(shell.folder / "made.csv", status=1)
    assert counts == {
        "rows": 2_000,
        "created": made.distinct,
        "superseded": made.superseded,
        "rejected": made.rejected,
    }


def test_the_account_names_the_reasons_and_where(shell: Shell) -> None:
    file = shell.file("two.csv", "sku,name,price", "A-1,Lamp,5", "A-2,,5", "A-3,Mug,-5")
    told = shell.run("import", file, status=1).stderr
    assert "Created" in told
    for code, line in (("NAME_BLANK", "Line 3"), ("PRICE_NEGATIVE", "Line 4")):
        assert any(code in said and line in said for said in told.splitlines())
    assert "Total 3 · Imported 1 · Updated 0 · Invalid 2" in told


def test_a_file_without_faults_ends_with_status_0_and_changes_nothing_again(shell: Shell) -> None:
    file = shell.file("good.csv", "sku,name,price", "A-1,Lamp,5.00", "A-2,Mug,6.50")
    assert shell.counts(file, status=0) == {"rows": 2, "created": 2}
    assert shell.counts(file, status=0) == {"rows": 2, "unchanged": 2}


def test_columns_are_named_on_the_command_line(shell: Shell) -> None:
    file = shell.file("odd.csv", 'StockCode,"What, then",Cost', "A-1,Lamp,5")
    words = ("--mapping", "sku=StockCode,name=What, then,price=Cost")
    assert shell.counts(file, *words, status=0) == {"rows": 1, "created": 1}


def test_the_decimal_sign_and_the_mode_are_taken(shell: Shell) -> None:
    file = shell.file("german.csv", "sku;name;price", "A-1;Lampe;1,234")
    assert shell.counts(file, "--decimal", ".", "--mode", "create_only", status=0) == {"rows": 1, "created": 1}
    assert shell.counts(file, "--decimal", ".", "--mode", "create_only", status=0) == {"rows": 1, "skipped": 1}


def test_an_interrupt_cancels_and_says_so(shell: Shell) -> None:
    mock_file.generate(shell.folder / "made.csv", rows=20_000)
    importing = shell.keep("import", "made.csv", "--json", FAILPOINTS="import.slice.before-commit=sleep:1")
    until(lambda: shell.states() == ["applying"])
    importing.send_signal(signal.SIGINT)
    told = json.loads(importing.communicate(timeout=PATIENCE)[0])
    assert importing.returncode == 1
    assert told["state"] == "cancelled"


def test_a_missing_column_is_refused_with_the_way_to_name_it(shell: Shell) -> None:
    told = shell.run("import", shell.file("odd.csv", "Code 7,Words", "A-1,Lamp"), status=2).stderr
    assert "COLUMN_MISSING" in told
    assert "Code 7" in told
    assert "--mapping sku=" in told


def test_a_file_that_is_not_there_is_said(shell: Shell) -> None:
    told = shell.run("import", "nowhere.csv", status=2).stderr
    assert "nowhere.csv cannot be read: No such file or directory." in told


def test_a_mapping_that_cannot_be_read_is_said(shell: Shell) -> None:
    file = shell.file("good.csv", "sku,name", "A-1,Lamp")
    assert "--mapping cannot be read at 'colour=Hue'" in shell.run("import", file, "-m", "colour=Hue", status=2).stderr


def test_a_database_that_is_away_is_said(shell: Shell, free_port: int) -> None:
    file = shell.file("good.csv", "sku,name", "A-1,Lamp")
    url = f"postgresql://nobody@127.0.0.1:{free_port}/nothing"
    told = shell.run("import", file, status=2, DATABASE_URL=url).stderr
    assert "The database did not answer as expected" in told
    assert "Traceback" not in told


def test_the_demonstration_comes_out_as_the_seed_says(shell: Shell) -> None:
    shell.run("seed")
    made = mock_file.generate(shell.folder / "made.csv")
    counts = shell.counts(shell.folder / "made.csv", status=1)
    assert counts["created"] == made.distinct - 3 > 9_000
    assert counts["updated"] == 3
    assert counts["rejected"] == made.rejected > 0


def test_seeding_twice_adds_nothing_more(shell: Shell) -> None:
    assert "TEST-000" in shell.run("seed").stderr
    assert "already" in shell.run("seed").stderr


def test_everything_in_place_is_said_line_by_line(shell: Shell) -> None:
    shell.run("migrate")
    told = shell.run("check").stdout
    assert [line.split()[:2] for line in told.splitlines()] == [
        ["ok", what] for what in ("Settings", "Database", "Schema", "Storage", "Secret")
    ]


def test_what_is_not_in_place_is_said_with_what_to_do(shell: Shell, free_port: int) -> None:
    redis = f"redis://127.0.0.1:{free_port}/0"
    told = shell.run("check", status=1, REDIS_URL=redis, CELERY_BROKER_URL=redis, HOST="0.0.0.0").stdout
    failed = [line.split()[1] for line in told.splitlines() if line.startswith("failed")]
    assert failed == ["Schema", "Redis", "Broker", "Secret"]
    assert told.count("What to do:") == 4


@pytest.mark.server
def test_a_postgresql_without_unicode_letters_is_refused(shell: Shell, postgres_server: Postgres) -> None:
    postgres_server.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'").format(sql.Identifier("ascii_only"))
    )
    url = make_url(postgres_server.url).set(database="ascii_only").render_as_string(hide_password=False)
    try:
        told = shell.run("check", status=1, DATABASE_URL=url).stdout
    finally:
        postgres_server.drop(url)
    assert "its character type is C, which does not fold letters beyond ASCII" in told


@pytest.mark.server
def test_a_postgresql_in_place_is_said(shell: Shell, postgres_url: str) -> None:
    told = shell.run("check", DATABASE_URL=postgres_url).stdout
    assert "character type C.UTF-8" in told


def test_a_setting_that_cannot_be_read_is_said(shell: Shell) -> None:
    told = shell.run("check", status=2, PORT="eight").stderr
    assert "PORT: Input should be a valid integer" in told
    assert "Traceback" not in told


def test_a_taken_port_is_said(shell: Shell) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for word in ("serve", "web"):
            told = shell.run(word, status=2, PORT=port).stderr
            assert f"Port {port} on 127.0.0.1 cannot be used: Address already in use." in told
            assert "choose another port" in told


@pytest.mark.slow
@pytest.mark.kill
def test_serve_announces_itself_mends_itself_and_drains(shell: Shell, free_port: int) -> None:
    serving = shell.keep("serve", PORT=str(free_port))
    assert serving.stdout
    assert serving.stdout.readline() == f"Product Importer is ready at http://127.0.0.1:{free_port}\n"
    before = processes(shell.folder)
    for pid, command in before.items():
        if pid != serving.pid:
            assert command.endswith((" web ", " worker "))
            os.kill(pid, signal.SIGKILL)
    until(lambda: answers(free_port) and len(processes(shell.folder)) == len(before))
    assert len(before) == 3
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(PATIENCE) == 0
    assert processes(shell.folder) == {}


@pytest.mark.slow
@pytest.mark.kill
def test_a_killed_serve_takes_everything_along(shell: Shell, free_port: int) -> None:
    serving = shell.keep("serve", PORT=str(free_port))
    assert serving.stdout
    assert "ready" in serving.stdout.readline()
    serving.kill()
    serving.wait()
    until(lambda: not processes(shell.folder))
    assert not answers(free_port)


@pytest.mark.slow
@pytest.mark.kill
@pytest.mark.server
def test_a_killed_serve_takes_the_pool_of_its_celery_worker_along_even_at_work(
    shell: Shell, free_port: int, postgres_url: str, redis_url: str
) -> None:
    server = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url, "CELERY_BROKER_URL": redis_url}
    asleep = {"FAILPOINTS": "import.slice.before-commit=sleep:600", "WORKER_THREADS": "2"}
    serving = shell.keep("serve", PORT=str(free_port), **server, **asleep)
    assert serving.stdout
    assert "ready" in serving.stdout.readline()
    followed = upload(free_port, b"sku,name,price\nA-1,Lamp,5\n")
    until(lambda: status(free_port, followed)["state"] == "applying")
    assert len(processes(shell.folder)) == 5  # supervisor, web, worker and its pool of two
    serving.kill()
    serving.wait()
    until(lambda: not processes(shell.folder))
    assert not answers(free_port)


@pytest.mark.slow
def test_web_and_worker_run_apart_and_end_when_asked(shell: Shell, free_port: int) -> None:
    shell.run("migrate")
    parts = [shell.keep("web", PORT=str(free_port)), shell.keep("worker")]
    until(lambda: answers(free_port))
    followed = upload(free_port, b"sku,name,price\nA-1,Lamp,5\n")
    until(lambda: status(free_port, followed)["state"] == "completed")
    for part in parts:
        part.send_signal(signal.SIGTERM)
    # uvicorn drains and then ends by the signal itself, as a shell expects.
    assert [part.wait(PATIENCE) for part in parts] == [-signal.SIGTERM, 0]


def test_an_import_is_undone_by_its_number_after_the_preview_was_confirmed(shell: Shell) -> None:
    shell.run("import", shell.file("spring.csv", "sku,name,price", "A-1,Mug,1.00", "B-2,Lamp,2.00"))
    asked = subprocess.run(
        [sys.executable, "-m", "product_importer", "undo", "1"],
        env=shell.environment,
        cwd=shell.folder,
        input="n\n",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (asked.returncode, "Nothing was done." in asked.stderr) == (1, True)
    assert shell.states() == ["completed"]
    told = shell.run("undo", "1", "--yes").stderr
    assert "Deletes the 2 products it created." in told
    assert "Deleted 2 products." in told
    assert shell.states() == ["undone"]
    assert "UNDONE_ALREADY" in shell.run("undo", "1", "--yes", status=2).stderr


def test_a_name_that_looks_like_the_terminals_own_marks_is_printed_as_it_is(shell: Shell) -> None:
    (shell.folder / "price[").mkdir()
    made = shell.run("generate-csv", "--rows", "20", "--output", "price[/list].csv").stderr
    assert "Wrote price[/list].csv" in made
    shell.run("import", shell.file("spring[red].csv", "sku,name,price", "A-1,Mug,1.00"))
    assert "Import 1 · spring[red].csv" in shell.run("undo", "1", "--yes").stderr


@pytest.mark.parametrize(
    ("wanted", "words"), [("7", "There is no import 7."), ("spring", "neither an import's number")]
)
def test_an_undo_of_what_is_not_there_is_refused_with_what_to_do(shell: Shell, wanted: str, words: str) -> None:
    assert words in shell.run("undo", wanted, status=2).stderr
