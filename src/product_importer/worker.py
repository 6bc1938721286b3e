"""The worker: every task and chore gathered, and whoever runs them picked."""

import gc
import signal
from types import FrameType

from product_importer.accounts.chores import forget_expired
from product_importer.catalog.bulk_run import run_bulk
from product_importer.catalog.search_index import follow_products
from product_importer.feeds.run import run_feed
from product_importer.imports.chores import drop_scratch, forget_addresses, forget_wishes, remake_lost_plans
from product_importer.imports.originals import forget_files
from product_importer.imports.run import run_import
from product_importer.imports.undoing.undo_run import run_undo
from product_importer.journal.chores import forget_entries
from product_importer.kit import runtime, tasks
from product_importer.kit.flag import Flag
from product_importer.kit.idempotency import forget_answers
from product_importer.kit.settings import Settings
from product_importer.kit.tasks import chores, in_process
from product_importer.media.chores import empty_used, forget_unshown, sweep_images
from product_importer.media.processing import develop_image
from product_importer.media.wishing import fetch_images
from product_importer.uploads.chores import empty_useless, forget_abandoned, sweep_halves, sweep_strays
from product_importer.uploads.verification import verify_upload
from product_importer.webhooks.chores import forget_deliveries
from product_importer.webhooks.deliver import deliver_pending
from product_importer.webhooks.dispatch import dispatch_events

TASKS = (
    run_import,
    run_undo,
    run_bulk,
    verify_upload,
    develop_image,
    fetch_images,
    dispatch_events,
    deliver_pending,
    run_feed,
)
CHORES = (
    drop_scratch,
    forget_entries,
    empty_useless,
    empty_used,
    follow_products,
    forget_abandoned,
    forget_addresses,
    forget_answers,
    forget_deliveries,
    forget_expired,
    forget_files,
    forget_unshown,
    forget_wishes,
    remake_lost_plans,
    sweep_halves,
    sweep_images,
    sweep_strays,
)


def gather() -> tuple[tasks.Task, ...]:
    """Return every task; that this module imports them is what registers them."""
    return TASKS


def work(settings: Settings) -> int:
    """Run tasks until told to stop: from the database in embedded mode, on Celery in server mode."""
    runtime.start(settings)
    gc.freeze()  # what is loaded stays: to walk over it again and again costs a sender of webhooks a tenth
    if settings.server_mode:
        from product_importer.kit.tasks import on_celery  # noqa: PLC0415 - heavy, and nothing to an embedded worker

        app = on_celery.attended(settings, setup=lambda: runtime.start(settings))
        return on_celery.work(app, concurrency=settings.worker_threads)
    stop = Flag()
    tasks.stopping = stop

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    chores.keep_doing(stop)
    in_process.Worker(threads=settings.worker_threads).work(stop)
    return 0
