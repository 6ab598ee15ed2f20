"""Where settings come from: flags, the environment, `./.env`, a TOML file; the first that says."""
