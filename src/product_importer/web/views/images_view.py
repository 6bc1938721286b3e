"""A product's images in words."""

from product_importer.media.queries import Gallery
from product_importer.web.views import words


def aloud(gallery: Gallery) -> str:
    """Say how the images stand, as a screen reader should: 2 images ready, 1 is being made."""
    ready, pending, failed = len(gallery.ready), len(gallery.pending), len(gallery.failed)
    said = [f"{words.number(ready)} {'image' if ready == 1 else 'images'} ready"]
    if pending:
        said.append(f"{pending} being processed")
    if failed:
        said.append(f"{failed} failed")
    return ", ".join(said)
