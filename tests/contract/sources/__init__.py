"""The source contract: what Kafka, files and archives of Kafka records do alike, and alone."""
