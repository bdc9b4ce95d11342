// Sending the outbox: the same bytes under the same id until the server says that it has them. Honest states:
// on_phone, sending, on_server, needs_you.

import { all, kept, put, remove } from "./store.js";

const ADDRESS = "/field/api/submissions";
const FIRST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 300000;
const KEPT_SENT = 50;
let running = false;

export async function sendAll(told, { now = false } = {}) {
  if (running) return;
  running = true;
  try {
    for (const item of await all("outbox")) {
      const waits = item.state === "on_phone" || item.state === "sending"; // a page that was killed left it sending
      if (waits && (now || (item.next ?? 0) <= Date.now())) await send(item, told);
    }
    await forgetOld();
  } finally {
    running = false;
  }
}

async function send(item, told) {
  await change(item, { state: "sending" }, told);
  let answer = null;
  let status = 0;
  try {
    const response = await fetch(ADDRESS, {
      method: "POST", headers: { Authorization: `Bearer ${await kept("key")}`, ...kindOf(item) }, body: bodyOf(item), cache: "no-store",
    });
    status = response.status;
    answer = await response.json();
  } catch { /* no network, a cut, or a portal's page instead of an answer: it stays on the phone */ }
  await change(item, outcome(item, status, answer), told);
}

const kindOf = (item) => (item.files.length ? {} : { "Content-Type": "application/json" });

function bodyOf(item) {
  if (!item.files.length) return item.body;
  const parts = new FormData();
  parts.append("submission", new Blob([item.body], { type: "application/json" }), "submission.json");
  for (const file of item.files) parts.append("file", file.blob, file.name);
  return parts;
}

// Only an answer that names this very report counts: anything else was not said by our server.
function outcome(item, status, answer) {
  if (answer?.instance_id === item.instance_id && (status === 201 || status === 202)) {
    const state = answer.outcome === "on_server" ? "on_server" : "needs_you";
    return { state, said: answer.said, reasons: answer.reasons ?? [], sent: new Date().toISOString(), ...(state === "on_server" ? { files: [] } : {}) };
  }
  if (answer?.said && status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return { state: "needs_you", said: answer.said, reasons: answer.reasons ?? [] };
  }
  const tries = (item.tries ?? 0) + 1;
  return { state: "on_phone", tries, next: Date.now() + Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS) };
}

async function change(item, changes, told) {
  Object.assign(item, changes);
  await put("outbox", item);
  told(item);
}

// What the server has is kept a while, so that it can be read and corrected; then only the server keeps it.
async function forgetOld() {
  const sent = (await all("outbox")).filter((item) => item.state === "on_server");
  sent.sort((one, other) => other.sent.localeCompare(one.sent));
  for (const item of sent.slice(KEPT_SENT)) await remove("outbox", item.instance_id);
}

export async function tryAgain(item, told) {
  await change(item, { state: "on_phone", next: 0 }, told);
  await sendAll(told);
}
