"""The member guide: who takes part in the network, and the pages of the platform itself."""
