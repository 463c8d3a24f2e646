"""The X that tests talk to is as strict as the documented one: seen through the real tweepy."""

import html
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import requests
import tweepy

from tests.servers.x import Reset, Trouble, XServer

ALL_FIELDS = [
    "author_id",
    "conversation_id",
    "created_at",
    "entities",
    "in_reply_to_user_id",
    "referenced_tweets",
]
MANY = 801


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.time = datetime(2026, 11, 2, 9, 0, 0, 250000, tzinfo=UTC)

    def __call__(self):
        return self.time

    def pass_by(self, **span):
        self.time += timedelta(**span)


class Redirected(requests.Session):
    """Sends what was meant for X elsewhere, and signs it for there."""

    def __init__(self, base, timeout=5):
        super().__init__()
        self.base, self.timeout = base, timeout

    def request(self, method, url, *args, **rest):
        here = url.replace("https://api.twitter.com", self.base)
        return super().request(method, here, *args, **(rest | {"timeout": self.timeout}))


class Misdirected(Redirected):
    """Signs for X and only then sends elsewhere: what a careless proxy would do."""

    def request(self, method, url, *args, **rest):
        late = rest | {"timeout": self.timeout}
        return requests.Session.request(self, method, url, *args, **late)

    def send(self, request, **rest):
        request.url = request.url.replace("https://api.twitter.com", self.base)
        return super().send(request, **rest)


def client_of(x, session=None):
    """The real client with the bot's keys, talking to the local server."""
    client = tweepy.Client(
        consumer_key=x.bot.api_key,
        consumer_secret=x.bot.api_secret,
        access_token=x.bot.access_token,
        access_token_secret=x.bot.access_secret,
    )
    client.session = session or Redirected(x.url)
    return client


@pytest.fixture
def clock():
    """A clock that the test moves."""
    return Clock()


@pytest.fixture
def x(clock):
    """The server, running on that clock."""
    with XServer(now=clock) as server:
        yield server


@pytest.fixture
def client(x):
    """The bot's own client."""
    client = client_of(x)
    with client.session:
        yield client


def text_of(client, post):
    """The text of a post, as the API returns it."""
    return client.get_tweet(post.id, user_auth=True).data.text


# -- who asks


def test_a_signed_request_is_served(x, client):
    """A client that signs as X demands is told who it is."""
    assert client.get_me().data.username == x.bot.username
    assert x.requests[-1].status == 200


@pytest.mark.parametrize("wrong", ["consumer_secret", "access_token_secret", "access_token"])
def test_a_wrong_secret_is_refused(x, client, wrong):
    """One wrong key among the four is enough for a 401."""
    setattr(client, wrong, "wrong")
    with pytest.raises(tweepy.Unauthorized):
        client.get_me()


def test_a_signature_for_another_host_is_refused(x):
    """What was signed for api.twitter.com and redirected afterwards is not accepted here."""
    with Misdirected(x.url) as session, pytest.raises(tweepy.Unauthorized):
        client_of(x, session=session).get_me()
    assert "does not match" in x.requests[-1].why


def test_a_query_is_signed_too(x):
    """Awkward characters in a query do not break a true signature."""
    asked = "conversation_id:1 -from:me"
    with Redirected(x.url) as session:
        found = client_of(x, session=session).search_recent_tweets(
            asked, start_time=x.bot.created_at, user_auth=True
        )
    assert found.meta["result_count"] == 0
    assert x.requests[-1].query["query"] == asked


def test_a_request_is_accepted_once(x, client):
    """The same signed request again is a replay, and is refused."""
    with requests.Session() as session:
        auth = tweepy.OAuth1UserHandler(
            x.bot.api_key, x.bot.api_secret, x.bot.access_token, x.bot.access_secret
        ).apply_auth()
        signed = session.prepare_request(requests.Request("GET", f"{x.url}/2/users/me", auth=auth))
        assert [session.send(signed).status_code for _ in range(2)] == [200, 401]


def test_an_old_signature_is_refused():
    """A timestamp more than five minutes from the server's clock is refused."""
    with (
        XServer(wall=lambda: datetime.now(UTC) + timedelta(minutes=6)) as x,
        Redirected(x.url) as session,
        pytest.raises(tweepy.Unauthorized),
    ):
        client_of(x, session=session).get_me()


