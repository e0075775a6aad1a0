// The desk's table of decisions, as they are made.
const rows = document.querySelector("#decisions tbody");
let last = Number(rows.dataset.last);
function cell(row, text) { row.insertCell().textContent = text; }
async function look() {
  try {
    const answer = await fetch("/control/decisions?after=" + last);
    for (const { number, said } of await answer.json()) {
      last = number;
      const row = rows.insertRow(0);
      const { time, event, label, ...more } = said;
      cell(row, time ?? "");
      cell(row, event ?? "");
      cell(row, label ?? "");
      cell(row, Object.entries(more).filter(([, value]) => value !== "" && value !== null)
        .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(", "));
    }
    while (rows.rows.length > 50) rows.deleteRow(-1);
  } catch { /* The simulator has been stopped; it may come back. */ }
  setTimeout(look, 1000);
}
look();
