"""The citizens of the tests of cases."""

from tests.cases.conftest import enter, recovered, staff, zhang

__all__ = ["enter", "recovered", "staff", "zhang"]
