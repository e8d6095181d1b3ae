// Taking an answer along: bulletin, files, picture and link. Each is fetched here, so that a refusal is told in words.

import { ApiError, getFile } from "../api.js";
import { byId } from "../dom.js";
import { t } from "../words.js";
import { reasonOf } from "./answer.js";

async function save({ path, parameters }) {
  const { name, bytes } = await getFile(path, parameters);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
  return name;
}

// requests(): {bulletin(form), layer(form), link()} for what is shown now; null for what cannot be had.
export function createTake(requests) {
  const status = byId("take-status");

  async function run(button, make) {
    const asked = make();
    button.disabled = true;
    status.textContent = t("hot.making");
    try {
      status.textContent = t("hot.made", { name: await save(asked) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      status.textContent = t("hot.not_made", { reason: reasonOf(error) });
    } finally {
      button.disabled = false;
    }
  }

  for (const button of document.querySelectorAll("[data-bulletin]")) {
    button.addEventListener("click", () => run(button, () => requests.bulletin(button.dataset.bulletin)));
  }
  for (const button of document.querySelectorAll("[data-file]")) {
    button.addEventListener("click", () => run(button, () => requests.layer(button.dataset.file)));
  }
  byId("copy-link").addEventListener("click", async () => {
    const link = requests.link();
    const box = byId("link");
    box.value = link;
    box.hidden = false;
    box.select();
    try {
      await navigator.clipboard.writeText(link);
      status.textContent = t("hot.link_copied");
    } catch {
      // No clipboard over plain http: the link stands selected in the box.
      status.textContent = t("hot.link_shown");
    }
  });

  const taking = {
    reflect() {
      status.textContent = "";
      byId("link").hidden = true;
      for (const button of document.querySelectorAll("[data-file]")) button.hidden = requests.layer(button.dataset.file) === null;
      for (const button of document.querySelectorAll("[data-bulletin]")) button.hidden = requests.bulletin(button.dataset.bulletin) === null;
    },
  };
  // Nothing is shown yet, and perhaps never will be: a refused question has nothing to take along but its link.
  taking.reflect();
  return taking;
}
