"""Pure folding: events to deltas to documents; the order journal."""
