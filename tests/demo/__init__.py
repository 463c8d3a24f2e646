"""`make demo`: the bot with its site, a local Mastodon server, a local X server and made-up people.

It needs no account. Its parts:

script.yaml   the actions of people, with place and time
script        the script as values, and the public texts at its end
settings      tips.yaml for the demo
posts         the exact posts on both servers, and a small server that shows them
waiting       waits that end when the demo is to stop
people        carries a line of the script out on its network
processes     the bot and `tipsbot log --follow`, which end with the demo
messages      the terminal output besides the log
picture       a picture of the tip's page
runner        starts everything, plays the script, ends everything
"""
