"""Limits are counted together where servers share a Redis, and alone where it does not answer."""

import pytest

from product_importer.kit.settings import Settings
from product_importer.web.access.limits import Limits, TooManyRequests, TooManyTries
from tests.servers import children


@pytest.mark.server
def test_two_servers_count_together(redis_url: str) -> None:
    one, other = (Limits(Settings(redis_url=redis_url, requests_per_minute=3)) for _ in range(2))
    assert [one.request("anna").left, other.request("anna").left, one.request("anna").left] == [2, 1, 0]
    with pytest.raises(TooManyRequests):
        other.request("anna")
    assert other.request("ben").left == 2
    assert [one.sign_in("Anna@example.com", "::1"), other.sign_in("anna@example.com ", "::1")] == [4, 3]
    other.signed_in("anna@example.com", "::1")
    assert one.sign_in("anna@example.com", "::1") == 4


def test_a_server_whose_redis_is_away_counts_alone() -> None:
    limits = Limits(Settings(redis_url=f"redis://127.0.0.1:{children.free_port()}/0", requests_per_minute=1))
    assert limits.request("anna").left == 0
    with pytest.raises(TooManyRequests):
        limits.request("anna")
    assert [limits.sign_in("anna@example.com", "::1") for _ in range(5)] == [4, 3, 2, 1, 0]
    with pytest.raises(TooManyTries) as refused:
        limits.sign_in("anna@example.com", "::1")
    assert 0 < int(str(refused.value.facts["retry_after"])) <= 900
    assert limits.sign_in("anna@example.com", "::2") == 4
