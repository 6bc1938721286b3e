"""Makes the product's processes quick to notice a death: short leases, frequent sweeps, small slices and pieces."""

import os

from product_importer.imports import preparation, slices
from product_importer.kit.database import postgres, postgres_scratch, sqlite, sqlite_scratch
from product_importer.kit.tasks import failure, leases, sweeper
from product_importer.media import giving
from product_importer.webhooks import duties
from tests.fire import plants

LEASE = 2.0  # seconds
BEATS = 0.5  # seconds: or whatever takes longer than its lease on a busy machine would never be done
SLICE = 8  # products
PIECE = 16  # rows
BEAT = "FIRE_BEAT"  # seconds between two heartbeats
PLANT = "FIRE_PLANT"  # the planted bug, by the name of its function in `plants`


def apply() -> None:
    """Change this process before the product starts; what is changed is only how long and how much."""
    leases.LEASE = giving.LEASE = LEASE
    leases.HEARTBEAT = BEATS
    sweeper.EVERY, sweeper.PATIENCE = 0.3, 1.0
    sqlite.SLICE = postgres.SLICE = SLICE
    postgres_scratch.PIECE = sqlite_scratch.PIECE = PIECE
    slices.SMALLEST = SLICE // 2
    failure.ATTEMPTS = 100  # on a busy machine a lease this short runs out although nobody died
    duties.PAUSE = 0.2
    preparation.BEAT = float(os.environ.get(BEAT, preparation.BEAT))
    if plant := os.environ.get(PLANT):
        plants.PLANTS[plant]()
