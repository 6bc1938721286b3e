"""Copies the browser libraries, exact and checked by npm's lock, into the tree; needs Node, the product does not."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
STATIC = "src/product_importer/web/static/vendor"
PICKED = {
    f"{STATIC}/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    f"{STATIC}/bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    f"{STATIC}/bootstrap.LICENSE.txt": "bootstrap/LICENSE",
    f"{STATIC}/popper.LICENSE.txt": "@popperjs/core/LICENSE.md",
    f"{STATIC}/tus.min.js": "tus-js-client/dist/tus.min.js",
    f"{STATIC}/tus.LICENSE.txt": "tus-js-client/LICENSE",
    f"{STATIC}/js-base64.LICENSE.txt": "js-base64/LICENSE.md",
    f"{STATIC}/url-parse.LICENSE.txt": "url-parse/LICENSE",
    f"{STATIC}/querystringify.LICENSE.txt": "querystringify/LICENSE",
    f"{STATIC}/requires-port.LICENSE.txt": "requires-port/LICENSE",
    f"{STATIC}/md5.umd.min.js": "hash-wasm/dist/md5.umd.min.js",
    f"{STATIC}/hash-wasm.LICENSE.txt": "hash-wasm/LICENSE",
    f"{STATIC}/spark-md5.min.js": "spark-md5/spark-md5.min.js",
    f"{STATIC}/spark-md5.LICENSE.txt": "spark-md5/LICENSE",
    "tests/web/vendor/axe.min.js": "axe-core/axe.min.js",
    "tests/web/vendor/axe.LICENSE.txt": "axe-core/LICENSE",
}


def main() -> None:
    """Fetch what package-lock.json names, copy the picked files, write the manifest that tests check."""
    subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=HERE, check=True)
    lock = json.loads((HERE / "package-lock.json").read_text())["packages"]
    manifest = {target: _copied(source, target, lock) for target, source in PICKED.items()}
    (HERE / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def _copied(source: str, target: str, lock: dict[str, dict[str, str]]) -> dict[str, str]:
    package = next(facts for name, facts in lock.items() if f"node_modules/{source}".startswith(f"{name}/") and name)
    content = _without_address(_without_source_map((HERE / "node_modules" / source).read_bytes()))
    path = ROOT / target
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    facts = {name: package[name] for name in ("version", "license", "integrity")}
    return {"source": source, **facts, "sha256": hashlib.sha256(content).hexdigest()}


def _without_source_map(content: bytes) -> bytes:
    """Drop the comment that would make a browser's tools ask for a map that is not shipped."""
    return b"".join(line for line in content.splitlines(keepends=True) if b"# sourceMappingURL=" not in line[:32])


def _without_address(content: bytes) -> bytes:
    """Drop the one address in a banner that names a package registry."""
    return re.sub(rb"^ \* hash-wasm \(\S+\)$", b" * hash-wasm", content, count=1, flags=re.MULTILINE)


if __name__ == "__main__":
    main()
