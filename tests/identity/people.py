"""The invented people that the authority's simulator knows, and numbers that it does not."""

from __future__ import annotations

from backend.sandbox.people import PEOPLE, number

ZHANG, LI, GRANNY, AYIMU, RARE, CHILD, WANG = PEOPLE

UNKNOWN_NUMBER = number("510104", "19910101", "007")
