"""The Celery application for `celery -A celery_app worker`, which does what `product-importer worker` does."""

from product_importer import worker
from product_importer.kit import settings

if not settings.current().server_mode:
    raise SystemExit("CELERY_BROKER_URL is not set: without a broker `product-importer worker` needs no Celery.")

app = worker.celery_app(settings.current())
