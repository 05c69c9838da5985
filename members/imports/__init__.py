"""Lists of offices become members, stays and units: read, compared, confirmed."""
