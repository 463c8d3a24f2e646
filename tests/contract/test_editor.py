"""Promises of every platform that can delete posts."""


def test_retract(network, publisher, editor):
    """A retracted post is gone, and no other."""
    kept = publisher.publish(network.post("One word is enough."))
    receipt = publisher.publish(network.post("Two words are too many."))
    editor.retract(receipt.remote_id)
    assert network.existing_posts() == [(kept.remote_id, "One word is enough.")]


def test_retract_again(network, publisher, editor):
    """Retracting a post that is gone already succeeds."""
    receipt = publisher.publish(network.post("One word is enough."))
    editor.retract(receipt.remote_id)
    editor.retract(receipt.remote_id)
    assert network.existing_posts() == []


def test_retract_an_answer(network, publisher, listener, editor):
    """A reply can be retracted like any post, and its parent stays."""
    tip = publisher.publish(network.post("One word is enough."))
    said = network.person_posts("Is it?", reply_to=tip.remote_id)
    receipt = publisher.publish(network.post("It is.", in_reply_to=said))
    editor.retract(receipt.remote_id)
    assert network.existing_posts() == [(tip.remote_id, "One word is enough.")]
    assert said in {entry.remote_id for entry in listener.poll(None).entries}
