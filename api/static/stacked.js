// On a phone the cells of a wide table stand in lines below one another, far from the heads of their columns: each is
// told the name of its own. What has `data-name` already stays, and so does what spans columns; the first cell of a row
// is its heading and needs none, unless it is a field to fill in.

function nameOf(head) {
  const said = head.cloneNode(true);
  for (const tip of said.querySelectorAll(".tip")) tip.remove();
  for (const part of said.querySelectorAll("br, small")) part.before(" ");
  return said.textContent.trim();
}

function nameCells() {
  for (const table of document.querySelectorAll("table.named")) {
    const names = [...(table.tHead?.rows[0].cells ?? [])].map(nameOf);
    for (const row of [...table.tBodies].flatMap((body) => [...body.rows])) {
      let column = 0;
      for (const cell of row.cells) {
        const named = cell.colSpan === 1 && (column > 0 || cell.querySelector("input:not([type=hidden])"));
        const name = named ? names[column] : "";
        if (name && cell.dataset.name === undefined) cell.dataset.name = `${name} `;
        column += cell.colSpan;
      }
    }
  }
}

nameCells();
document.addEventListener("htmx:afterSettle", nameCells);
