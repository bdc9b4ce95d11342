// The phone's page: enrol once, then forms, drafts and an outbox that works without a network.

import { answered, showForm } from "./form.js";
import { element, word } from "./page_parts.js";
import { sendAll, tryAgain } from "./send.js";
import { all, handOver, keep, kept, put, remove } from "./store.js";

const TRY_EVERY_MS = 15000;
const SAVE_AFTER_MS = 300;
const language = document.documentElement.lang;
const main = document.getElementById("main");
const line = document.getElementById("line");
let bundle = null;

async function begin() {
  navigator.serviceWorker?.register(document.body.dataset.worker, { scope: "/field/" });
  const key = decodeURIComponent(location.hash.slice(1));
  if (key) {
    await keep("key", key);
    history.replaceState(null, "", location.pathname + location.search); // the key stands in no history and no picture
  }
  await refresh();
  addEventListener("online", () => { showLine(); send(); });
  addEventListener("offline", showLine);
  setInterval(send, TRY_EVERY_MS);
  await showHome();
  await send();
}

// Forms and areas as the server has them now; without a network those of the last time.
async function refresh() {
  const key = await kept("key");
  bundle = prepared(await kept(`bundle-${language}`));
  if (!key) return;
  try {
    const response = await fetch(`/field/api/bundle?language=${language}`, { headers: { Authorization: `Bearer ${key}` }, cache: "no-store" });
    const found = await response.json();
    if (response.ok && found.forms) {
      await keep(`bundle-${language}`, found);
      await keep("contact", new Date().toISOString());
      bundle = prepared(found);
    } else if (response.status === 401) await keep("refused", found.said);
    if (response.ok) await keep("refused", "");
  } catch { /* no network: what is kept is used */ }
}

function prepared(found) {
  for (const form of found?.forms ?? []) form.byCode = new Map(form.elements.map((one) => [one.code, one]));
  return found ?? null;
}

const send = () => sendAll(() => { if (document.body.dataset.screen === "home") showOutbox(); });

function showLine() {
  line.textContent = word(navigator.onLine ? "online" : "offline");
  line.className = navigator.onLine ? "online" : "offline";
}

function screen(name, ...children) {
  document.body.dataset.screen = name;
  main.replaceChildren(...children);
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
}

// -- home -------------------------------------------------------------------------------------------------------------

async function showHome() {
  showLine();
  if (!bundle) {
    const refused = await kept("refused");
    screen("enrol", element("h1", {}, word("not_enrolled")), element("p", {}, refused || word("ask_for_code")));
    return;
  }
  const drafts = (await all("drafts")).sort((one, other) => other.changed.localeCompare(one.changed));
  const refused = await kept("refused");
  screen("home",
    element("h1", {}, bundle.team, element("small", {}, `${bundle.organisation} · ${bundle.device}`)),
    refused ? element("p", { class: "problem error" }, refused) : "",
    element("section", { id: "outbox", "aria-live": "polite" }),
    drafts.length ? element("section", {}, element("h2", {}, word("drafts")), ...drafts.map(draftCard)) : "",
    element("section", {}, element("h2", {}, word("new_report")), element("div", { class: "forms" }, ...bundle.forms.map((form) =>
      element("button", { class: "form-button", onclick: () => startForm(form) }, element("b", {}, form.label), element("small", {}, form.about))))),
    await aboutPhone());
  await showOutbox();
}

function draftCard(draft) {
  const form = bundle.forms.find((one) => one.code === draft.form);
  return element("button", { class: "card", onclick: () => openForm(form, draft) }, element("b", {}, form?.label ?? draft.form), element("small", {}, moment(draft.changed)));
}

async function showOutbox() {
  const holder = document.getElementById("outbox");
  if (!holder) return;
  const items = (await all("outbox")).sort((one, other) => other.made.localeCompare(one.made));
  const waiting = items.filter((item) => item.state !== "on_server").length;
  holder.replaceChildren(
    element("h2", {}, word("outbox"), element("span", { class: "count", id: "waiting" }, String(waiting))),
    ...items.map(itemCard),
    waiting ? element("div", { class: "buttons" },
      element("button", { onclick: () => sendAll(showOutbox, { now: true }) }, word("send_now")),
      element("button", { class: "quiet", onclick: saveAsFile }, word("save_as_file"))) : "");
}

const MARKS = { on_phone: "●", sending: "↑", on_server: "✓", needs_you: "!" };

function itemCard(item) {
  return element("article", { class: `card item ${item.state}`, "data-state": item.state },
    element("p", {}, element("span", { class: "mark", "aria-hidden": "true" }, MARKS[item.state]), element("b", {}, item.label), element("span", { class: "state" }, word(item.state))),
    element("small", {}, `${moment(item.made)}${item.said ? ` · ${item.said}` : ""}`),
    ...(item.reasons ?? []).map((reason) => element("p", { class: "problem warning" }, reason)),
    element("div", { class: "buttons" },
      item.state === "needs_you" ? element("button", { onclick: () => tryAgain(item, showOutbox) }, word("try_again")) : "",
      item.state === "on_server" || item.state === "needs_you" ? element("button", { class: "quiet", onclick: () => correct(item) }, word("correct")) : ""));
}

