"""Builds what alerts the operator: the channel, the look at the disk, and the step."""
