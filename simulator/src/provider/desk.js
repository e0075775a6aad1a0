// The desk's tables of decisions and requests, as they are made.
const decisions = document.querySelector("#decisions tbody");
const requests = document.querySelector("#requests tbody");
let last = Number(decisions.dataset.last);
function cell(row, text) { row.insertCell().textContent = text; }
async function look() {
  try {
    const answer = await fetch("/control/decisions?after=" + last);
    for (const { number, said } of await answer.json()) {
      last = number;
      const { time, event, label, ...more } = said;
      const rows = event === "request" ? requests : decisions;
      const row = rows.insertRow(0);
      cell(row, time ?? "");
      cell(row, event ?? "");
      cell(row, label ?? "");
      cell(row, Object.entries(more).filter(([, value]) => value !== "" && value !== null)
        .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(", "));
      while (rows.rows.length > 50) rows.deleteRow(-1);
    }
  } catch { /* The simulator has been stopped; it may come back. */ }
  setTimeout(look, 1000);
}
look();
