from collections.abc import Iterator

import pytest

from prov4ml_packager.packaged import OpenStores


@pytest.fixture
def stores() -> Iterator[OpenStores]:
    stores = OpenStores()
    yield stores
    stores.close()
