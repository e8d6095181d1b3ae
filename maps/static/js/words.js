import { config } from "./config.js";

// The words of a key; {name} takes the parameter of that name, {name|one|many} the form that goes with it.
export function t(key, parameters = {}) {
  const words = config.words[key];
  if (words === undefined) throw new Error(`no words for ${key}`);
  return words.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name, one, many) => {
    const value = String(parameters[name]);
    return one === undefined ? value : value === "1" ? one : many;
  });
}

// The words of a code that comes from the server (status, role, method); unknown codes show as they are.
export function named(group, code) {
  return config.words[`${group}.${code}`] ?? code ?? "";
}

// The language that people's own words are in, told by their letters: the page may speak the other one.
export function tongue(text) {
  if (/[\u3400-\u9fff]/.test(text ?? "")) return "zh-CN";
  return /[A-Za-z]/.test(text ?? "") ? "en" : null;
}

// A record's own name in the page's language: {name, name_en} as the API gives it.
export function nameOf(record) {
  return (config.language === "en" && record.name_en) || record.name || record.code || "";
}
