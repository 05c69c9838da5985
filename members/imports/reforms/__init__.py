"""From the list of a decision to what it does: read, understood, proposed.

known      the units that are open, found as offices write their names
entries    one row, as it is understood
grouping   which rows together make one new unit, and whether it is new at all
parts      who goes along where a unit is divided
proposal   all of it: the preview of each row and the plan that would be carried out
"""
