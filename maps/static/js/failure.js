// What to say of a request that came to nothing: the server's own reason, which it tells in the page's language.

import { UNREACHED } from "./api.js";
import { t } from "./words.js";

const BUSY = 503;

export function failureWords(error) {
  if (error.status === 401) return t("state.session_ended");
  const told = error.status > UNREACHED && (error.status < 500 || error.status === BUSY);
  return told ? error.message : t("state.unreached");
}
