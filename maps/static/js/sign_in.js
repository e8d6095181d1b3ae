// The sign-in form: posts by fetch, says what went wrong, keeps what was typed.

import { ApiError, send } from "./api.js";
import { byId } from "./dom.js";
import { t } from "./words.js";

const form = byId("sign-in");
const problem = byId("problem");

// Only a path of our own may follow a sign-in; anything else would let a link lead elsewhere.
function destination() {
  const next = new URLSearchParams(location.search).get("next") ?? "/";
  return /^\/(?![/\\])/.test(next) ? next : "/";
}

function words(error) {
  if (!(error instanceof ApiError)) return t("sign_in.unreachable");
  if (error.status === 401 || error.status === 422) return t("sign_in.wrong");
  return error.status === 429 ? t("sign_in.later") : t("sign_in.unreachable");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  const { username, password } = Object.fromEntries(new FormData(form));
  button.disabled = true;
  problem.hidden = true;
  try {
    await send("POST", "/sessions", { username, password });
    location.assign(destination());
  } catch (error) {
    problem.textContent = words(error);
    problem.hidden = false;
    button.disabled = false;
    byId("password").select();
  }
});

for (const button of document.querySelectorAll("[data-account]")) {
  button.addEventListener("click", () => {
    byId("username").value = button.dataset.account;
    byId("password").value = "demo";
    form.requestSubmit();
  });
}
