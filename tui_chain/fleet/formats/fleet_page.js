// The table of hosts: sorted by its heads, filtered by words and by status. Without this it is a plain table.
{
  const table = document.querySelector(".hosts");
  const bodies = [...table.tBodies];
  const rows = bodies.map((body, place) => {
    const [level, days, accepting, findings] = body.dataset.keys.split(" ").map((text) => (text === "-" ? null : Number(text)));
    return { body, place, status: body.dataset.status, keys: [null, level, days, accepting, findings], text: null };
  });
  const name = (row) => row.body.rows[0].cells[0].textContent;
  const order = new Intl.Collator("en", { numeric: true });
  const statuses = new Map();
  const matching = document.getElementById("matching");
  const wanted = document.getElementById("wanted");

  const compared = (column, way) => (a, b) => {
    if (column === 0) return way * order.compare(name(a), name(b)) || a.place - b.place;
    const [left, right] = [a.keys[column], b.keys[column]];
    if (left === null || right === null) return (left === null) - (right === null) || a.place - b.place;
    return way * (left - right) || a.place - b.place;
  };

  const arrange = (rule) => {
    rows.sort(rule);
    const piece = document.createDocumentFragment();
    rows.forEach((row) => piece.append(row.body));
    table.append(piece);
  };

  const heads = [...table.tHead.rows[0].cells];
  const sortBy = (head, column) => {
    const now = head.getAttribute("aria-sort");
    const next = now === "ascending" ? "descending" : now === "descending" ? null : "ascending";
    heads.forEach((one) => one.removeAttribute("aria-sort"));
    if (next) head.setAttribute("aria-sort", next);
    arrange(next ? compared(column, next === "ascending" ? 1 : -1) : (a, b) => a.place - b.place);
    announce.textContent = next ? `Sorted by ${head.textContent}, ${next}` : "In the order of the list";
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sortBy(head, column));
    head.replaceChildren(button);
  });

  table.classList.add("live");

  const apply = () => {
    const words = wanted.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = [...statuses].filter(([, button]) => button.getAttribute("aria-pressed") === "true").map(([status]) => status);
    let count = 0;
    for (const row of rows) {
      let shown = !chosen.length || chosen.includes(row.status);
      if (shown && words.length) {
        row.text ??= row.body.textContent.toLowerCase();
        shown = words.every((word) => row.text.includes(word));
      }
      row.body.hidden = !shown;
      count += shown;
    }
    const all = rows.length.toLocaleString("en");
    matching.textContent = words.length || chosen.length ? `${count.toLocaleString("en")} of ${all}` : `${all} hosts`;
  };
  document.querySelectorAll(".counts li").forEach((item) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.append(...item.childNodes);
    item.append(button);
    item.className += " live";
    statuses.set(item.dataset.status, button);
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      apply();
    });
  });
  wanted.addEventListener("input", apply);
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) {
      event.preventDefault();
      wanted.focus();
    }
    if (event.key === "Escape" && event.target === wanted) {
      wanted.value = "";
      apply();
    }
  });
  document.getElementById("fleet-filter").hidden = false;
  apply();
}
