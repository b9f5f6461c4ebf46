"""Rows of push."""
