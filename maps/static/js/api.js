// Talking to our own API. Errors carry the problem document, told in the page's language; a request that was replaced
// by a newer one is aborted, one that nobody answered has the status UNREACHED.

import { config } from "./config.js";

const LANGUAGE = { "accept-language": config.language };

export const UNREACHED = 0;

export class ApiError extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? problem?.title ?? String(status));
    this.status = status;
    this.problem = problem;
  }
}

export function isAbort(error) {
  return error?.name === "AbortError";
}

function address(path, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== "") query.append(name, value);
  }
  const text = query.toString();
  return `${config.api}${path}${text ? `?${text}` : ""}`;
}

// What comes over the network, modules too: only here a TypeError is the browser's word for "no answer".
export async function fetched(work) {
  try {
    return await work();
  } catch (error) {
    throw error instanceof TypeError ? new ApiError(UNREACHED, { detail: error.message }) : error;
  }
}

async function answer(response) {
  if (response.status === 204) return null;
  const type = response.headers.get("content-type") ?? "";
  const body = type.includes("json") ? await response.json() : null;
  if (!response.ok) throw new ApiError(response.status, body);
  return body;
}

export async function getJson(path, parameters = {}, signal = undefined) {
  const headers = { accept: "application/json, application/geo+json", ...LANGUAGE };
  return fetched(async () => answer(await fetch(address(path, parameters), { headers, signal, credentials: "same-origin" })));
}

// A file made for the asking: its name and its bytes.
export async function getFile(path, parameters) {
  return fetched(async () => {
    const response = await fetch(address(path, parameters), { headers: LANGUAGE, credentials: "same-origin" });
    if (!response.ok) return answer(response);
    const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "gridcall";
    return { name, bytes: await response.blob() };
  });
}

export async function send(method, path, body = undefined, more = {}) {
  const headers = { accept: "application/json", ...LANGUAGE, ...more };
  if (body !== undefined) headers["content-type"] = "application/json";
  const text = body === undefined ? undefined : JSON.stringify(body);
  return fetched(async () => answer(await fetch(address(path, {}), { method, headers, body: text, credentials: "same-origin" })));
}

// One action on a report, on the version it was decided on; words need none.
export function act(id, body, version = undefined) {
  const seen = version === undefined ? {} : { "if-match": `"${version}"` };
  return send("POST", `/reports/${encodeURIComponent(id)}/actions`, body, seen);
}

// One running request of a kind: starting the next aborts the last.
export function latest() {
  let controller = null;
  return async (path, parameters = {}) => {
    controller?.abort();
    controller = new AbortController();
    return getJson(path, parameters, controller.signal);
  };
}
