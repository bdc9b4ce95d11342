// What every page has: printing, and the sliders of the two days.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-print], [data-fill-name], [data-play], [data-today]");
  if (!button) return;
  if ("print" in button.dataset) window.print();
  if (button.dataset.fillName) fill(button);
  if (button.dataset.play) play(button);
  if ("today" in button.dataset) today(button.closest(".dates"));
});

function fill(button) {
  document.getElementById("id_username").value = button.dataset.fillName;
  document.getElementById("id_password").value = button.dataset.fillPassword;
  document.getElementById("id_username").form.requestSubmit();
}

const DAY = 86400000;
const dates = document.querySelector(".dates");
const first = dates && Date.parse(dates.dataset.first);
const slider = (name) => dates.querySelector(`[data-slides="${name}"]`);
const field = (name) => document.getElementById(name);

function dayOf(value) { return new Date(first + Number(value) * DAY).toISOString().slice(0, 10); }

function slide(name) {
  const input = slider(name);
  field(name).value = Number(input.value) >= Number(input.max) ? "" : dayOf(input.value);
}

function place(name) {
  const input = slider(name);
  input.value = field(name).value ? String(Math.round((Date.parse(field(name).value) - first) / DAY)) : input.max;
}

function ask() { dates.closest("form").dispatchEvent(new Event("change", { bubbles: true })); }

function today() {
  stop();
  for (const name of ["on", "known"]) { field(name).value = ""; place(name); }
  ask();
}

let playing = null;
function stop() {
  if (!playing) return;
  clearInterval(playing.timer);
  playing.button.textContent = playing.words;
  playing = null;
}

function play(button) {
  if (playing) { stop(); return; }
  const input = slider("on");
  if (Number(input.value) >= Number(input.max)) input.value = "0";
  playing = { button, words: button.textContent, timer: setInterval(step, 1100) };
  button.textContent = button.dataset.stop;
  step();
}

function step() {
  const input = slider("on");
  input.value = String(Math.min(Number(input.max), Number(input.value) + 91));
  slide("on");
  ask();
  if (Number(input.value) >= Number(input.max)) stop();
}

if (dates) {
  for (const name of ["on", "known"]) {
    place(name);
    slider(name).addEventListener("input", () => slide(name));
    field(name).addEventListener("change", () => place(name));
  }
}

// On a narrow screen the legend would hide the map: it begins folded.
if (matchMedia("(max-width: 720px)").matches) document.querySelector(".map-pane .legend")?.removeAttribute("open");

// What scrolls can be reached by keys.
function reachable() {
  for (const box of document.querySelectorAll(".scroll")) {
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    if (scrolls) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
reachable();
addEventListener("resize", reachable);
document.body.addEventListener("htmx:afterSwap", reachable);

// Whoever waits is told so.
document.addEventListener("submit", (event) => {
  const words = event.submitter?.dataset.busy;
  if (words) event.submitter.textContent = words;
});
