"""Kafka's records by librdkafka (the extra `fast`); the only place that imports confluent_kafka.

Questions are asked by kafka-python here too: they are rare, its errors tell why a
broker would not talk to us where librdkafka only says that it did not, and what
one client has found out about a topic means the same to the other.
"""
