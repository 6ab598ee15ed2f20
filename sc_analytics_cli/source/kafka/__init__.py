"""Kafka behind the source port; the only place that imports kafka-python."""
