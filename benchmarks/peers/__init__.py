"""What a user could pick instead; each as fast as it can be written, never a dependency."""
