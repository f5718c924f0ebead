"""Reading files and pages as Markdown, in a process of its own with bounds of time and memory."""
