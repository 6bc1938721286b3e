"""Opens what every process needs: logs, database, storage, and whoever carries the bells."""

from product_importer.kit import database, live, logs, secrets, storage, tasks
from product_importer.kit.settings import Settings
from product_importer.kit.tasks import on_celery


def start(settings: Settings) -> None:
    """Make this process ready to serve or to work; safe to call again after a fork."""
    logs.configure(settings)
    database.connect(settings.database)
    storage.configure(settings)
    secrets.configure(settings)
    live.configure(settings)
    tasks.use(on_celery.CeleryRunner(on_celery.make_app(settings, brisk=True)) if settings.server_mode else None)
