"""Made-up images of one product: ready, on their way, and one that failed."""

import datetime as dt
import uuid

from product_importer.catalog.wishes import FailedAddress, Fetching, Wished
from product_importer.media.models import ImageState
from product_importer.media.queries import Failure, Gallery, Shown, Size

PRODUCT = uuid.UUID(int=0x0193_A4C2_7D1E_7A40_8000_0000_0000_0001)
DOT = "data:image/gif;base64,R0lGODlhAQABAIAAAHUqagAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="

FETCHING = Fetching(
    uuid.UUID(int=1),
    Wished(wished=5_000, waiting=312, shown=4_679, failed=7, gone=2),
    [FailedAddress("https://cdn.example.com/mug.jpg", 7, "IMAGE_UNFETCHED", "It answered with 404.", "Try.")],
)


def make_shown(number: int, name: str, state: ImageState = ImageState.READY, error: Failure | None = None) -> Shown:
    """Make one image; the first one is the primary one."""
    sizes = [Size(box, box, box * 3 // 4, 90 * box, DOT) for box in (256, 512, 1024)]
    return Shown(
        id=uuid.UUID(int=number),
        image_id=uuid.UUID(int=number),
        product_id=PRODUCT,
        sha256=f"{number:064x}",
        state=state,
        primary=number == 0,
        position=number,
        name=name,
        alt="Stoneware mug, front" if number == 0 else "",
        format="jpeg",
        width=4_000,
        height=3_000,
        bytes=3_700_000,
        variants=sizes if state is ImageState.READY else [],
        original=f"/products/{PRODUCT}/images/{uuid.UUID(int=number)}/original",
        error=error,
        created_at=dt.datetime.now(dt.UTC),
    )


CUT = Failure(
    "IMAGE_DAMAGED",
    "It cannot be decoded: premature end of JPEG image.",
    "Check that it opens on your own machine, save it again, and upload that.",
)
NONE = Gallery(PRODUCT, 0, [])
SOUND = Gallery(PRODUCT, 3, [make_shown(0, "mug.jpg"), make_shown(1, "mug-top.jpg")])
GALLERY = Gallery(
    PRODUCT,
    7,
    [
        make_shown(0, "mug.jpg"),
        make_shown(1, "mug-top.jpg"),
        make_shown(2, "mug-stack.jpg"),
        make_shown(3, "mug-in-its-box-with-a-rather-long-name-that-goes-on.jpg", ImageState.PENDING),
        make_shown(4, "cut-short.jpg", ImageState.FAILED, CUT),
    ],
)
