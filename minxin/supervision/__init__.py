"""督办: what is late climbs, rung by rung, until somebody moves it (第十一条)."""
