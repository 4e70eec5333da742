"""Programs that send files."""

from tests.api.conftest import _no_second_factor, program  # noqa: F401 - fixtures
