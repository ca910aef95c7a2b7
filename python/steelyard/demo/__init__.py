"""What `make run` and `steelyard demo` start: two sample servers and a configuration in front of them."""
