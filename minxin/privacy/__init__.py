"""Personal data: encryption, masks, query codes. Everything here is pure."""
