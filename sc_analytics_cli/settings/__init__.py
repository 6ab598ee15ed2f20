"""What a run is told: the rules that shape the figures, and where things are.

Every setting is declared here, in `rules` or in `security`, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .declaration import setting
from .kinds import SWITCH, TEXT, duration, one_of, whole
from .rules import Rules, zone
from .security import Security

__all__ = ["Rules", "Security", "Settings", "zone"]


@dataclass(frozen=True)
class Settings:
    """Everything that flags, environment and file decide, as one value for every process.

    Times are seconds. What may hold a secret is kept out of `repr`.
    """

    store: str = setting(
        "mongodb://localhost:27017/sc_analytics",
        "mongodb://… or sqlite:///FILE.",
        TEXT,
        shown=False,
    )
    store_password: str | None = setting(
        None, "The password of the user that the store's address names.", TEXT, secret=True
    )
    bootstrap_servers: str = setting(
        "localhost:9092", "Kafka brokers, HOST:PORT[,…].", TEXT, shown=False
    )
    kafka_client: str = setting(
        "auto",
        "auto, kafka-python or confluent; auto: confluent where it is installed.",
        one_of("auto", "kafka-python", "confluent"),
    )
    security: Security = field(default=Security())
    user_topic: str = setting("sc.domain.user", "Topic of user events.", TEXT)
    order_topic: str = setting("sc.domain.order", "Topic of order events.", TEXT)
    rules: Rules = field(default=Rules())
    timeout: float = setting(10.0, "How long to wait for a server.", duration(0.1, 3600))
    flush_records: int = setting(16_000, "Flush after so many records.", whole(1, 100_000))
    flush_interval: float = setting(1.0, "… or after so long: 1s, 100ms.", duration(0.001, 86_400))
    session_timeout: float = setting(
        15.0, "When the group gives a silent member's work away.", duration(0.001, 86_400)
    )
    ledger_days: int = setting(30, "Days that MongoDB remembers event ids.", whole(1, 20_000))
    log_format: str = setting(
        "TEXT", "Messages on stderr: text or JSON lines.", one_of("TEXT", "JSON")
    )
    debug: bool = setting(False, "Show tracebacks.", SWITCH)

    def topic_name(self, topic: str) -> str:
        """The configured name of the declared topic `user` or `order`."""
        return {"user": self.user_topic, "order": self.order_topic}.get(topic, topic)
