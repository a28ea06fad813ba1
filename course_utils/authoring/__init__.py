"""Keeps the notebooks true, and publishes them."""
