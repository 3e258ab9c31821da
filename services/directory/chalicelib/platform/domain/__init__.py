"""What holds on the platform's own pages, a file per subject."""
