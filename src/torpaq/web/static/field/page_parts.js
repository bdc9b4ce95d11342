// Small things that every part of the phone's page uses: elements of the page, and words in its language.

const words = Object.fromEntries([...document.querySelectorAll("#words [data-word]")].map((one) => [one.dataset.word, one.textContent]));

export const word = (name) => words[name] ?? name;

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) made.setAttribute(key, value);
  }
  if ("value" in attributes && name !== "option") made.value = attributes.value;
  made.append(...children.filter((child) => child !== ""));
  return made;
}
