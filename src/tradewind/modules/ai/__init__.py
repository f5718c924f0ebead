"""The gateway to models: connections to providers, which model does which task, what it costs and may cost."""
