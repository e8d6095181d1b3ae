// What every page of forms gains from a script: limits that count on, photos made small before they are sent.

import { now } from "./config.js";
import { remaining } from "./format.js";
import { shrinkPhotos } from "./photos.js";
import { named } from "./words.js";

const TICK_MS = 20_000;

function colourOf(badge, at) {
  if (new Date(badge.dataset.due) <= at) return "red";
  return badge.dataset.yellow && new Date(badge.dataset.yellow) <= at ? "yellow" : "green";
}

function count() {
  const at = now();
  for (const badge of document.querySelectorAll("[data-due]")) {
    const colour = colourOf(badge, at);
    const left = remaining(badge.dataset.due, at);
    badge.className = `light ${colour}`;
    badge.querySelector("span").textContent = colour === "yellow" ? `${named("light", colour)} · ${left}` : left;
  }
}

if (document.querySelector("[data-due]")) setInterval(count, TICK_MS);

// A second press while the first is on its way would only be refused; it is not sent.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
}
// Back in the history shows the form again, and so does stopping what took too long: it may be sent again.
function sendable() {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
}
addEventListener("pageshow", sendable);
globalThis.navigation?.addEventListener("navigateerror", sendable);

for (const input of document.querySelectorAll('input[type="file"][accept="image/*"]')) shrinkPhotos(input);

// After a refusal the field to mend is where one goes on; a field in a closed section shows itself.
const wrong = document.querySelector('[aria-invalid="true"]');
if (wrong) {
  for (let drawer = wrong.closest("details"); drawer; drawer = drawer.parentElement.closest("details")) drawer.open = true;
  (wrong.matches("fieldset") ? wrong.querySelector("input, select, textarea") : wrong)?.focus();
}

for (const link of document.querySelectorAll('.act-bar a[href^="#"]')) {
  link.addEventListener("click", () => {
    const form = document.querySelector(link.getAttribute("href"));
    const drawer = form?.closest("details");
    if (drawer) drawer.open = true;
  });
}
