"""The projections: one file each. A new one needs a file here and nothing elsewhere."""
