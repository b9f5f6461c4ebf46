"""Rows of modules."""
