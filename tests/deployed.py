"""What the deployment files say: the commands that they run, the settings that they set, the names they refer to."""

import configparser
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.source import ROOT

COMPOSE = ("docker-compose.yml", "compose.sqlite.yaml")
CLOUD_RUN = tuple(f"deploy/cloudrun/{name}.yaml" for name in ("service", "worker-pool", "job"))
UNITS = tuple(sorted(str(path.relative_to(ROOT)) for path in (ROOT / "deploy/systemd").glob("*.service")))
RAILWAY = ("railway.json", "deploy/railway/worker.json")
PROGRAM = re.compile(r"(?:python -m product_importer|[\w./-]*\bproduct-importer) +([a-z][^\n|&;'`#]*)")
ASSIGNED = re.compile(r"\b([A-Z][A-Z0-9_]*)=")

Said = tuple[str, str]  # the file, and what it says


def read(name: str) -> Any:
    """Return the contents of a YAML or JSON file."""
    text = (ROOT / name).read_text()
    return json.loads(text) if name.endswith(".json") else yaml.safe_load(text)


def text(name: str) -> str:
    """Return a file as it stands."""
    return (ROOT / name).read_text()


def containers(name: str) -> Iterator[Mapping[str, Any]]:
    """Yield the containers of a Cloud Run file."""
    spec = read(name)["spec"]["template"]["spec"]
    yield from spec.get("template", {"spec": spec})["spec"]["containers"]


def ours(name: str) -> dict[str, Mapping[str, Any]]:
    """Return the services of a compose file that run our image."""
    services: dict[str, Mapping[str, Any]] = read(name)["services"]
    return {word: service for word, service in services.items() if "product-importer" in service["image"]}


def unit(name: str) -> Mapping[str, str]:
    """Return the section [Service] of a unit of systemd."""
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ROOT / name)
    return parser["Service"]


def commands() -> Iterator[Said]:
    """Yield each command line of ours, without the name of the program."""
    for name in COMPOSE:
        yield from ((name, _told(service["command"])) for service in ours(name).values())
    for name in CLOUD_RUN:
        yield from ((name, _told(container["command"] + container["args"])) for container in containers(name))
    yield from (("Dockerfile", _told(json.loads(said))) for said in re.findall(r"CMD (\[.*\])", text("Dockerfile")))
    for name in RAILWAY:
        deploy = read(name)["deploy"]
        said = "\n".join([deploy["startCommand"], *deploy.get("preDeployCommand", ())])
        yield from ((name, found) for found in PROGRAM.findall(said))
    for name in ("Procfile", "render.yaml", *UNITS, *guides()):
        yield from ((name, found.strip()) for found in PROGRAM.findall(text(name)) if "--help" not in found)


def variables() -> Iterator[Said]:
    """Yield each name that is set in the environment of our program."""
    for name in COMPOSE:
        yield from ((name, key) for service in ours(name).values() for key in service["environment"])
    for name in CLOUD_RUN:
        yield from ((name, one["name"]) for container in containers(name) for one in container["env"])
    for one in _render_variables():
        yield "render.yaml", one
    yield from (("app.json", key) for key in read("app.json")["env"])
    block = text("Dockerfile").rpartition("ENV ")[2].partition("\nWORKDIR")[0]
    for name, said in (("Dockerfile", block), ("Procfile", text("Procfile"))):
        yield from ((name, key) for key in ASSIGNED.findall(said))
    for name in ("deploy/systemd/product-importer.env",):
        yield from ((name, key) for key in re.findall(r"^(?:# )?([A-Z][A-Z0-9_]*)=", text(name), re.MULTILINE))


def probes() -> Iterator[Said]:
    """Yield each path that a platform asks for to see whether the server is well."""
    yield "railway.json", read("railway.json")["deploy"]["healthcheckPath"]
    asked = (one.get("healthCheckPath") for one in read("render.yaml")["services"])
    yield from (("render.yaml", path) for path in asked if path)
    yield "app.json", read("app.json")["success_url"]


def guides() -> tuple[str, ...]:
    """Return the pages that tell people what to type."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "deployment").glob("*.md")]
    return tuple(str(path.relative_to(ROOT)) for path in sorted(pages))


def _told(command: list[str]) -> str:
    """Return what a command tells our program; raises AttributeError where it starts another one."""
    return PROGRAM.fullmatch(shlex.join(command)).group(1)  # type: ignore[union-attr]


def _render_variables() -> Iterator[str]:
    blueprint = read("render.yaml")
    for holder in (*blueprint["services"], *blueprint["envVarGroups"]):
        yield from (one["key"] for one in holder.get("envVars", ()) if "key" in one)


def copied() -> list[Path]:
    """Return what the Dockerfile copies from the project."""
    return [ROOT / place for place in re.findall(r"^COPY (?!--from)(\S+)", text("Dockerfile"), re.MULTILINE)]
