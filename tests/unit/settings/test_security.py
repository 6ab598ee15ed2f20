"""Settings of a login that do not go together."""

from __future__ import annotations

import pytest

from sc_analytics_cli.errors import UsageError
from sc_analytics_cli.settings import Security

LOGIN = {"sasl_mechanism": "PLAIN", "sasl_username": "me", "sasl_password": "hush"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"security_protocol": "SASL_SSL"}, "needs --sasl-mechanism and --sasl-username and SC_"),
        (LOGIN | {"security_protocol": "SASL_SSL", "sasl_password": None}, "SASL_PASSWORD too"),
        (LOGIN, "--sasl-mechanism is of no use with --security-protocol PLAINTEXT"),
        ({"sasl_password": "hush", "security_protocol": "SSL"}, "SC_ANALYTICS_SASL_PASSWORD is of"),
        ({"ssl_cafile": "ca.pem"}, "--ssl-cafile is of no use with --security-protocol PLAINTEXT"),
        (LOGIN | {"security_protocol": "SASL_PLAINTEXT", "ssl_certfile": "x"}, "--ssl-certfile is"),
        ({"security_protocol": "SSL", "ssl_keyfile": "x"}, "--ssl-keyfile needs --ssl-certfile"),
    ],
)
def test_settings_that_contradict_each_other(given: dict[str, str], words: str) -> None:
    """Refused rather than passed over: the connection would be less safe than it looks."""
    with pytest.raises(UsageError) as refused:
        Security(**given)  # type: ignore[arg-type]
    assert words in refused.value.what
    assert "hush" not in str(vars(refused.value))


def test_a_password_is_not_shown() -> None:
    """Neither by repr nor in the words of an error."""
    security = Security("SASL_SSL", **LOGIN)  # type: ignore[arg-type]
    assert "hush" not in repr(security)
