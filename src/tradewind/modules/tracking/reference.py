"""What the API reference says about the operations of this module, by tag."""

TAGS = {
    "Sources": "Sites, servers and apps that send events: write keys, settings, volumes, and events as they arrive.",
    "Event schemas": "What events look like, as seen and as planned, and where the two differ.",
    "Web visits": "How a lead came and what they did on your site, and who was taken for whom.",
}
