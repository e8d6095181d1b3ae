// Class breaks of counts: few, round and the same for the same counts. Zero belongs to no class and has no colour.

// The legend shows its swatches as translucent as the map shows its classes.
export const HEAT_OPACITY = 0.85;

const STEPS = [1, 2, 3, 5];

function niceNumbers(limit) {
  const numbers = [];
  for (let power = 1; power <= limit; power *= 10) {
    for (const step of STEPS) if (step * power <= limit) numbers.push(step * power);
  }
  return numbers;
}

// Lower bounds of at most `classes` classes for counts up to `maximum`.
export function lowerBounds(maximum, classes) {
  if (maximum < 1) return [];
  if (maximum <= classes) return Array.from({ length: maximum }, (_, index) => index + 1);
  const numbers = niceNumbers(maximum);
  if (numbers.length <= classes) return numbers;
  const last = numbers.length - 1;
  return Array.from({ length: classes }, (_, index) => numbers[Math.round((index * last) / (classes - 1))]);
}

// Classes with their colour and label bounds; `to` is null for the last.
export function classify(counts, ramps) {
  const maximum = counts.reduce((most, value) => Math.max(most, value), 0);
  const bounds = lowerBounds(maximum, ramps.length);
  return bounds.map((from, index) => ({
    from,
    to: index + 1 < bounds.length ? bounds[index + 1] - 1 : null,
    colour: ramps[bounds.length - 1][index],
  }));
}

export function classOf(classes, value) {
  for (let index = classes.length - 1; index >= 0; index -= 1) {
    if (value >= classes[index].from) return classes[index];
  }
  return null;
}
