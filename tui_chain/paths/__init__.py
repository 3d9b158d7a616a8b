"""How certificates connect: every certification path, and the rules of RFC 5280 that it breaks. Pure."""
