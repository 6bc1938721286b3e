"""Where the files of images lie: the row's own id is in each key, so that what is removed is never another's."""

import uuid

from product_importer.media.models import Image, Variant


def original(image: Image) -> str:
    """Return the key of the file as it was sent."""
    return f"orig/{image.sha256[:2]}/{image.sha256}/{image.id}"


def variant(image: Image, *, pipeline: int, box: int) -> str:
    """Return the key of one size, made by the rules of one version."""
    return f"{folder(image)}/{pipeline}-{box}.webp"


def folder(image: Image) -> str:
    """Return where all sizes of an image lie."""
    return f"img/{image.sha256[:2]}/{image.sha256}/{image.id}"


def address(sha256: str, made: Variant) -> str:
    """Return the path under which a size is served, which names its content and never means anything else."""
    return f"/images/{sha256}/{made.pipeline}-{made.box}-{made.sha256[:16]}.webp"


def address_of_original(link_id: uuid.UUID, product_id: uuid.UUID) -> str:
    """Return the path under which a product's image can be fetched as it was sent."""
    return f"/products/{product_id}/images/{link_id}/original"


def read(key: str) -> tuple[uuid.UUID, int | None] | None:
    """Return whose file lies under a key, and of a size by which rules it was made; None for what is none of ours."""
    kind, *_, last = key.split("/")
    try:
        if kind == "orig":
            return uuid.UUID(last), None
        return uuid.UUID(key.split("/")[3]), int(last.partition("-")[0])
    except (ValueError, IndexError):
        return None
