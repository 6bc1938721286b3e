"""What all answers of the protocol have in common, refusals among them."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from product_importer.kit.errors import AppError
from product_importer.web import errors
from product_importer.web.requests import body
from product_importer.web.tus import headers


class TusRoute(APIRoute):
    """A route whose answers carry the protocol's headers, and whose refusals reach a client that is still sending."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the route."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                answer = await handle(request)
            except AppError as refused:
                at_end = not isinstance(refused, body.ClientStalled) and await body.drain(request)
                answer = errors.answer(request.scope, refused, _extra(refused))
                if not at_end:
                    answer.headers["Connection"] = "close"
            answer.headers.update(headers.COMMON)
            return answer

        return answered


def _extra(refused: AppError) -> dict[str, str]:
    return {"Tus-Version": headers.VERSION} if isinstance(refused, headers.TusVersion) else {}
