"""The documents service: upload, inspection, moderation and the public library."""
