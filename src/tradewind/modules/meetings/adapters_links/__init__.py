"""Where people meet online: one file is one adapter."""
