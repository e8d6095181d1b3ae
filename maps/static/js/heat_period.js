// Counts of the latest month that has data: the server names the month, then it is counted.

// "2022-09-01" -> "2022-09-30".
function lastDay(month) {
  const [year, number] = month.split("-").map(Number);
  return `${month.slice(0, 8)}${new Date(Date.UTC(year, number, 0)).getUTCDate()}`;
}

// get(path, parameters): how to ask; wanted: category or tag.
export async function latestCounts(get, unit, wanted = {}) {
  const { latest_month: month } = await get("/layers/counts", { ...wanted, unit: "town" });
  const dates = month ? { from: month, to: lastDay(month) } : {};
  return get("/layers/counts", { ...wanted, unit, ...dates });
}
