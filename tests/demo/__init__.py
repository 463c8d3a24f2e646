"""`make demo`: the bot with its site, a local Mastodon server, a local X server and made-up people.

It needs no account. Its parts:

script.yaml   who says, edits and deletes what, where, and when
script        the script as values, and what readers see at its end
settings      tips.yaml for the demo
posts         the exact posts on both servers, and a small server that shows them
waiting       waiting that ends when somebody asks the demo to stop
people        carries a line of the script out on its network
processes     the bot and `tipsbot log --follow`, which end with the demo
messages      what the terminal shows beside the log
picture       a picture of the tip's page
runner        starts everything, plays the script, ends everything
"""
