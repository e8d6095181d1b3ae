// A category from the words of a call: the one whose keywords found in them are longest together (as on the server,
// gis/categorising.py), so that 楼没水 beats 没水.

function needle(word) {
  // Words of letters stand alone; Chinese has no spaces to stand between.
  if (!/^[\x20-\x7e]+$/.test(word)) return (text) => text.includes(word);
  const alone = new RegExp(`(?<![a-z0-9])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![a-z0-9])`);
  return (text) => alone.test(text);
}

export function createVocabulary(categories) {
  const words = categories.flatMap(({ code, keywords }) =>
    (keywords ?? []).filter(Boolean).map((word) => ({ code, found: needle(word.toLowerCase()), weight: word.length })),
  );
  return {
    suggest(description) {
      const text = description.toLowerCase();
      const scores = new Map();
      for (const { code, found, weight } of words) if (found(text)) scores.set(code, (scores.get(code) ?? 0) + weight);
      return [...scores].reduce((best, one) => (one[1] > (best?.[1] ?? 0) ? one : best), null)?.[0] ?? null;
    },
  };
}
