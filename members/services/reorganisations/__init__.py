"""Carrying out a decision on the tree, and taking it back.

plan       what a decision asks for, as data
ledger     the rows it writes, remembered so that they can be put back
structure  units, their periods and where they stand
people     where everybody belongs from that day
accounts   posts, letters' owners and open requests of units that end
run        confirm, carry out, take back
"""
