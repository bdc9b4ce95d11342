// Keeps the phone's page at hand without a network: the shell comes from the cache, and is fetched anew behind it.
// Forms, areas and reports are not here: the page keeps those itself.

const CACHE = `torpaq-field-${new URL(self.location).searchParams.get("v")}`;
const LANGUAGES = ["az", "en", "ru"];
const FILES = ["page.js", "page_parts.js", "form.js", "places.js", "send.js", "store.js", "page.css"].map((name) => `/static/field/${name}`);
const SHELL = [...LANGUAGES.map((code) => `/field/page?language=${code}`), ...FILES, "/static/desk/mark.svg", "/field/page.webmanifest"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL.map((url) => new Request(url, { cache: "reload" })))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("torpaq-field-") && name !== CACHE).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (!(url.pathname === "/field/page" || url.pathname === "/field/page.webmanifest" || url.pathname.startsWith("/static/"))) return;
  event.respondWith(answer(event.request, url));
});

async function answer(request, url) {
  const cache = await caches.open(CACHE);
  const asked = url.pathname === "/field/page" ? `/field/page?language=${url.searchParams.get("language") ?? "az"}` : request;
  const found = await cache.match(asked);
  const fresh = fetch(request).then((response) => { if (response.ok && !response.redirected) cache.put(asked, response.clone()); return response; });
  if (!found) return fresh;
  fresh.catch(() => {});
  return found;
}
