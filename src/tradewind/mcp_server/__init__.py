"""The endpoint of assistants (Model Context Protocol): tools over the services of several modules."""
