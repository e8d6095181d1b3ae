// Signing out, on every page that says who is signed in.

import { send } from "./api.js";
import { byId } from "./dom.js";

byId("sign-out")?.addEventListener("click", async () => {
  await send("DELETE", "/sessions/current");
  location.assign("/");
});
