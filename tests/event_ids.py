"""Event ids that tell when they were made."""

from uuid import UUID


def made_at(milliseconds: int, content: bytes) -> str:
    """A UUID of version 7 (RFC 9562, section 5.7), with the last ten of these 16 bytes."""
    marked = bytearray(milliseconds.to_bytes(6) + content[6:])
    marked[6] = 0x70 | marked[6] & 0x0F
    marked[8] = 0x80 | marked[8] & 0x3F
    return str(UUID(bytes=bytes(marked)))
