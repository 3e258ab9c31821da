"""What no service owns: the front page, signing in, and the desk's own pages.

It is deployed with the directory service, and lives on the access table alone.
"""
