"""sc-analytics: exact daily analytics documents out of Kafka domain events."""

__version__ = "0.1.0"
