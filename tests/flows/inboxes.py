"""What the journeys with inboxes have in common."""


def post_in(town, channel, words):
    """The newest post of Casebook with these words, once it is there."""
    return town.slack.wait_for(
        lambda: next(
            (m for m in reversed(town.slack.messages(channel)) if m.user == town.slack.bot_user and words in m.shown),
            None,
        ),
        what=f"a post with “{words}” in #{channel.name}",
    )


def make_inbox(person, town, query, name="Urgent", **fields):
    """By the command; what the form says at the end."""
    person.command(f"/case inbox new {query}", channel=town.ops)
    form = person.modal
    form.fill({"name": name, **fields})
    answer = form.submit()
    assert not answer.errors, answer.errors
    done = person.modal.text
    person.modal.close()
    return done


def preview_of(form, town, words):
    return town.slack.wait_for(lambda: words in form.text and form.text, what=f"the preview to say “{words}”")
