"""Sealed secrets: readable with the key they were sealed with, wherever it stands, and with nothing else."""

import stat
from pathlib import Path

import pytest

from product_importer.kit import secrets
from product_importer.kit.settings import Settings


def use(tmp_path: Path, key: str = "") -> None:
    secrets.configure(Settings.model_validate({"data_dir": tmp_path, "secret_key": key}))


def test_what_was_sealed_is_read_with_the_same_key_after_a_new_one_was_put_in_front(tmp_path: Path) -> None:
    use(tmp_path, "old")
    sealed = secrets.seal("whsec_…", purpose="webhooks")
    use(tmp_path, "new old")
    assert secrets.unseal(sealed, purpose="webhooks") == "whsec_…"
    again = secrets.seal("whsec_…", purpose="webhooks")
    use(tmp_path, "new")
    assert secrets.unseal(again, purpose="webhooks") == "whsec_…"
    with pytest.raises(secrets.SecretUnreadable):
        secrets.unseal(sealed, purpose="webhooks")


def test_what_was_sealed_for_one_purpose_is_not_read_for_another(tmp_path: Path) -> None:
    use(tmp_path, "key")
    sealed = secrets.seal("a", purpose="webhooks")
    with pytest.raises(secrets.SecretUnreadable):
        secrets.unseal(sealed, purpose="sessions")
    assert "a" not in sealed or secrets.seal("a", purpose="webhooks") != sealed


def test_without_a_key_one_is_made_that_only_its_owner_reads(tmp_path: Path) -> None:
    use(tmp_path / "data")
    assert not (tmp_path / "data").exists()
    sealed = secrets.seal("a", purpose="webhooks")
    use(tmp_path / "data")
    assert secrets.unseal(sealed, purpose="webhooks") == "a"
    (kept,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
