"""The Celery application for `celery -A celery_app worker`, which does what `product-importer worker` does."""

from product_importer import worker
from product_importer.kit import runtime, settings
from product_importer.kit.tasks import on_celery

chosen = settings.current()
if not chosen.server_mode:
    raise SystemExit("CELERY_BROKER_URL is not set: without a broker `product-importer worker` needs no Celery.")

worker.gather()
runtime.start(chosen)
app = on_celery.attended(chosen, setup=lambda: runtime.start(chosen))
