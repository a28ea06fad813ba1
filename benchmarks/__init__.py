"""Measurements: how fast the course's code is, beside the tools it is compared with."""
