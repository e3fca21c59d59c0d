"use strict";
(() => {
  const form = document.getElementById("search");
  if (!form) return;
  const words = document.getElementById("words");
  const kind = document.getElementById("kind");
  const order = document.getElementById("order");
  const found = document.getElementById("found");
  const body = document.querySelector("#all tbody");
  const rows = [...body.rows].map((row, at) => ({
    row, at,
    text: row.cells[0].textContent.toLowerCase(),
    kinds: row.dataset.k.split(" "),
  }));
  const cards = [...document.querySelectorAll(".card")].map((row) => ({
    row,
    text: row.querySelector("summary").textContent.toLowerCase(),
    kinds: row.dataset.k.split(" "),
  }));

  const sift = () => {
    const parts = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (item) =>
      parts.every((p) => item.text.includes(p)) && (!kind.value || item.kinds.includes(kind.value));
    let n = 0, m = 0;
    for (const item of rows) {
      item.row.hidden = !fits(item);
      if (!item.row.hidden) n++;
    }
    for (const item of cards) {
      item.row.hidden = !fits(item);
      if (!item.row.hidden) m++;
    }
    found.textContent = `${n} of ${rows.length} queries, ${m} with pictures`;
  };

  const sort = () => {
    const by = order.value;
    rows.sort((a, b) => (by ? b.row.dataset[by] - a.row.dataset[by] : 0) || a.at - b.at);
    body.append(...rows.map((item) => item.row));
  };

  /* A link to a query opens it. */
  const open = () => {
    const card = document.getElementById(location.hash.slice(1));
    if (!card || !card.classList.contains("card")) return;
    card.hidden = false;
    card.open = true;
    card.querySelector("summary").focus({ preventScroll: true });
    card.scrollIntoView();
  };

  let waiting;
  words.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(sift, 120);
  });
  kind.addEventListener("change", sift);
  order.addEventListener("change", sort);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", open);
  form.hidden = false;
  sift();
  open();
})();
