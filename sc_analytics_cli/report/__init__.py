"""Documents to rows (pure), rows to tables, JSON and CSV."""
