"""Rows of licenses."""
