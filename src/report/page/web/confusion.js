// The confusion matrix is a table: its numbers can be read, selected and spoken.

/** How strongly a cell is filled, from 0 to 1: small shares must still be seen. */
function cellStrength(count, clips) {
  return 0.2 + 0.8 * (count / clips);
}

function matrixHead(classes) {
  const row = element("tr");
  row.append(element("td", "", {"aria-hidden": "true"}));
  for (const name of classes) {
    const head = element("th", "", {scope: "col"});
    head.append(element("span", name));
    row.append(head);
  }
  const head = element("thead");
  head.append(row);
  return head;
}

function matrixRow(classes, truth, counts) {
  const clips = counts.reduce((sum, count) => sum + count, 0);
  const row = element("tr");
  row.append(element("th", classes[truth], {scope: "row"}));
  counts.forEach((count, predicted) => {
    const cell = element("td", count > 0 ? String(count) : "");
    if (count > 0) {
      const kind = truth === predicted ? "right" : "wrong";
      cell.classList.add(kind);
      cell.style.background = `rgba(var(--${kind}), calc(var(--strongest) * ${cellStrength(count, clips).toFixed(3)}))`;
      cell.title = `${classes[truth]} taken for ${classes[predicted]}: ${count} of ${clips}`;
    }
    row.append(cell);
  });
  return row;
}

function confusionTable(classes, confusion, stage) {
  const table = element("table", "", {class: "matrix"});
  table.append(element("caption", `${stage}: number of clips`));
  table.append(matrixHead(classes));
  const body = element("tbody");
  confusion.forEach((counts, truth) => body.append(matrixRow(classes, truth, counts)));
  table.append(body);
  return table;
}

function largestConfusions(classes, confusion) {
  const found = [];
  confusion.forEach((counts, truth) => counts.forEach((count, predicted) => {
    if (truth !== predicted && count > 0) found.push({count, text: `${classes[truth]} as ${classes[predicted]} (${count})`});
  }));
  found.sort((a, b) => b.count - a.count);
  if (found.length === 0) return "No clip was confused.";
  return "Largest confusions: " + found.slice(0, 5).map((one) => one.text).join(", ") + ".";
}

/** Buttons of which one is pressed; `choose` is called with its index. */
function addChoice(parent, label, names, chosen, choose) {
  parent.setAttribute("role", "group");
  parent.setAttribute("aria-label", label);
  const buttons = names.map((name, index) => {
    const button = element("button", name, {type: "button", "aria-pressed": String(index === chosen)});
    button.addEventListener("click", () => {
      buttons.forEach((one, at) => one.setAttribute("aria-pressed", String(at === index)));
      choose(index);
    });
    return button;
  });
  parent.append(...buttons);
}

function drawConfusion(section, run) {
  section.querySelector(".about").textContent = (run.seeds.length > 1 ? `Summed over ${run.seeds.length} seeds. ` : "")
    + "Rows are the truth, columns what was predicted. Blue on the diagonal is right, orange beside it is wrong; the stronger, the larger the share of the row.";
  const show = (index) => {
    const {name, confusion} = run.stages[index];
    section.querySelector(".scroll").replaceChildren(confusionTable(run.classes, confusion, name));
    section.querySelector(".largest").textContent = largestConfusions(run.classes, confusion);
  };
  addChoice(section.querySelector(".choice"), "Stage", run.stages.map((one) => one.name), run.student, show);
  show(run.student);
}
