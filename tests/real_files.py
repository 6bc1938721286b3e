"""Product files of others: they lie beside the project, in ../shared/data, and not in it."""

import pytest

from tests.source import ROOT

FOLDER = ROOT.parent / "shared" / "data"
needed = pytest.mark.skipif(not FOLDER.is_dir(), reason="the real files lie beside the project, not in it")
