"""What every platform keeps that can take a post back."""


def test_retract(world, publisher, editor):
    """What is taken back is gone, and nothing else is."""
    kept = publisher.publish(world.post("One word is enough."))
    receipt = publisher.publish(world.post("Two words are too many."))
    editor.retract(receipt.remote_id)
    assert world.posts_there() == [(kept.remote_id, "One word is enough.")]


def test_retract_again(world, publisher, editor):
    """To take back what is gone already is fine."""
    receipt = publisher.publish(world.post("One word is enough."))
    editor.retract(receipt.remote_id)
    editor.retract(receipt.remote_id)
    assert world.posts_there() == []


def test_retract_an_answer(world, publisher, listener, editor):
    """An answer is taken back as any post is, and what it answered stays."""
    tip = publisher.publish(world.post("One word is enough."))
    said = world.person_says("Is it?", reply_to=tip.remote_id)
    receipt = publisher.publish(world.post("It is.", in_reply_to=said))
    editor.retract(receipt.remote_id)
    assert world.posts_there() == [(tip.remote_id, "One word is enough.")]
    assert said in {entry.remote_id for entry in listener.poll(None).entries}
