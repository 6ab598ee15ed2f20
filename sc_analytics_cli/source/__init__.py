"""Records in: Kafka and files behind one port."""
