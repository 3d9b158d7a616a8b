"""How certificates connect: every certification path, and what each kind of client says of it. Pure."""
