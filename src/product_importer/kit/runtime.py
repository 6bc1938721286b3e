"""Opens what every process needs: logs, database, storage, and whoever carries the bells."""

from product_importer.kit import database, live, logs, secrets, storage, tasks
from product_importer.kit.settings import Settings


def start(settings: Settings) -> None:
    """Make this process ready to serve or to work; safe to call again after a fork."""
    logs.configure(settings)
    database.connect(settings.database)
    storage.configure(settings)
    secrets.configure(settings)
    live.configure(settings)
    tasks.use(_celery(settings) if settings.server_mode else None)


def _celery(settings: Settings) -> tasks.Runner:
    from product_importer.kit.tasks import on_celery  # noqa: PLC0415 - heavy, and nothing to an embedded process

    return on_celery.CeleryRunner(on_celery.make_app(settings, brisk=True))
