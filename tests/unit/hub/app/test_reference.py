"""The generated pages say what the code says."""

import pytest

from hub.app.reference import PAGES
from hub.app.settings import CHECKOUT


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_up_to_date(name):
    written = (CHECKOUT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run `make docs`"
