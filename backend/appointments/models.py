"""Rows of appointments."""
