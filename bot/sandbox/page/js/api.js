// The control API of the local Slack (bot/sandbox/control.py).

import { state } from "./state.js";

/** The server said no; `message` is meant for people. `status` 0: it did not answer. */
export class Refusal extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function request(method, path, body) {
  let response;
  try {
    response = await fetch(`/control/${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Refusal("The local Slack does not answer. Is it still running?", 0);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(answer?.error ?? `The local Slack answered ${response.status}.`, response.status);
  return answer;
}

export function get(path, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== "" && value != null) parameters.set(name, value);
  const tail = parameters.toString();
  return request("GET", tail ? `${path}?${tail}` : path);
}

export const post = (path, body = {}) => request("POST", path, body);
export const remove = (path) => request("DELETE", path);

/** Acts as the present person; verbs: bot/sandbox/verbs.py. */
export const act = (verb, body = {}) => post(`people/${state.me}/${verb}`, body);

export const fileAddress = (file) => `/control/files/${encodeURIComponent(file.id)}/${encodeURIComponent(file.name)}`;

/** `{ name, content }` as the server takes files. */
export async function encodeFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return { name: file.name, content: btoa(binary) };
}
