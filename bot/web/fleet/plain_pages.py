"""The pages for requests that are led to no bot; they name none."""

from html import escape

from starlette.responses import HTMLResponse, Response

from bot.web.middleware import ERRORS, HEADERS, RETRY_AFTER

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{headline}</title>
</head>
<body>
<main>
<h1>{headline}</h1>
<p>{sentence}</p>
</main>
</body>
</html>
"""
_UNAVAILABLE = "Not available", "This site cannot be shown at the moment. Try again soon."
_NO_SITE = "Page not found", "There is no site at this address."
_SENTENCES = {404: _NO_SITE, 503: _UNAVAILABLE}


def plain_page(status: int) -> Response:
    """The page of an error, with the headers that every page has."""
    headline, sentence = map(escape, _SENTENCES.get(status, ERRORS[500]))
    headers = {**HEADERS, "Cache-Control": "no-store"}
    if status == 503:
        headers["Retry-After"] = RETRY_AFTER
    return HTMLResponse(_PAGE.format(headline=headline, sentence=sentence), status, headers)
