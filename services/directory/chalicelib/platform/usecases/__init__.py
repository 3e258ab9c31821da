"""What the platform does, a file per subject."""
