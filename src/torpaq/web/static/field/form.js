// One form on the phone, from its definition: what is asked, when, and what was answered. Nothing typed is ever lost:
// every change goes into the draft.

import { geometryInput } from "./places.js";
import { element, word } from "./page_parts.js";

const OPTIONS_AS_BUTTONS = 6;

export function holds(condition, values) {
  return condition.every(({ element: code, operator, codes }) => {
    const value = values[code];
    const filled = value !== undefined && value !== "" && !(Array.isArray(value) && !value.length);
    if (operator === "filled") return filled;
    if (operator === "has") return Array.isArray(value) && codes.some((one) => value.includes(one));
    return operator === "=" ? codes.includes(value) : filled && !codes.includes(value);
  });
}

// The answers that are asked for, without those whose question went away; and the required ones that lack.
export function answered(definition, values) {
  const missing = [];
  const answers = level(definition, "", values, values, missing);
  return { answers, missing };
}

function level(definition, repeat, own, all, missing, path = "") {
  const found = {};
  for (const one of definition.elements) {
    if (one.type === "section" || repeatOf(definition, one) !== repeat) continue;
    if (!isAsked(definition, one, { ...all, ...own })) continue;
    const value = own[one.code];
    if (one.type === "repeat") {
      const rows = (value ?? []).map((row, number) => ({ ...level(definition, one.code, row, all, missing, `${one.label} ${number + 1}: `), _row: row._row }));
      if (rows.length) found[one.code] = rows;
    } else if (value !== undefined && value !== "" && !(Array.isArray(value) && !value.length)) found[one.code] = value;
    else if (one.required) missing.push({ code: one.code, label: path + one.label });
  }
  return found;
}

function isAsked(definition, one, values) {
  for (let at = one; at; at = definition.byCode.get(at.parent)) if (!holds(at.condition, values)) return false;
  return true;
}

function repeatOf(definition, one) {
  for (let at = definition.byCode.get(one.parent); at; at = definition.byCode.get(at.parent)) if (at.type === "repeat") return at.code;
  return "";
}

export function showForm(holder, bundle, definition, draft, changed) {
  const parts = new Map(); // every part that comes and goes with its condition
  const arrange = () => {
    for (const [part, { one, row }] of parts) part.hidden = !isAsked(definition, one, { ...draft.values, ...(row ?? {}) });
  };
  const answer = (target, code, value) => {
    if (value === undefined || value === "") delete target[code];
    else target[code] = value;
    arrange();
    changed();
  };
  const place = (parent, own, row) => {
    const box = document.createDocumentFragment();
    for (const one of definition.elements.filter((each) => each.parent === parent)) {
      const part = one.type === "section" ? section(one, own, row) : one.type === "repeat" ? repeat(one, own) : field(one, own);
      parts.set(part, { one, row });
      box.append(part);
    }
    return box;
  };
  // What nobody has to answer is folded away, unless something of it was answered: a report is made in a minute.
  const section = (one, own, row) => {
    const asked = definition.elements.filter((each) => each.parent === one.code);
    const optional = asked.every((each) => !each.required && each.type !== "section");
    const inner = element("fieldset", { class: "section" }, element("legend", { class: optional ? "unseen" : "" }, one.label), place(one.code, own, row));
    return optional ? element("details", { class: "optional", open: asked.some((each) => own[each.code] !== undefined) }, element("summary", {}, one.label), inner) : inner;
  };
  const repeat = (one, own) => {
    const rows = element("div", { class: "rows" });
    const add = (row) => {
      const box = element("fieldset", { class: "row" }, element("legend", {}, one.label), place(one.code, row, row));
      box.append(element("button", { type: "button", class: "quiet", onclick: () => { own[one.code] = own[one.code].filter((each) => each !== row); box.remove(); changed(); } }, word("remove")));
      rows.append(box);
    };
    for (const row of own[one.code] ?? []) add(row);
    const more = element("button", { type: "button", onclick: () => { const row = { _row: crypto.randomUUID() }; (own[one.code] ??= []).push(row); add(row); arrange(); changed(); } }, `${word("add")}: ${one.label}`);
    return element("div", { class: "repeat" }, rows, more);
  };
  // A chosen task fills in what it knows; what a person answered otherwise stays.
  const choose = (code) => {
    const told = bundle.tasks.find((task) => task.code === code)?.known ?? {};
    const before = bundle.tasks.find((task) => task.code === draft.values.task)?.known ?? {};
    for (const [name, value] of Object.entries({ ...before, ...told })) {
      const own = draft.values[name];
      const isFree = own === undefined || JSON.stringify(own) === JSON.stringify(before[name]);
      if (!isFree || !definition.byCode.has(name) || repeatOf(definition, definition.byCode.get(name))) continue;
      if (told[name] === undefined) delete draft.values[name];
      else draft.values[name] = structuredClone(value);
    }
    if (code) draft.values.task = code;
    else delete draft.values.task;
    changed();
    showForm(holder, bundle, definition, draft, changed);
    holder.querySelector('[data-element="task"] select').focus();
  };
  const field = (one, own) => {
    const id = `f-${crypto.randomUUID()}`;
    const input = isTaskChoice(bundle, definition, one) ? taskInput(bundle, own[one.code], id, choose) : inputFor(bundle, definition, one, own[one.code], id, (value) => answer(own, one.code, value), draft);
    const grouped = input.matches?.(".options, .geometry");
    const title = element(grouped ? "p" : "label", grouped ? { id: `${id}-title`, class: "title" } : { for: id, class: "title" }, one.label, one.required ? element("abbr", { title: word("required") }, "*") : "", one.unit ? element("small", {}, one.unit) : "");
    if (grouped) { input.setAttribute("role", "group"); input.setAttribute("aria-labelledby", `${id}-title`); }
    const age = isTaskChoice(bundle, definition, one) ? element("p", { class: "hint" }, `${word("tasks_as_of")} ${new Date(bundle.asked_at).toLocaleString(document.documentElement.lang)}`) : "";
    return element("div", { class: "field", "data-element": one.code }, title, one.hint ? element("p", { class: "hint" }, one.hint) : "", age, input);
  };
  holder.replaceChildren(place("", draft.values, null));
  arrange();
}