def test_a_revoked_token_is_worth_nothing(x, client):
    """A revoked token is refused until the account has a new one."""
    x.revoke()
    with pytest.raises(tweepy.Unauthorized):
        client.get_me()
    new = x.renew()
    client.access_token, client.access_token_secret = new.access_token, new.access_secret
    assert client.get_me().data.username == new.username


# -- what may be posted


def test_a_post_is_stored_as_x_stores_it(x, client):
    """Links become t.co, markup is escaped, and entities point into the text as returned."""
    sent = "Vision & values <first>: https://example.org/a?b=1&c=2 #leadership"
    made = client.create_tweet(text=sent).data
    post = client.get_tweet(made["id"], tweet_fields=ALL_FIELDS, user_auth=True).data
    link = post.entities["urls"][0]
    tag = post.entities["hashtags"][0]
    assert post.text == f"Vision &amp; values &lt;first&gt;: {link['url']} #leadership"
    assert link["expanded_url"] == "https://example.org/a?b=1&c=2"
    assert len(link["url"]) == 23
    assert post.text[link["start"] : link["end"]] == link["url"]
    assert post.text[tag["start"] : tag["end"]] == "#leadership"
    assert html.unescape(post.text).replace(link["url"], link["expanded_url"]) == sent
    assert (x.posts[0].written, x.posts[0].author_id) == (sent, x.bot.id)
    assert post.created_at == x.posts[0].at.replace(microsecond=0)


def test_only_what_is_asked_for_is_shown(x, client):
    """Without tweet.fields a post is id, text and edit history; an expansion shows its field."""
    post = x.say(x.add_user("ann"), "Hello")
    bare = client.get_tweet(post.id, user_auth=True).data.data
    assert bare == {"id": post.id, "text": "Hello", "edit_history_tweet_ids": [post.id]}
    full = client.get_tweet(post.id, expansions=["author_id"], user_auth=True)
    assert full.data.data.keys() - bare.keys() == {"author_id"}
    assert full.includes["users"][0].username == "ann"


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("x" * 280, True),
        ("x" * 281, False),
        ("語" * 140, True),
        ("語" * 141, False),
        (f"{'x' * 256} https://example.org/{'y' * 300}", True),
        (f"{'x' * 257} https://example.org/", False),
    ],
)
def test_length_is_weighted(client, text, accepted):
    """280 by twitter-text's weights is the limit, a link counting 23 however long it is."""
    if accepted:
        assert client.create_tweet(text=text).data["id"]
    else:
        with pytest.raises(tweepy.Forbidden, match="too long"):
            client.create_tweet(text=text)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": " \n"},
        {"text": 5},
        {"text": "a", "colour": "red"},
        {"text": "a", "reply": {}},
        {"text": "a", "reply": {"in_reply_to_tweet_id": "first"}},
    ],
)
def test_a_malformed_post_is_refused(x, client, body):
    """Empty, mistyped and unknown fields are a 400, and nothing is posted."""
    with pytest.raises(tweepy.BadRequest):
        client.request("POST", "/2/tweets", json=body, user_auth=True)
    assert x.posts == []


def test_the_same_text_stands_once(x, client):
    """A duplicate is refused without a code or id while the first stands, and not after."""
    first = client.create_tweet(text="Listen more").data["id"]
    with pytest.raises(tweepy.Forbidden) as refused:
        client.create_tweet(text="Listen more")
    assert refused.value.response.json() == {
        "title": "Forbidden",
        "type": "about:blank",
        "status": 403,
        "detail": "You are not allowed to create a Tweet with duplicate content.",
    }
    assert client.delete_tweet(first).data == {"deleted": True}
    assert client.create_tweet(text="Listen more").data["id"] != first
    assert [post.deleted for post in x.posts] == [True, False]


