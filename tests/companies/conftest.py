"""Citizens for the tests of companies, as the tests of cases know them."""

from __future__ import annotations

from tests.cases.conftest import enter, recovered, staff

__all__ = ["enter", "recovered", "staff"]