const isTaskChoice = (bundle, definition, one) => Boolean(definition.offers_tasks && one.code === "task" && bundle.tasks?.length);

// One of the team's own tasks; a task that is not on the list yet is written.
function taskInput(bundle, value, id, choose) {
  const isListed = bundle.tasks.some((task) => task.code === value);
  const typed = element("input", { id: `${id}-typed`, "aria-label": word("task_typed"), value: isListed ? "" : value ?? "", maxlength: 64, onchange: (event) => choose(event.target.value.trim()) });
  const other = element("div", { hidden: isListed || value === undefined }, typed);
  const select = element("select", { id, onchange: (event) => {
    other.hidden = event.target.value !== "*";
    if (other.hidden) choose(event.target.value);
    else typed.focus();
  } }, element("option", { value: "" }, ""),
    ...bundle.tasks.map((task) => element("option", { value: task.code, selected: task.code === value }, task.label)),
    element("option", { value: "*", selected: value !== undefined && !isListed }, word("task_other")));
  return element("div", {}, select, other);
}

function inputFor(bundle, definition, one, value, id, say, draft) {
  const simple = (kind, more = {}) => element("input", { id, type: kind, value: value ?? "", ...more, oninput: (event) => say(event.target.value) });
  const list = (name) => definition.lists[name] ?? [];
  switch (one.type) {
    case "long_text": return element("textarea", { id, rows: 3, oninput: (event) => say(event.target.value) }, value ?? "");
    case "integer": case "decimal":
      return element("input", { id, inputmode: "decimal", value: value ?? "", oninput: (event) => say(number(event.target, one)) });
    case "date": case "time": return simple(one.type);
    case "datetime": return simple("datetime-local");
    case "code": return choice(list(one.list), value, id, say);
    case "codes": return choices(list(one.list), value ?? [], say);
    case "unit": return choice(bundle.units, value, id, say);
    case "reference": return one.list === "area" ? choice(bundle.areas.map((area) => [area.id, area.label]), value, id, say) : simple("text");
    case "point": case "line": case "polygon": return geometryInput(one.type, value, id, say);
    case "file": return fileInput(one, value, id, say, draft);
    default: return simple("text", { maxlength: 2000 });
  }
}

// A decimal comma is what people type; anything that is no number stays as it was typed and is told at once.
function number(input, one) {
  const text = input.value.replace(/[\s\u00a0]/g, "").replace(",", ".");
  const value = Number(text);
  const good = text === "" || (Number.isFinite(value) && (one.type !== "integer" || Number.isInteger(value)) && (one.least === null || value >= one.least) && (one.most === null || value <= one.most));
  const bounds = [one.least === null ? "" : `≥ ${one.least}`, one.most === null ? "" : `≤ ${one.most}`].join(" ").trim();
  input.setCustomValidity(good ? "" : `${word("number_wrong")} ${bounds}`);
  input.reportValidity();
  return text === "" ? undefined : good ? value : input.value;
}

function choice(options, value, id, say) {
  if (options.length <= OPTIONS_AS_BUTTONS) {
    return element("div", { class: "options" }, ...options.map(([code, label]) => element("label", { class: "option" },
      element("input", { type: "radio", name: id, value: code, checked: code === value, onchange: () => say(code) }), label)));
  }
  const select = element("select", { id, onchange: (event) => say(event.target.value) }, element("option", { value: "" }, ""),
    ...options.map(([code, label]) => element("option", { value: code, selected: code === value }, label)));
  return select;
}

function choices(options, value, say) {
  const chosen = new Set(value);
  return element("div", { class: "options" }, ...options.map(([code, label]) => element("label", { class: "option" },
    element("input", { type: "checkbox", checked: chosen.has(code), onchange: (event) => {
      if (event.target.checked) chosen.add(code); else chosen.delete(code);
      say(options.map(([each]) => each).filter((each) => chosen.has(each)));
    } }), label)));
}

function fileInput(one, value, id, say, draft) {
  const shown = element("output", { class: "file-name" }, value?.name ?? "");
  return element("div", {}, element("input", { id, type: "file", accept: "image/*,.pdf", onchange: (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const name = `${crypto.randomUUID().slice(0, 8)}-${file.name.replace(/[^\w.-]+/g, "_").slice(-60)}`;
    draft.files = [...draft.files.filter((each) => each.name !== value?.name), { name, blob: file }];
    shown.textContent = file.name;
    say({ name });
  } }), shown);
}
