"""Two entries of one person: held to be one, made one, parted again."""
