"""The local run: the embedded AWS, a front door like CloudFront, and a mailbox."""
