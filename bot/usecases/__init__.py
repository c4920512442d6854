"""One function a verb: open the unit of work, ask for the right, call the domain, commit."""
