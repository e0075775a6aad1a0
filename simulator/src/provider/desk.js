// The desk's figures, and its tables of decisions and requests, as they are made.
const decisions = document.querySelector("#decisions tbody");
const requests = document.querySelector("#requests tbody");
const numbers = document.querySelector("#numbers");
let last = Number(decisions.dataset.last);
function cell(row, text) { row.insertCell().textContent = text; }
async function look() {
  try {
    const answer = await fetch("/control/decisions?after=" + last);
    const lines = await answer.json();
    for (const { number, said } of lines) {
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
    // The same part of the page as the simulator writes it into the whole, with every text escaped.
    if (lines.length > 0) numbers.innerHTML = await (await fetch("/control/numbers")).text();
  } catch { /* The simulator has been stopped; it may come back. */ }
  setTimeout(look, 1000);
}
look();
