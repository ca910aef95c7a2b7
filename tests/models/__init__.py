"""Converters beside plain models of them in Python, on any values. `STEELYARD_EXAMPLES=100` plays a hundred times as many."""
