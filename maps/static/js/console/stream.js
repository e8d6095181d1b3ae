// Server-sent events with resume. One tab of the browser holds the stream and passes it on to the others; where no
// stream can be had, the same events are asked for every 30 s.

import { config, hear } from "../config.js";
import { getJson } from "../api.js";

const LOCK = "gridcall-events";
const EVENTS = ["hello", "report", "gone", "reload", "resync"];
const POLL_MS = 30_000;
const SILENT_MS = 25_000; // two beats missed
const LATE_S = 5;
const RETRY_MS = [1_000, 2_000, 5_000, 10_000];

// handle(event, data): one event; show({state, seconds}): live | delayed | offline | signed_out; from: the position after
// which events are wanted, else those from now on.
export function createStream({ handle, show, from = "" }) {
  const channel = new BroadcastChannel(LOCK);
  let position = from;
  let source = null;
  let leader = false;
  let heardAt = 0;
  let behind = 0;
  let tries = 0;
  let ended = "";
  let greeted = false;
  let shown = "";
  let stepDown = () => {};

  function tell() {
    const silent = Date.now() - heardAt;
    let state = { state: "live", seconds: 0 };
    if (ended === "signed_out") state = { state: "signed_out", seconds: 0 };
    else if (!heardAt) state = { state: "connecting", seconds: 0 };
    else if (silent > POLL_MS + SILENT_MS || !navigator.onLine) state = { state: "offline", seconds: Math.round(silent / 1000) };
    else if (silent > SILENT_MS || behind > LATE_S || (leader && tries > 0)) {
      state = { state: "delayed", seconds: Math.max(Math.round(behind), Math.round(silent / 1000)) };
    }
    if (leader && tries > 1 && source === null && silent > LATE_S * 1000) state = { state: "offline", seconds: Math.round(silent / 1000) };
    const text = JSON.stringify(state);
    if (text !== shown) {
      shown = text;
      show(state);
    }
  }

  // From the stream, a poll or another tab: the same thing.
  function take({ event, id, data }) {
    heardAt = Date.now();
    if (id) position = id;
    if (data.at && (event === "beat" || event === "hello")) hear(data.at);
    if (event === "beat") behind = data.behind_s ?? 0;
    else if (event === "end") {
      ended = data.reason;
      if (ended === "signed_out") stepDown();
    } else {
      // After a cut the server greets again; what lay between comes by itself, unless it says resync.
      if (event === "hello" && greeted) return tell();
      if (event === "hello") greeted = true;
      handle(event, data);
    }
    return tell();
  }

  function pass(message) {
    channel.postMessage(message);
    take(message);
  }

  function open() {
    if (!leader || ended === "signed_out") return;
    source?.close();
    const after = position ? `?after=${encodeURIComponent(position)}` : "";
    const mine = new EventSource(`${config.api}/events${after}`);
    source = mine;
    for (const event of [...EVENTS, "beat", "end"]) {
      mine.addEventListener(event, (message) => {
        tries = 0;
        pass({ event, id: message.lastEventId, data: JSON.parse(message.data) });
        if (event === "end") close(mine, ended === "signed_out" ? -1 : 0);
      });
    }
    mine.addEventListener("error", () => close(mine, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)]));
  }

  // The page connects anew by itself: a browser gives up for good on an answer that is no stream.
  function close(mine, wait) {
    mine.close();
    if (source !== mine) return;
    source = null;
    tries += 1;
    tell();
    if (wait >= 0) setTimeout(open, wait);
  }

  async function poll() {
    if (!leader || source?.readyState === EventSource.OPEN || ended === "signed_out") return;
    try {
      const answer = await getJson("/events", { f: "json", after: position });
      for (const item of answer.items) pass(item);
      if (answer.resync) pass({ event: "resync", data: { reason: "too_old" } });
      pass({ event: greeted ? "beat" : "hello", id: answer.next, data: { behind_s: POLL_MS / 1000 } });
    } catch (error) {
      if (error.status === 401) pass({ event: "end", data: { reason: "signed_out" } });
      else tell();
    }
  }

  channel.addEventListener("message", ({ data }) => {
    // Whoever signs in elsewhere may be somebody else: this page belongs to who was signed out.
    if (ended === "signed_out") return;
    if (data.event !== "join") take(data);
    // A tab that has just come waits for a greeting: from here on it hears everything.
    else if (leader && greeted) channel.postMessage({ event: "hello", id: position, data: {} });
  });
  channel.postMessage({ event: "join" });
  // Kept until the tab closes or its session has ended; the next tab then takes over.
  navigator.locks.request(LOCK, () => {
    if (ended === "signed_out") return undefined;
    leader = true;
    open();
    return new Promise((resolve) => {
      stepDown = () => {
        leader = false;
        resolve();
      };
    });
  });
  setInterval(tell, 1000);
  setInterval(poll, POLL_MS);
  addEventListener("online", open);
  addEventListener("offline", tell);
  return { close: () => source?.close() };
}
