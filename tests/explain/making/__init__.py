"""How the kept texts come about: real clients, on a machine of their own, against servers of the lab."""
