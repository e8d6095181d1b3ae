// The server's time, by which everything that is late is judged: a computer's own clock may be wrong by hours, and is
// only trusted to tell how long ago the server said its time.

import { config } from "./config.js";

const KEPT = 3;

// Server's time less this computer's, in ms. What is told late seems less than it is (a tab that slept hears what had
// been waiting), so the most of the last few holds; only of the last few, because this computer's clock may be put right.
const aheads = [];

function keep(ahead) {
  aheads.push(ahead);
  if (aheads.length > KEPT) aheads.shift();
}

// An instant that the server has told just now.
export function hear(at) {
  keep(Date.parse(at) - Date.now());
}

// Milliseconds since 1970, as the server has them.
export function now() {
  return Date.now() + Math.max(...aheads);
}

// The page says when it was made: about when its first byte came, some time before this runs.
const { responseStart = 0 } = performance.getEntriesByType("navigation")[0] ?? {};
keep(Date.parse(config.at) - (Date.now() - performance.now() + responseStart));
