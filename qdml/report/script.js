// Theme, filters, sorting and deep links. The page can be read without any of it.
"use strict";
(() => {
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);

  const theme = find("theme");
  if (theme) {
    const daylight = matchMedia("(prefers-color-scheme: light)");
    const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : !daylight.matches);
    const say = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
    theme.setAttribute("aria-label", "Change between light and dark");
    theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; say(); });
    daylight.addEventListener("change", say);
    say();
    theme.hidden = false;
  }

  // A link to a claim opens it.
  const open = () => {
    const target = location.hash.length > 1 && find(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    const evidence = target.querySelector(":scope > details.evidence");
    if (evidence) evidence.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details.evidence")) one.open = true;
  });

  // A drawing to take away: its markup in the colours of daylight, as a file.
  const colours = getComputedStyle(root);
  const daylit = (_, name) => colours.getPropertyValue(name).match(/#[0-9a-f]{3,6}/)[0];
  for (const figure of document.querySelectorAll("figure")) {
    const drawing = figure.querySelector(".plot svg");
    if (!drawing) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "SVG";
    button.addEventListener("click", () => {
      const copy = drawing.cloneNode(true);
      copy.setAttribute("font-family", "sans-serif");
      copy.setAttribute("fill", "currentColor");
      const text = new XMLSerializer().serializeToString(copy);
      const svg = text.replaceAll("currentColor", "var(--text)").replace(/var\((--[\w-]+)\)/g, daylit);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
      link.download = `${figure.dataset.name}.svg`;
      link.click();
      URL.revokeObjectURL(link.href);
    });
    const place = figure.querySelector(".take") || figure.appendChild(document.createElement("p"));
    place.className = "take";
    place.append(button);
  }

  const table = document.querySelector("table.claims");
  const tools = find("tools");
  if (!table || !tools) return;
  const groups = [...table.tBodies].map((body) => ({ body, rows: [...body.rows] }));
  const rows = groups.flatMap((group) => group.rows).filter((row) => "outcome" in row.dataset);
  const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  let sorted = false;

  const filter = () => {
    const wanted = find("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const fits = ["outcome", "strength", "topic"].every((key) => !find(key).value || row.dataset[key] === find(key).value);
      row.hidden = !(fits && wanted.every((word) => words.get(row).includes(word)));
    }
    for (const { rows: own } of groups) {
      const heading = own.find((row) => !("outcome" in row.dataset));
      if (heading) heading.hidden = sorted || own.every((row) => row === heading || row.hidden);
    }
    const left = rows.filter((row) => !row.hidden).length;
    find("shown").textContent = `${left} of ${rows.length} claims`;
  };

  const heads = [...table.tHead.rows[0].cells];
  const value = (row, column) => {
    const cell = row.cells[column];
    // The first cell also holds a title, which has no say in the order.
    const text = (column ? cell : cell.querySelector("a")).textContent.trim();
    const [part, whole] = text.split("/").map(Number);
    return whole >= 0 ? part - whole / 1e6 : text;
  };
  const sort = (column) => {
    const before = heads[column].getAttribute("aria-sort");
    const order = before === "ascending" ? "descending" : before === "descending" ? null : "ascending";
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    sorted = order !== null;
    if (sorted) {
      heads[column].setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const compare = (a, b) => (a > b) - (a < b);
      const ordered = [...rows].sort((a, b) => sign * compare(value(a, column), value(b, column)));
      groups[0].body.append(...ordered);
    } else {
      for (const { body, rows: own } of groups) body.append(...own);
    }
    filter();
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(column));
    head.replaceChildren(button);
  });

  tools.addEventListener("input", filter);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("reset", () => setTimeout(filter));
  tools.hidden = false;
  filter();
})();