def test_only_who_spoke_first_is_answered(x, client):
    """The bot may reply where the author mentioned or quoted it, and to itself."""
    ann = x.add_user("ann")
    own = client.create_tweet(text="A tip").data["id"]
    for post in (
        x.say(ann, "I disagree", reply_to=own),
        x.say(ann, f"Good one, @{x.bot.username}"),
        x.say(ann, "Read this", quotes=own),
    ):
        assert client.create_tweet(text="Thanks", in_reply_to_tweet_id=post.id).data["id"]
        x.delete(x.posts[-1])
    assert client.create_tweet(text="More on that", in_reply_to_tweet_id=own).data["id"]
    with pytest.raises(tweepy.Forbidden, match="mentioned or otherwise engaged"):
        client.create_tweet(text="Hi", in_reply_to_tweet_id=x.say(ann, "Good morning").id)


def test_a_deleted_post_cannot_be_answered(x, client):
    """A reply to what is gone or never was is refused."""
    gone = x.say(x.add_user("ann"), f"@{x.bot.username} hello")
    x.delete(gone)
    for target in (gone.id, "20"):
        with pytest.raises(tweepy.Forbidden, match="deleted or not visible"):
            client.create_tweet(text="Hi", in_reply_to_tweet_id=target)


# -- what is read


def test_a_thread_hangs_together(x, client):
    """Replies share the conversation, name their parent and its author, and begin with its @s."""
    ann, bob = x.add_user("ann"), x.add_user("bob")
    root = client.create_tweet(text="A tip").data["id"]
    first = x.say(ann, "Not so", reply_to=root)
    second = x.say(bob, "But it is", reply_to=first)
    found = client.search_recent_tweets(
        f"conversation_id:{root} -from:{x.bot.username}", tweet_fields=ALL_FIELDS, user_auth=True
    )
    assert [str(post.id) for post in found.data] == [second.id, first.id]
    newest = found.data[0]
    assert newest.text == f"@ann @{x.bot.username} But it is"
    assert str(newest.conversation_id) == root
    assert str(newest.in_reply_to_user_id) == ann.id
    assert newest.referenced_tweets[0].data == {"type": "replied_to", "id": first.id}
    assert found.meta == {"newest_id": second.id, "oldest_id": first.id, "result_count": 2}


def test_a_reply_can_leave_people_out(x, client):
    """Whom the parent mentioned is greeted unless excluded; its author always is."""
    ann, bob = x.add_user("ann"), x.add_user("bob")
    said = x.say(ann, f"@{x.bot.username} what does @bob say?")
    client.create_tweet(
        text="No idea", in_reply_to_tweet_id=said.id, exclude_reply_user_ids=[bob.id, ann.id]
    )
    assert x.posts[-1].full == "@ann No idea"
    assert x.posts[-1].mentions == (ann.id,)


def test_a_lost_parent_is_an_error_beside_the_reply(x, client):
    """An expansion includes the post that was answered, or reports under errors that it is gone."""
    tip = client.create_tweet(text="A tip").data["id"]
    x.say(x.add_user("ann"), "Not so", reply_to=tip)
    asked = {"expansions": ["referenced_tweets.id"], "user_auth": True}
    assert str(client.get_users_mentions(x.bot.id, **asked).includes["tweets"][0].id) == tip
    x.delete(tip)
    found = client.get_users_mentions(x.bot.id, **asked)
    assert found.meta["result_count"] == 1
    assert (found.includes, found.errors[0]["value"]) == ({}, tip)


def test_search_can_lag(clock):
    """With a lag, search finds a post only after that time, as on the real X."""
    with (
        XServer(now=clock, search_lag=timedelta(seconds=30)) as x,
        Redirected(x.url) as session,
    ):
        client = client_of(x, session)
        tip = client.create_tweet(text="A tip").data["id"]
        asked = f"conversation_id:{tip}"
        assert client.search_recent_tweets(asked, user_auth=True).data is None
        clock.pass_by(seconds=30)
        assert client.search_recent_tweets(asked, user_auth=True).meta["newest_id"] == tip


