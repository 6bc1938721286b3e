"""The servers of the tests themselves: private, empty, and alive again after a kill -9."""

from pathlib import Path

import psycopg
import pytest
import redis as redis_client
from obstore.store import S3Store
from psycopg import sql

from tests.servers import children
from tests.servers.chromium import Page
from tests.servers.postgres import PrivatePostgres
from tests.servers.redis import PrivateRedis, Redis
from tests.servers.s3 import Bucket


@pytest.mark.server
@pytest.mark.kill
def test_a_killed_postgres_comes_back_with_what_was_committed(private_postgres: PrivatePostgres) -> None:
    private_postgres.execute(sql.SQL("CREATE TABLE kept AS SELECT {} AS answer").format(42))
    private_postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(private_postgres.url, connect_timeout=2)
    private_postgres.start()
    with psycopg.connect(private_postgres.url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


@pytest.mark.server
def test_postgres_folds_case_over_all_of_unicode(private_postgres: PrivatePostgres) -> None:
    with psycopg.connect(private_postgres.url) as connection:
        assert connection.execute("SELECT lower('ÉØЯ')").fetchone() == ("éøя",)


@pytest.mark.server
@pytest.mark.kill
def test_a_killed_redis_comes_back_empty(private_redis: PrivateRedis) -> None:
    with redis_client.Redis.from_url(private_redis.url) as client:
        client.set("key", "value")
        private_redis.kill()
        assert not private_redis.answers()
        private_redis.start()
        assert client.dbsize() == 0


@pytest.mark.server
def test_every_redis_database_is_handed_out_empty(redis_server: Redis) -> None:
    with redis_client.Redis.from_url(redis_server.fresh()) as client:
        client.set("key", "value")
    with redis_client.Redis.from_url(redis_server.fresh()) as client:
        assert client.dbsize() == 0


@pytest.mark.server
def test_what_is_put_into_a_bucket_can_be_read_again(s3_bucket: Bucket) -> None:
    store = S3Store.from_url(s3_bucket.url, endpoint=s3_bucket.endpoint, client_options={"allow_http": True})
    store.put("folder/key", b"value")
    assert bytes(store.get("folder/key").bytes()) == b"value"


@pytest.mark.browser
def test_the_browser_runs_javascript(page: Page) -> None:
    page.set_content("<p id=sum></p><script>document.getElementById('sum').textContent = 40 + 2</script>")
    assert page.inner_text("#sum") == "42"


@pytest.mark.parametrize("count", [1, 2, 4, 16])
def test_no_two_processes_of_a_run_count_through_the_same_ports(count: int) -> None:
    last = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for run in ("one", "another"):
        taken = [port for worker in range(2 * count) for port in children.stretch(f"gw{worker}", count, run)]
        assert len(taken) == len(set(taken)) >= last // 8
        assert last // 2 <= min(taken) <= max(taken) < last
