// Alerts in the forms observed in real channels (integrations reference, 8.3 and 8.4): an empty text, everything in an
// attachment, links with the ids by which duplicates are told apart. `over`: the post that tells of its end, if one does.

const pick = (list) => list[Math.floor(Math.random() * list.length)];
const digits = (count) =>
  Array.from({ length: count }, (_, index) => Math.floor(Math.random() * (index ? 10 : 9)) + (index ? 0 : 1)).join("");
const utc = (date) => date.toUTCString().replace("GMT", "UTC").replace(",", "");

function monitor() {
  const [what, host, text] = pick([
    ["CPU usage is high on host:web-1", "host:web-1", "CPU of web-1 has been above 95 % for 10 minutes."],
    [
      "Checkout error rate is above 5 %",
      "service:checkout,env:prod",
      "More than 5 % of requests to checkout fail with 5xx.",
    ],
    ["Disk almost full on host:db-2", "host:db-2", "Less than 4 % of /var/lib/postgresql is free."],
    [
      "p99 latency of search is above 2 s",
      "service:search,env:prod",
      "Searching takes longer than it should, for 15 minutes now.",
    ],
  ]);
  const [id, event] = [digits(8), digits(19)];
  const [from, to, now] = [Date.now() - 1_200_000, Date.now(), Math.floor(Date.now() / 1000)];
  const link = `https://app.datadoghq.eu/monitors/${id}?group=${encodeURIComponent(host)}&from_ts=${from}&to_ts=${to}&event_id=${event}&link_monitor_id=${id}&link_event_id=${event}&link_event_ts=${now}`;
  const escaped = link.replaceAll("&", "&amp;");
  const form = (state, color, words) => ({
    text: "",
    attachments: [
      {
        title: `${state}: ${what}`,
        title_link: link,
        color,
        text: `@slack-sre\n\n${words}\n\n(last triggered: ${utc(new Date())})\n\n- - -\n\n<${escaped}|[Monitor Status>] · <https://app.datadoghq.eu/monitors/${id}/edit|[Edit Monitor>]`,
        fallback: `${state}: ${what}`,
      },
    ],
  });
  return { ...form("Triggered", "danger", text), over: form("Recovered", "good", "It is as usual again.") };
}

function signal() {
  const [what, who, text] = pick([
    [
      "Brute force login on an administrator account",
      "ops-admin",
      "124 failed logins within 5 minutes, then one that succeeded.",
    ],
    ["Impossible travel of a signed-in user", "j.doe", "Logins from Lisbon and Singapore within 20 minutes."],
    [
      "Access key used from an unknown network",
      "ci-deploy",
      "A key that so far was used in eu-west-1 only lists every bucket from elsewhere.",
    ],
  ]);
  const link = `https://app.datadoghq.eu/security?event=AwAAA${digits(14)}&panels=signal&sort=-time`;
  return {
    text: "",
    attachments: [
      {
        title: `Security signal: ${what}`,
        title_link: link,
        color: "#b3261e",
        text: `*Severity:* HIGH\n*User:* \`${who}\`\n\n${text}\n\n<${link.replaceAll("&", "&amp;")}|View the signal>`,
        fallback: `Security signal: ${what}`,
        fields: [
          { title: "Rule", value: what, short: true },
          { title: "Source", value: "auth-gateway", short: true },
        ],
      },
    ],
  };
}

function errorIssue() {
  const [kind, text, service] = pick([
    ["TypeError", "Cannot read properties of undefined (reading 'total')", "checkout-web"],
    ["psycopg.OperationalError", "connection is bad: server closed the connection unexpectedly", "billing"],
    ["ValueError", "time data '2026-13-01' does not match format '%Y-%m-%d'", "importer"],
  ]);
  const id = `${digits(8)}-${digits(4)}-11f0`;
  const link = `https://app.datadoghq.eu/error-tracking/issue/${id}`;
  return {
    text: "",
    attachments: [
      {
        color: "#7a3ff2",
        fallback: `New issue in ${service}: ${kind}`,
        blocks: [
          { type: "section", text: { type: "mrkdwn", text: `*<${link}|New issue: ${kind}>*\n\`${text}\`` } },
          {
            type: "section",
            fields: [
              { type: "mrkdwn", text: `*Service:*\n${service}` },
              { type: "mrkdwn", text: "*Environment:*\nprod" },
              { type: "mrkdwn", text: `*Events:*\n${digits(3)} in 10 minutes` },
              { type: "mrkdwn", text: "*Status:*\n:warning: For review" },
            ],
          },
          { type: "context", elements: [{ type: "mrkdwn", text: `First seen in version 2.${digits(2)}.0` }] },
          {
            type: "actions",
            elements: [
              { type: "button", text: { type: "plain_text", text: "View issue" }, url: link, action_id: "view_issue" },
            ],
          },
        ],
      },
    ],
  };
}

function group() {
  const [name, one, two, summary] = pick([
    ["HighErrorRate", "web-1", "web-2", "More than 5 % of requests fail"],
    ["KubePodCrashLooping", "checkout-7d9f-abcde", "checkout-7d9f-fghij", "Pod restarts again and again"],
    ["PostgresReplicationLag", "db-2", "db-3", "The replica is more than 60 s behind"],
  ]);
  const link = `http://alertmanager.example:9093/#/alerts?receiver=casebook&filter=%7Balertname%3D%22${name}%22%7D`;
  const alert = (instance) =>
    `*Alert:* ${summary} - \`critical\`\n*Details:*\n  • *alertname:* \`${name}\`\n  • *instance:* \`${instance}\`\n  • *severity:* \`critical\``;
  const form = (state, color) => ({
    text: "",
    attachments: [
      {
        title: `[${state}] ${name} (critical)`,
        title_link: link,
        color,
        text: `${alert(one)}\n\n${alert(two)}`,
        fallback: `[${state}] ${name} | ${link}`,
        mrkdwn_in: ["fallback", "pretext", "text"],
        footer: "",
      },
    ],
  });
  return { ...form("FIRING:2", "danger"), over: form("RESOLVED", "good") };
}

export const ALERTS = [
  { name: "Monitor", bot: "Datadog", about: "A Datadog monitor that triggered", make: monitor },
  { name: "Security signal", bot: "Datadog Security", about: "A suspicious login or key", make: signal },
  {
    name: "Error tracking issue",
    bot: "Datadog Error Tracking",
    about: "A new exception in production",
    make: errorIssue,
  },
  { name: "Alert group", bot: "Alertmanager", about: "Two alerts fired together by Prometheus", make: group },
];
