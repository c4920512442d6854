"""The demo's Jira and ServiceNow: a person sees both sides move, also after the next start."""

from tests.demo.test_keeping import card, ended, quick


def offered(modal, name):
    blocks = [block for block in modal.blocks if block.get("block_id") == name]
    return [one["text"]["text"] for block in blocks for one in block["element"].get("options", ())]


def ticket(run, words, partner, **chosen):
    """Ann asks for one in the form, choosing one thing after the other as the lists come."""
    ann, ops, slack = run.company.people["ann"], run.company.channels["ops"], run.demo.slack
    key = quick(run, words).shown.split()[0]
    ann.command(f"/case link {key} {partner}", channel=ops)
    modal = ann.modal
    for name, wanted in chosen.items():
        slack.wait_for(lambda name=name, wanted=wanted: wanted in offered(modal, name), 10, f"the choice of {wanted}")
        modal.choose(name, wanted)
    slack.wait_for(lambda: "come from the case" in modal.text, 10, "what else it asks")
    answer = modal.submit()
    assert not answer.errors, answer.errors
    slack.wait_for(lambda: "in step" in card(run, words).shown, 15, "the ticket to be in step")
    return key


def test_a_case_and_its_issue_move_together_also_after_the_next_start(start):
    first = start()
    ticket(first, "the till is stuck", "jira", kind="Web shop (SHOP)", subtype="Task")
    (issue,) = first.demo.offices.jira.issues
    first.company.people["bob"].click(card(first, "the till is stuck"), "Take")
    first.demo.slack.wait_for(lambda: issue.status.name == "In Progress", 10, "the issue to move")
    first.demo.slack.wait_for(lambda: issue.assignee and issue.assignee.handle == "bob", 10, "Bob to have it")
    ended(first)
    first.demo.offices.close()

    second = start()
    again = second.demo.offices.jira.issue(issue.key)
    assert again.status.name == "In Progress"
    second.demo.offices.jira.set_status(issue.key, "Done", by="carol")
    second.demo.slack.wait_for(lambda: "Closed" in card(second, "the till is stuck").shown, 15, "the case to be closed")
    second.nothing_went_wrong()


def test_a_case_and_its_record_move_together(start):
    run = start()
    ticket(run, "the printer is stuck", "servicenow")
    servicenow = run.demo.offices.servicenow
    (number,) = servicenow.numbers("incident")
    servicenow.set_state(number, "2", by="carol")
    run.demo.slack.wait_for(lambda: "In progress" in card(run, "the printer is stuck").shown, 15, "the case to follow")
    run.nothing_went_wrong()
