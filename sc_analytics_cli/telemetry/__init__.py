"""What a live run tells machines: metrics, liveness, readiness."""
