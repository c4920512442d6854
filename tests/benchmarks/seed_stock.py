"""What the seeded cases talk about."""

SERVICES = (
    "checkout", "payments", "login", "search", "catalog", "cart", "billing", "invoices", "ledger", "fraud", "identity",
    "sessions", "profile", "avatars", "mailer", "push", "sms", "webhooks", "gateway", "edge", "dns", "cdn", "cache",
    "queue", "scheduler", "importer", "exporter", "warehouse", "reports", "metrics", "traces", "logs", "alerts",
    "deployer", "registry", "builds", "secrets", "vault", "backups", "replica", "postgres", "kafka", "redis", "elastic",
    "storage", "images", "video", "maps", "geo", "pricing", "tax", "coupons", "loyalty", "reviews", "recommendations",
    "inventory", "shipping", "returns", "support", "chat",
)  # fmt: skip
PARTS = ("api", "worker", "frontend", "db", "proxy")
SYMPTOMS = (
    "returns 500 for a part of all requests", "is slow", "is down in one zone", "runs out of memory", "disk is filling up",
    "error rate above threshold", "p99 latency above 2 s", "pods are restarting", "certificate expires soon",
    "queue is growing", "consumer lag is growing", "deploy failed", "rollback did not finish", "health check is flapping",
    "replication is behind", "too many connections", "unexpected traffic from one address", "login from a new country",
    "possible credential stuffing", "suspicious API key use", "permission denied after the change", "backup is missing",
    "cron job did not run", "wrong totals in the report", "customers see an empty page", "timeouts to the partner",
    "retries exhausted", "panic in request handler", "memory leak suspected", "needs a bigger instance",
)  # fmt: skip
SENTENCES = (
    "First seen after the deploy of this morning.",
    "The dashboard shows a step at the same minute in all regions.",
    "Customers in support tickets describe the same error.",
    "Restarting one pod helped for about ten minutes.",
    "The database shows many idle transactions.",
    "No change was announced for this service today.",
    "The on-call engineer has silenced the monitor for an hour.",
    "Rolling back is possible; the migration was compatible.",
    "The partner's status page reports degraded performance.",
    "Memory grows by about one percent an hour until the limit.",
    "The error appears only for accounts with more than one address.",
    "Logs show a timeout while connecting to the upstream.",
    "Traffic is twice as high as last week at this time.",
    "The certificate was renewed, but the old one is still served.",
    "Only one availability zone is affected.",
    "A retry storm follows each failure.",
    "The queue drains again since the number of consumers was doubled.",
    "The signal names one source address and several users.",
    "The key was used from an address that we do not know.",
    "The same query is fast on the replica.",
    "The cache was empty after the restart.",
    "We suspect the new feature flag.",
    "The feature flag was switched off for everyone.",
    "Nothing unusual in the traces, except for a slow span in the gateway.",
    "The alert has fired four times this week.",
    "The report of last month is wrong as well.",
    "Finance needs the corrected numbers by Friday.",
    "The café in the lobby reports that cards are declined.",
    "Könnte mit dem Zertifikat zusammenhängen.",
    "障害は再起動で解消しました。",
    "Please keep the evidence, we may need a postmortem.",
    "The load balancer marks healthy hosts as unhealthy.",
    "Disk usage is dominated by old segments.",
    "The scheduler skipped the run because the lock was held.",
    "Two deployments ran at the same time.",
    "The configuration was copied from staging.",
    "The index was rebuilt and the plan is good again.",
    "It is not reproducible on staging.",
)
NOTES = (
    "Looking into it.", "I have restarted the worker, watching it now.", "Rolled back to the release before.",
    "Confirmed with the vendor, they are working on it.", "Error rate is back to normal.", "Raised the limit to 4 GiB.",
    "Can somebody from the database team have a look?", "This is the same as last week.", "Paged the owner.",
    "The customer was told.", "Workaround: switch the flag off.", "Fixed in the release of tonight.",
    "False positive, the scanner was ours.", "Blocked the address at the edge.", "Rotated the key.",
)  # fmt: skip
FIRST = (
    "Ann", "Bob", "Carol", "Dana", "Eve", "Frank", "Grace", "Heidi", "Ivan", "Judy", "Karl", "Liz", "Mallory", "Niaj",
    "Olivia", "Peggy", "Quentin", "Rupert", "Sybil", "Trent", "Uma", "Victor", "Wendy", "Xin", "Yara", "Zoë", "José",
)  # fmt: skip
LAST = (
    "Lee", "Novák", "García", "Müller", "Smith", "Tanaka", "Okafor", "Rossi", "Silva", "Kowalski", "Jensen", "Haddad",
    "Dubois", "Petrov", "Nguyen", "Kaya", "O'Brien", "Singh", "Cohen", "Andersson", "Papadopoulos", "Kim", "Mwangi",
)  # fmt: skip
REASONS = ("Resolved", "Resolved", "Resolved", "Duplicate", "Not a problem", "Will not fix")
SECURITY_REASONS = ("False positive", "Testing", "One-time exception", "Resolved")
