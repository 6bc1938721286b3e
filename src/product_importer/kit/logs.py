"""Structured logs: one fact a line, with ids, JSON where nobody watches a terminal."""

import logging
import sys
from typing import cast

import structlog

from product_importer.kit.settings import Settings


def configure(settings: Settings) -> None:
    """Send this process's logs to standard error in the format that LOG_FORMAT names."""
    console = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    renderer = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """Return a logger that writes its module's name as `room`."""
    return cast("structlog.typing.FilteringBoundLogger", structlog.get_logger(room=name))
