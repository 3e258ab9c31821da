"""Congresses, their seats, and the people who register for them."""
