// The accounts of the sample city: one click signs in. The form itself needs no script.

import { byId } from "./dom.js";

const form = byId("sign-in");

for (const button of document.querySelectorAll("[data-account]")) {
  button.addEventListener("click", () => {
    byId("username").value = button.dataset.account;
    byId("password").value = "demo";
    form.requestSubmit();
  });
}
