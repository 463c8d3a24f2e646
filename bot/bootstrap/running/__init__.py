"""The running bot: jobs, reload, failures, health, signals."""