def test_search_understands_alternatives(x, client):
    """Several conversations can be asked for at once, and what search does not know is refused."""
    ann = x.add_user("ann")
    tips = [client.create_tweet(text=f"Tip {n}").data["id"] for n in range(3)]
    replies = [x.say(ann, "Well", reply_to=tip).id for tip in tips]
    asked = f"(conversation_id:{tips[0]} OR conversation_id:{tips[2]}) is:reply -is:quote"
    found = client.search_recent_tweets(asked, user_auth=True).data
    assert [str(post.id) for post in found] == [replies[2], replies[0]]
    for unknown in (
        "is:reply",
        "cats",
        "cats from:ann",
        "(from:ann",
        f"since:{tips[0]}",
        "from:ann)",
    ):
        with pytest.raises(tweepy.BadRequest):
            client.search_recent_tweets(unknown, user_auth=True)


def test_search_reaches_seven_days_back(x, client, clock):
    """What is older than seven days is not found, and an id from then is refused."""
    old = client.create_tweet(text="An old tip").data["id"]
    clock.pass_by(days=7, seconds=1)
    found = client.search_recent_tweets(f"conversation_id:{old}", user_auth=True)
    assert (found.data, found.meta) == (None, {"result_count": 0})
    with pytest.raises(tweepy.BadRequest, match="must be a tweet id created after"):
        client.search_recent_tweets(f"conversation_id:{old}", since_id=old, user_auth=True)


def test_pages_are_newest_first_and_stable(x, client):
    """Walking by token meets every post once, whatever is posted meanwhile."""
    ann = x.add_user("ann")
    said = [x.say(ann, f"@{x.bot.username} {n}").id for n in range(12)]
    page = client.get_users_mentions(x.bot.id, max_results=5, user_auth=True)
    met = [str(post.id) for post in page.data]
    while token := page.meta.get("next_token"):
        x.say(ann, f"@{x.bot.username} meanwhile {len(met)}")
        page = client.get_users_mentions(
            x.bot.id, max_results=5, pagination_token=token, user_auth=True
        )
        met += [str(post.id) for post in page.data]
    assert met == said[::-1]
    newer = client.get_users_mentions(x.bot.id, since_id=said[-1], user_auth=True)
    assert newer.meta["result_count"] == 2


def test_past_800_mentions_there_is_silence(x, client):
    """The 801st mention is not served: the last page is a success without data or token."""
    ann = x.add_user("ann")
    for n in range(MANY):
        x.say(ann, f"@{x.bot.username} {n}")
    page = client.get_users_mentions(x.bot.id, max_results=100, user_auth=True)
    sizes = [page.meta["result_count"]]
    while token := page.meta.get("next_token"):
        page = client.get_users_mentions(
            x.bot.id, max_results=100, pagination_token=token, user_auth=True
        )
        sizes.append(page.meta["result_count"])
    assert sizes == [100] * 8 + [0]
    assert page.data is None


def test_a_timeline_holds_to_its_bounds(x, client, clock):
    """Ids bound a timeline exclusively, times inclusively, and replies can be left out."""
    made = []
    for n in range(4):
        made.append(client.create_tweet(text=f"Tip {n}").data["id"])
        clock.pass_by(minutes=1)
    client.create_tweet(text="And", in_reply_to_tweet_id=made[3])

    def seen(**asked):
        page = client.get_users_tweets(x.bot.id, user_auth=True, **asked)
        return [str(post.id) for post in page.data or []]

    assert seen(since_id=made[0], until_id=made[3]) == [made[2], made[1]]
    start, end = x.posts[1].at.replace(microsecond=0), x.posts[2].at.replace(microsecond=0)
    assert seen(start_time=start, end_time=end) == [made[2], made[1]]
    assert seen(exclude=["replies"]) == made[::-1]


def test_the_deleted_are_errors(x, client):
    """A deleted post is reported under errors beside those that stand."""
    ann = x.add_user("ann")
    gone, stands = x.say(ann, "one"), x.say(ann, "two")
    x.delete(gone)
    found = client.get_tweets([gone.id, stands.id], user_auth=True)
    assert [str(post.id) for post in found.data] == [stands.id]
    error = found.errors[0]
    assert (error["title"], error["resource_type"]) == ("Not Found Error", "tweet")
    assert error["value"] == gone.id
    assert error["type"].endswith("/resource-not-found")
    assert client.get_tweet(gone.id, user_auth=True).data is None