// What has not been sent can be carried away by hand as well: a browser's store is no safe.
async function saveAsFile() {
  const items = (await all("outbox")).filter((item) => item.state !== "on_server").map(({ body, instance_id: id, form, made }) => ({ instance_id: id, form, made, submission: JSON.parse(body) }));
  const link = element("a", { href: URL.createObjectURL(new Blob([JSON.stringify(items, null, 1)], { type: "application/json" })), download: `torpaq-${new Date().toISOString().slice(0, 10)}.json` });
  link.click();
  URL.revokeObjectURL(link.href);
}

async function aboutPhone() {
  const safe = await navigator.storage?.persist?.();
  const contact = await kept("contact");
  return element("section", { class: "about" }, element("h2", {}, word("this_phone")),
    element("p", {}, `${word("last_contact")}: ${contact ? moment(contact) : "–"}`),
    element("p", {}, word(safe ? "storage_safe" : "storage_unsafe")),
    element("p", {}, `${word("tasks_here")}: ${(bundle.tasks ?? []).map((task) => task.code).join(", ") || "–"}`),
    element("p", {}, `${word("areas_here")}: ${bundle.areas.map((area) => area.id).join(", ") || "–"}`));
}

const moment = (text) => new Date(text).toLocaleString(language);

// -- a form -----------------------------------------------------------------------------------------------------------

function startForm(form) {
  const values = { date_of_information: new Date().toISOString().slice(0, 10), reporting_organisation: bundle.organisation };
  openForm(form, { id: crypto.randomUUID(), form: form.code, bases: [], values, files: [], changed: new Date().toISOString() });
}

// A correction is a new version edited from the one that was sent; what was sent stays.
async function correct(item) {
  const sent = JSON.parse(item.body);
  const form = bundle.forms.find((one) => one.code === sent.form);
  const bases = item.state === "on_server" ? [item.instance_id] : sent.bases;
  await openForm(form, { id: crypto.randomUUID(), form: sent.form, bases, values: structuredClone(sent.values), files: item.files, changed: new Date().toISOString() });
}

async function openForm(form, draft) {
  const holder = element("div", { class: "form" });
  const problems = element("div", { role: "alert" });
  let saving = null;
  const save = async () => { draft.changed = new Date().toISOString(); await put("drafts", draft); saved.textContent = word("draft_kept"); };
  const changed = () => { clearTimeout(saving); saving = setTimeout(save, SAVE_AFTER_MS); };
  const saved = element("output", { class: "told" });
  const done = async (event) => {
    event.preventDefault();
    clearTimeout(saving);
    await finish(form, draft, problems);
  };
  const leave = async () => { clearTimeout(saving); await save(); await showHome(); };
  const drop = async () => { clearTimeout(saving); if (confirm(word("drop_draft"))) { await remove("drafts", draft.id); await showHome(); } };
  screen("form", element("h1", {}, form.label), element("p", { class: "hint" }, form.about),
    element("form", { novalidate: true, onsubmit: done }, holder, problems,
      element("div", { class: "buttons last" }, element("button", { class: "strong" }, word("finish")),
        element("button", { type: "button", onclick: leave }, word("later")), element("button", { type: "button", class: "quiet", onclick: drop }, word("drop")), saved)));
  showForm(holder, bundle, form, draft, changed);
}

async function finish(form, draft, problems) {
  const { answers, missing } = answered(form, draft.values);
  const wrong = [...document.querySelectorAll("main :invalid")].filter((input) => input.validationMessage && !input.closest("[hidden]"));
  if (missing.length || wrong.length) {
    problems.replaceChildren(...missing.map(({ label }) => element("p", { class: "problem error" }, `${word("answer_missing")}: ${label}`)),
      ...wrong.map((input) => element("p", { class: "problem error" }, input.validationMessage)));
    await put("drafts", draft);
    (document.querySelector(`[data-element="${missing[0]?.code}"]`) ?? wrong[0]).scrollIntoView({ block: "center" });
    return;
  }
  const id = `uuid:${crypto.randomUUID()}`;
  const body = JSON.stringify({ instance_id: id, form: form.code, version: form.version, bases: draft.bases, values: answers });
  const names = new Set(body.match(/"name":"[^"]+"/g)?.map((pair) => pair.slice(8, -1)) ?? []);
  const files = draft.files.filter((file) => names.has(file.name));
  await handOver(draft.id, { instance_id: id, form: form.code, label: form.label, body, files, state: "on_phone", made: new Date().toISOString() });
  await showHome();
  await send();
}

begin();
