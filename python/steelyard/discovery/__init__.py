"""Addresses of names, found while the process runs (manual section 5.3)."""
