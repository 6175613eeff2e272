"""A network of its own for a test: namespace, cable, DHCP, DNS and the time of day."""
