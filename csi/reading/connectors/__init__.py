"""Ways in beyond a file: queries, addresses, Prometheus: what is asked, how answers are read. Nothing is sent."""
