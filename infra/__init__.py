"""Everything that packages, deploys and runs Plekken: the same code for AWS and for a laptop."""
