"""`make demo`: the bot with its site, local servers of four networks and a chat, and made-up people.

It needs no account. Its parts:

script        the actions of people, with place and time, and the public texts at their end
servers       the local servers, and the bot's credentials there
settings      tips.yaml for the demo
posts         the exact posts on all servers with their pictures, and a small server that shows them
waiting       waits that end when the demo is to stop
people        carries a line of the script out on its network
processes     the bot and `tipsbot log --follow`, which end with the demo
messages      the terminal output besides the log
picture       a picture of the tip's page
runner        starts everything, plays the script, ends everything
"""
