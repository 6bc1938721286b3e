"""The deployment files against the code: commands, settings, probes and references are what they say they are."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from fastapi.routing import iter_route_contexts

from product_importer import __version__, worker
from product_importer.cli import app
from product_importer.kit import tasks
from product_importer.kit.settings import Settings
from product_importer.web.app import create_app
from tests import deployed
from tests.source import ROOT, SRC

PYTHON = re.compile(r"PYTHON\w+|PATH")
BUCKET = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"}  # obstore reads them itself
CLI: Any = typer.main.get_command(app)


@pytest.mark.parametrize(("file", "line"), sorted(set(deployed.commands())), ids=lambda said: said)
def test_every_command_is_one_that_the_program_knows(file: str, line: str) -> None:
    word, *rest = shlex.split(line)
    assert word in CLI.commands, file
    command: click.Command = CLI.commands[word]
    assert command.make_context(word, rest, resilient_parsing=False).info_name == word


def test_every_way_to_deploy_runs_what_it_needs() -> None:
    said = {(file, line.split()[0]) for file, line in deployed.commands()}
    for file in ("docker-compose.yml", "Procfile", "render.yaml"):
        assert {word for place, word in said if place == file} >= {"migrate", "web", "worker"}, file
    assert ("compose.sqlite.yaml", "serve") in said
    assert {line for file, line in deployed.commands() if file in deployed.CLOUD_RUN} == {"web", "worker", "migrate"}


def test_every_variable_is_a_setting() -> None:
    known = {name.upper() for name in Settings.model_fields} | BUCKET
    unknown = [said for said in deployed.variables() if said[1] not in known and not PYTHON.fullmatch(said[1])]
    assert unknown == []


def test_every_secret_has_to_be_given_and_none_is_committed() -> None:
    for name in deployed.COMPOSE:
        for service in deployed.ours(name).values():
            assert service["environment"]["SECRET_KEY"].startswith("${SECRET_KEY:?")
    for name in ("deploy/example.env", "deploy/systemd/product-importer.env"):
        assert re.findall(r"^(?:# )?\w*(?:SECRET|PASSWORD)\w*=(.+)$", deployed.text(name), re.MULTILINE) == []
    assert deployed.read("app.json")["env"]["SECRET_KEY"]["generator"] == "secret"


def test_every_probe_is_a_route(tmp_path: Path) -> None:
    routes = {str(route.path) for route in iter_route_contexts(create_app(Settings(data_dir=tmp_path)).routes)}
    assert {path for _, path in deployed.probes()} - routes == set()


@pytest.mark.parametrize("name", deployed.COMPOSE)
def test_a_compose_file_refers_to_what_it_has(name: str) -> None:
    file = deployed.read(name)
    services, volumes = file["services"], set(file["volumes"])
    needed = {other for service in services.values() for other in service.get("depends_on", {})}
    mounted = {place.partition(":")[0] for service in services.values() for place in service.get("volumes", ())}
    assert needed <= services.keys()
    assert mounted == volumes
    hosts = set(re.findall(r"(?:@|://)([a-z]+)[/:]", str([s.get("environment") for s in services.values()])))
    assert hosts - {"importer"} <= services.keys()


@pytest.mark.parametrize("name", deployed.COMPOSE)
def test_our_containers_are_bound_hand_and_foot(name: str) -> None:
    for service in deployed.ours(name).values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    published = [port for service in deployed.read(name)["services"].values() for port in service.get("ports", ())]
    assert published == ["${LISTEN:-127.0.0.1:8000}:8000"]


def test_the_compose_variables_are_explained() -> None:
    example = re.findall(r"^(?:# )?([A-Z_]+)=", deployed.text("deploy/example.env"), re.MULTILINE)
    wanted = {name for file in deployed.COMPOSE for name in re.findall(r"\$\{([A-Z_]+)", deployed.text(file))}
    assert wanted - set(example) <= {"CELERY_BROKER_URL"}
    assert [name for name in deployed.COMPOSE if "/" in name] == []  # Compose reads the .env beside its file
    assert set(example) <= wanted


def test_the_blueprint_of_render_refers_to_what_it_has() -> None:
    blueprint = deployed.read("render.yaml")
    names = {one["name"] for part in ("services", "databases", "envVarGroups") for one in blueprint[part]}
    variables = [one for service in blueprint["services"] for one in service.get("envVars", ())]
    sources = [one.get("fromDatabase") or one.get("fromService") or {"name": one["fromGroup"]} for one in variables]
    assert {source["name"] for source in sources} <= names
    assert all(one.get("ipAllowList") == [] for one in blueprint["databases"] + blueprint["services"][:1])


def test_the_image_holds_what_it_copies_and_is_named_by_the_version() -> None:
    assert [place for place in deployed.copied() if not place.exists()] == []
    kept = set(re.findall(r"^!(\S+)", deployed.text(".dockerignore"), re.MULTILINE))
    assert {str(place.relative_to(ROOT)) for place in deployed.copied()} == kept
    texts = [deployed.text(name) for name in (*deployed.COMPOSE, *deployed.CLOUD_RUN)]
    assert set(re.findall(r"product-importer:([\d.]+)", " ".join(texts))) == {__version__}


def test_the_image_runs_without_root() -> None:
    stages = deployed.text("Dockerfile").split("\nFROM ")
    assert len(stages) == 3  # what stands before the first, and two
    assert "\nUSER 10001:10001\n" in stages[-1]
    assert re.findall(r"^HEALTHCHECK", stages[-1], re.MULTILINE)


@pytest.mark.parametrize("name", deployed.UNITS)
def test_a_unit_of_systemd_has_no_rights_it_does_not_need(name: str) -> None:
    unit = deployed.unit(name)
    assert unit["User"] == "product-importer"
    assert unit["ProtectSystem"] == "strict"
    assert unit["CapabilityBoundingSet"] == ""
    assert unit["EnvironmentFile"] == "/etc/product-importer.env"


def test_the_proxies_pass_bytes_on_as_they_come() -> None:
    nginx = deployed.text("deploy/nginx/product-importer.conf")
    assert {"proxy_request_buffering off;", "proxy_buffering off;", "client_max_body_size 0;"} <= set(
        re.split(r"\n\s*", nginx)
    )
    assert "proxy_set_header Host $host;" in nginx
    assert "flush_interval -1" in deployed.text("deploy/caddy/Caddyfile")


def test_the_platforms_install_the_lock() -> None:
    assert "\n-r requirements/run.lock\n" in deployed.text("requirements.txt")
    python = deployed.text("runtime.txt").strip().removeprefix("python-")
    assert f"FROM python:{python}-slim" in deployed.text("Dockerfile")
    assert f"/lib/python{python}/" in deployed.text("Dockerfile")


def test_start_all_is_the_run_command_of_the_house() -> None:
    script = ROOT / "start_all.sh"
    assert script.stat().st_mode & 0o111 == 0o111
    assert "\nexec ./dev run " in script.read_text()


def test_celerys_own_command_finds_every_task_and_every_queue(tmp_path: Path) -> None:
    asked = "from celery_app import app; print(*app.tasks, *app.amqp.queues)"
    broker = {"CELERY_BROKER_URL": "redis://127.0.0.1:1/0", "DATA_DIR": str(tmp_path), "PYTHONPATH": str(SRC)}
    told = subprocess.check_output([sys.executable, "-c", asked], cwd=ROOT, env=os.environ | broker, text=True)
    worker.gather()
    wanted = {*tasks.registry, *(task.queue for task in tasks.registry.values()), "default"}
    assert {one for one in told.split() if not one.startswith("celery.")} == wanted
