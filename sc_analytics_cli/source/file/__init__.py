"""Files of events behind the source port."""
