"""A data directory as the code of one day left it, and what that code said of it.

fixture/    the directory: tips.yaml, data/, and known.json with cookies, links and numbers
answers/    what every command and address said of it, a file each
making      the script that made the fixture: what the bot, its operator and people did
settings    its tips.yaml
around      its operator, its networks and the time
linking     the part of it that goes around the command
copy        a copy of the fixture to work on, at its moment
questions   which commands and addresses are recorded
commands    several commands at one moment, in one process
"""
