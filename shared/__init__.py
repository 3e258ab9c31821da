"""What two or more services need: events, outbox and inbox, mail, pages, identity, errors."""
