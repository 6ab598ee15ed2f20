"""Made-up traffic for a demonstration: pure, seeded, endless."""
