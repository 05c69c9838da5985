"""Lists in and out of spreadsheets; knows only what its callers tell it."""
