"""The demo city: real names of units, invented people, the figures of 2013."""
