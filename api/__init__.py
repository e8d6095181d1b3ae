"""The web edge and the composition root of GridCall."""