def test_the_protected_are_for_followers(x, client):
    """What its author protects is in no list, and an error of its own kind in a look-up."""
    ann, ben = x.add_user("ann"), x.add_user("ben")
    hidden, shown = (x.say(who, f"@{x.bot.username} hello") for who in (ann, ben))
    x.protect(ann)
    listed = client.get_users_mentions(x.bot.id, user_auth=True).data
    assert [str(post.id) for post in listed] == [shown.id]
    found = client.get_tweets([hidden.id, shown.id], user_auth=True)
    assert [str(post.id) for post in found.data] == [shown.id]
    [error] = found.errors
    assert (error["value"], error["parameter"]) == (hidden.id, "ids")
    assert error["type"].endswith("/not-authorized-for-resource")


def test_search_knows_names(x, client):
    """Posts that name somebody can be asked for, and left out."""
    ann, ben, me = x.add_user("ann"), x.add_user("ben"), x.bot.username
    tip = client.create_tweet(text="A tip").data["id"]
    named = x.say(ann, "Well", reply_to=tip)
    aside = x.say(ben, "Indeed", reply_to=named, without=[x.bot])

    def found(query):
        answer = client.search_recent_tweets(f"conversation_id:{tip} {query}", user_auth=True)
        return [str(post.id) for post in answer.data]

    assert found(f"@{me}") == [named.id]
    assert found(f"-@{me} -from:{x.bot.id}") == [aside.id]
    with pytest.raises(tweepy.BadRequest):
        found(f"mentions:{me}")


def test_an_edit_is_a_new_id(x, client):
    """Both versions can be read, share their history, and only the latest is listed."""
    ann = x.add_user("ann")
    first = x.say(ann, f"@{x.bot.username} teh tip")
    second = x.edit(first, f"@{x.bot.username} the tip")
    listed = client.get_users_mentions(x.bot.id, user_auth=True).data
    assert [str(post.id) for post in listed] == [second.id]
    assert listed[0].data["edit_history_tweet_ids"] == [first.id, second.id]
    assert "teh" in text_of(client, first)
    x.delete(first)
    assert client.get_tweet(second.id, user_auth=True).data is None


def test_edits_come_to_an_end(x, clock):
    """After five edits, or half an hour, X allows no more."""
    post = x.say(x.add_user("ann"), "one")
    for n in range(5):
        x.edit(post, f"version {n}")
    with pytest.raises(ValueError, match="5 times"):
        x.edit(post, "one more")
    late = x.say(x.add_user("bob"), "two")
    clock.pass_by(minutes=31)
    with pytest.raises(ValueError, match="older than"):
        x.edit(late, "too late")


@pytest.mark.parametrize(
    "query",
    [
        "max_results=4",
        "max_results=101",
        "max_results=ten",
        "since_id=-1",
        "start_time=yesterday",
        "start_time=2026-02-30T00:00:00Z",
        "tweet.fields=colour",
        "expansions=author",
        "pagination_token=made-up",
        "colour=red",
        "max_results=10&max_results=10",
    ],
)
def test_a_bad_parameter_is_refused(x, client, query):
    """An unknown, repeated or malformed parameter is a 400 in X's own words."""
    with pytest.raises(tweepy.BadRequest) as refused:
        client.request("GET", f"/2/users/{x.bot.id}/mentions?{query}", user_auth=True)
    told = refused.value.response.json()
    assert told["type"] == "https://api.twitter.com/2/problems/invalid-request"
    assert told["errors"][0]["parameters"].keys() == {query.partition("=")[0]}


# -- how often, and for how much


def test_a_limit_ends_and_begins_again(x, client, clock):
    """Every answer counts down, the one too many is a 429, and the reset is kept."""
    x.limit("GET /2/users/me", 2)
    client.return_type = requests.Response
    left = [client.get_me().headers["x-rate-limit-remaining"] for _ in range(2)]
    with pytest.raises(tweepy.TooManyRequests) as refused:
        client.get_me()
    reset = int(refused.value.response.headers["x-rate-limit-reset"])
    assert left == ["1", "0"]
    assert reset == int((clock() + timedelta(minutes=15)).timestamp())
    clock.pass_by(minutes=15)
    assert client.get_me().status_code == 200


