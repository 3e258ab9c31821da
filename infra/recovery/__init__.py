"""Backup, restore, and what keeps the erased erased (docs/operations.md, Backup and restore)."""
