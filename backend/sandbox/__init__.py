"""Simulators of the vendors and of a department system, on the vendors' own wire protocols. Local mode only.

They keep state, check our signatures by code of their own, sign what they answer, and fail on demand.
"""
