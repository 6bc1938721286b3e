"""What is kept of uploads and imports, so that a test can say that nothing of a refused one is."""

import os
from pathlib import Path

from sqlalchemy import func, select

from product_importer.imports.models import ImportJob
from product_importer.kit import database
from product_importer.uploads.models import Part, Upload


def rows() -> dict[str, int]:
    """Count uploads, their parts and imports in the database."""
    tables = {"uploads": Upload, "parts": Part, "imports": ImportJob}
    with database.reading() as session:
        return {name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables.items()}


def files(data_dir: Path) -> list[str]:
    """List what storage holds, folders too; what goes while we look is gone."""
    walked = os.walk(data_dir / "files")
    return sorted(f"{folder}/{name}" for folder, folders, names in walked for name in (*folders, *names))


def nothing(data_dir: Path) -> bool:
    """Tell whether no trace is left of any upload."""
    return not any(rows().values()) and files(data_dir) == []
