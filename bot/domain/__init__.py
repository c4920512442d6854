"""What a case is and may do: models with verbs and plain rules. No Slack, no queries, no network."""
