"""Measurements: how quick the course's code is, beside the tool it is modelled on."""