def test_the_bill_adds_up(x, client, clock):
    """Posts, links, summoned replies and reads are charged, a repeat within a UTC day is not."""
    ann = x.add_user("ann")
    own = client.create_tweet(text="A tip").data["id"]
    client.create_tweet(text="A tip: https://example.org")
    said = x.say(ann, "Why?", reply_to=own)
    client.create_tweet(text="Because", in_reply_to_tweet_id=said.id)
    assert x.billed == Decimal("0.015") + Decimal("0.200") + Decimal("0.010")
    before = x.billed
    for _ in range(2):
        client.get_users_mentions(x.bot.id, expansions=["author_id"], user_auth=True)
    assert x.billed - before == Decimal("0.001") + Decimal("0.010")
    clock.pass_by(days=1)
    client.get_tweet(said.id, user_auth=True)
    assert x.billed - before == Decimal("0.016")
    assert x.charges[-1] == ("post", said.id, Decimal("0.005"))


# -- what goes wrong on request


@pytest.mark.parametrize(
    ("trouble", "posted"),
    [
        (Trouble.DROP, False),
        (Trouble.COMMIT_DROP, True),
        (Trouble.COMMIT_500, True),
        (Trouble.BAD_JSON, True),
        (Trouble.TRUNCATED, True),
        (Trouble.LIST_ERROR, False),
    ],
)
def test_trouble_strikes_once(x, client, trouble, posted):
    """Each trouble spoils the next request only, and what it did is visible to the test alone."""
    fault = x.fail(trouble, method="POST")
    client.get_me()
    with pytest.raises((requests.RequestException, tweepy.TwitterServerError, AttributeError)):
        client.create_tweet(text="A tip")
    assert [post.written for post in x.posts] == (["A tip"] if posted else [])
    assert fault.left == 0
    assert client.create_tweet(text="Another").data["id"]


def test_an_answer_can_hang(x):
    """A hanging request was carried out; the client gives up, and stopping does not wait for it."""
    x.fail(Trouble.COMMIT_HANG)
    began = time.monotonic()
    with Redirected(x.url, timeout=0.2) as session, pytest.raises(requests.ReadTimeout):
        client_of(x, session=session).create_tweet(text="A tip")
    assert time.monotonic() - began < 5
    assert [post.written for post in x.posts] == ["A tip"]
    assert x.requests[-1].status is None


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "Unauthorized"),
        (402, "does not have any credits"),
        (403, "Suspended"),
        (500, "Internal Server Error"),
        (502, "no healthy upstream"),
        (503, "Service Unavailable"),
        (504, "no healthy upstream"),
    ],
)
def test_a_status_can_be_had(x, client, status, told):
    """Each status comes for as many requests as were asked for, and nothing is carried out."""
    x.fail(status, times=2, path="/2/tweets", detail="Suspended" if status == 403 else None)
    for _ in range(2):
        with pytest.raises(tweepy.HTTPException) as refused:
            client.create_tweet(text="A tip")
        assert refused.value.response.status_code == status
        assert told in refused.value.response.text
    assert x.posts == []
    assert client.create_tweet(text="A tip").data["id"]


@pytest.mark.parametrize("reset", list(Reset))
def test_a_429_can_lie_about_its_reset(x, client, clock, reset):
    """The reset header of a 429 can be right, missing, long past or no number."""
    x.fail(429, reset=reset)
    expected = ValueError if reset is Reset.NONSENSE else tweepy.TooManyRequests
    with pytest.raises(expected) as refused:
        client.get_me()
    if reset is Reset.NORMAL:
        assert refused.value.reset_time > clock().timestamp()
    elif reset is Reset.PAST:
        assert refused.value.reset_time < clock().timestamp()
    elif reset is Reset.MISSING:
        assert refused.value.reset_time is None


def test_a_stopped_server_is_gone():
    """After its with block nothing answers any more, kept connections included."""
    with XServer() as x:
        session = Redirected(x.url)
        client_of(x, session=session).get_me()
    with session, pytest.raises(requests.ConnectionError):
        client_of(x, session=session).get_me()
