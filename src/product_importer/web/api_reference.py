"""The OpenAPI document as a person reads it: groups of operations, what each takes, what it answers, who may use it."""

import functools
import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI

from product_importer.web import roles
from product_importer.web.roles import Role

# What most come for stands first; a subject that is new stands last until it has its place here.
SUBJECTS: Final = ("imports", "products", "images", "webhooks", "feeds", "uploads", "journal", "accounts", "health")
METHODS: Final = ("get", "post", "put", "patch", "delete", "options")
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One value that is sent or answered."""

    name: str
    kind: str
    says: str = ""
    required: bool = False
    place: str = ""  # path, query, header; empty in a body


@dataclass(frozen=True, slots=True)
class Answer:
    """What a status means, and the fields of what comes with it."""

    status: str
    says: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    role: Role
    says: str
    more: str
    takes: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[Answer, ...]
    curl: str


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of one subject."""

    name: str
    operations: tuple[Operation, ...]


@functools.lru_cache(maxsize=1)
def groups(app: FastAPI) -> tuple[Group, ...]:
    """Return all operations of the API by subject, each in the order in which the document has it."""
    document, needed = app.openapi(), roles.declared(app)
    made: dict[str, list[Operation]] = {name: [] for name in SUBJECTS}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                told = methods[method]
                operation = _operation(document, method.upper(), path, needed[method.upper(), path], told)
                made.setdefault(told["tags"][0], []).append(operation)
    return tuple(Group(name, tuple(operations)) for name, operations in made.items())


def _operation(document: Json, method: str, path: str, role: Role, told: Json) -> Operation:
    says, _, more = told.get("description", told["summary"]).partition("\n\n")
    content = told.get("requestBody", {}).get("content", {})
    kind = next(iter(content), "")
    sent = _resolved(document, content[kind]["schema"]) if content else {}
    return Operation(
        id=told["operationId"],
        method=method,
        path=path,
        role=role,
        says=says,
        more=more,
        takes=tuple(_taken(document, one) for one in told.get("parameters", ())),
        body=tuple(_fields(document, sent)),
        answers=tuple(_answers(document, told["responses"])),
        curl=_curl(method, path, role, kind, sent),
    )


def _taken(document: Json, told: Json) -> Field:
    kind = _kind(document, told["schema"]).removesuffix(" or null")  # what is not sent is null
    return Field(told["name"], kind, told.get("description", ""), told.get("required", False), told["in"])


def _answers(document: Json, responses: Json) -> Iterator[Answer]:
    for status, told in sorted(responses.items()):
        content = told.get("content", {})
        good = status.startswith("2")
        schema = content.get("application/json", {}).get("schema", {}) if good else {}
        says = "" if told["description"] == "Successful Response" else told["description"]
        answered = {**_resolved(document, schema), "required": ()}  # which of them stand there is no question
        yield Answer(status, says, tuple(_fields(document, answered)))


def _fields(document: Json, schema: Json) -> Iterator[Field]:
    required = schema.get("required", ())
    for name, told in schema.get("properties", {}).items():
        yield Field(name, _kind(document, told), told.get("description", ""), name in required)


def _resolved(document: Json, schema: Json) -> Json:
    """Follow a reference to what it names."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _kind(document: Json, schema: Json) -> str:
    """Say what a value may be, in a few words."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(document, one) for one in schema["anyOf"]))
    found = _resolved(document, schema)
    if "enum" in found:
        return ", ".join(f"{one}" for one in found["enum"])
    if "const" in found:
        return str(found["const"])
    if found.get("type") == "array":
        return f"list of {_kind(document, found.get('items', {}))}"
    words = {"string": "text", "integer": "whole number", "boolean": "true, false", "null": "null"}
    return {"uuid": "id", "date-time": "time", "date": "day", "binary": "file"}.get(
        found.get("format", ""), words.get(found.get("type", ""), str(found.get("type", "any")))
    )


def _curl(method: str, path: str, role: Role, kind: str, sent: Json) -> str:
    """Write the request for a terminal, `$SERVER` and `$TOKEN` being the reader's own."""
    words = ["curl"] + ([f"-X {method}"] if method != "GET" else [])
    words += ['-H "Authorization: Bearer $TOKEN"'] if role is not Role.ANYONE else []
    examples = sent.get("examples", [])
    if kind == "multipart/form-data":
        words.append(f"-F {'file' if 'file' in sent.get('properties', {}) else next(iter(sent['properties']))}=@FILE")
    elif kind == "application/json":
        words.append("--json " + shlex.quote(json.dumps(examples[0]) if examples else "{}"))
    return " ".join([*words, f'"$SERVER{path}"'])
