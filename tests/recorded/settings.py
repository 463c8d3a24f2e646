"""tips.yaml of the fixture; the addresses of its site and networks are filled in."""

from __future__ import annotations

TIPS = """\
bot:
  name: Recorded Tips
  timezone: Europe/London
  site: {site}
  contact: https://www.w3.org/Consortium/contact
platforms:
  site: {{}}
  mastodon: {{server: '{mastodon}', poll: 30s, gap: 0s, hashtags: 2}}
  x: {{api: '{x}', poll: 30s, gap: 0s, monthly_budget: 25.00}}
schedule:
  - {{name: mornings, at: "09:00", late: 2h}}
  - {{name: abroad, cron: "30 18 * * mon-fri", timezone: Australia/Sydney, platforms: [mastodon], tags: [writing]}}
  - {{name: often, every: 8h, from: 2026-03-01T05:00:00Z, platforms: [site], tags: [people]}}
tips:
  - id: listen
    title: Listen hardest to those who disagree
    text: >
      Look for other views to learn how a barrier might fall. Question and challenge, then sum up,
      bring together, simplify, and clear the clutter.
    summary: "Listen hardest to those who disagree: they show you how a barrier might fall."
    tags: [people, leadership]
    credit: "@somebody"
    language: en
  - id: sources
    title: Name your sources
    text: Say where you have it from. It earns trust, and others can go on from there.
    link: https://www.w3.org/Provider/Style/URI
    tags: [writing]
  - id: short
    title: Keep it short
    text: Whatever you know fits into a few sentences. Write those first, and only then the rest.
    tags: [writing]
    weight: 3
  - id: ask
    title: Ask the crowd
    text: >
      Somebody out there knows. Ask them, and thank them. Whoever asks in public finds out what
      nobody in the room could have said, and the answer helps the next one who looks for it.
    tags: [people]
  - id: test
    title: Try it on a small scale first
    text: A small trial tells you more than a long plan. Make it, look at it, and make the next one.
    language: en
  - id: mend
    title: Say it when you were wrong
    text: Say so in the same place, as early as you can. Nobody minds an error that was mended.
    tags: [people, writing]
    link: https://www.w3.org/QA/Tips/
"""
