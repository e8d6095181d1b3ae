// What a script adds to handing in: the own position, names of places while one types, the match before saving.

import { getJson, isAbort, latest } from "./api.js";
import { byId, facts, h } from "./dom.js";
import { config } from "./config.js";
import { nameOf, named, t } from "./words.js";

const PAUSE_MS = 350;
const known = new Map(); // name as listed -> place
const located = latest();
const bodies = getJson("/utilities").then(({ items }) => new Map(items.map((body) => [body.code, nameOf(body)])), () => new Map());
const field = (id) => byId(id);

function matchBlock(match, bodyNames) {
  const reason = config.language === "en" ? match.reason_en : match.reason;
  return h(
    "section",
    { class: "card" },
    h("h2", {}, t("new.goes_to")),
    h("p", { class: "reason" }, reason),
    facts([
      [t("match.grid"), match.grid ? [nameOf(match.grid), h("small", {}, ` ${match.grid.code}`)] : t("match.outside")],
      [t("match.staff"), match.staff?.name ?? t("match.no_staff")],
      [t("match.utility"), match.utility ? [h("strong", {}, bodyNames.get(match.utility.code) ?? match.utility.name), h("small", {}, ` ${named("utility_method", match.utility_method)}`)] : t("match.no_utility")],
    ]),
  );
}

function position() {
  const lon = Number.parseFloat(field("longitude").value);
  const lat = Number.parseFloat(field("latitude").value);
  if (Number.isFinite(lon) && Number.isFinite(lat)) return { lon, lat, accuracy_m: field("accuracy_m").value || null };
  const place = known.get(field("place").value.trim());
  return place ? { place_code: place.code } : null;
}

async function showMatch() {
  const where = position();
  if (!where) return;
  try {
    const { match } = await located("/locate", { ...where, category: field("category").value });
    field("found").replaceChildren(matchBlock(match, await bodies));
  } catch (error) {
    if (!isAbort(error)) field("found").replaceChildren(h("p", { class: "muted" }, t("new.match_here")));
  }
}

let timer = 0;
function later(run) {
  clearTimeout(timer);
  timer = setTimeout(run, PAUSE_MS);
}

async function suggestPlaces() {
  const text = field("place").value.trim();
  if (text.length < 2 || known.has(text)) {
    await showMatch();
    return;
  }
  const { items } = await getJson("/places", { q: text, limit: 8 });
  for (const place of items) if (!known.has(nameOf(place))) known.set(nameOf(place), place);
  field("place-list").replaceChildren(...items.map((place) => h("option", { value: nameOf(place) }, place.address)));
}

field("place").addEventListener("input", () => later(() => suggestPlaces().catch(() => {})));
for (const id of ["longitude", "latitude", "category"]) field(id).addEventListener("change", showMatch);

const button = field("own-position");
if (navigator.geolocation) {
  button.hidden = false;
  button.addEventListener("click", () => {
    field("position-says").textContent = t("new.locating");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field("longitude").value = coords.longitude.toFixed(6);
        field("latitude").value = coords.latitude.toFixed(6);
        field("accuracy_m").value = Math.round(coords.accuracy);
        field("position-says").textContent = t("new.located", { n: Math.round(coords.accuracy) });
        showMatch();
      },
      () => {
        field("position-says").textContent = t("new.no_position");
      },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  });
}
