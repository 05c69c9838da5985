/* The attendance grid: counters, marking the rest, undo, finding a name.
   Without this file the same form is filled and sent by hand. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-marks]");
  if (!form) return;

  const LABELS = [
    ["p", "Có mặt"],
    ["x", "Vắng có lý do"],
    ["a", "Vắng không lý do"],
    ["r", "Dự thay"],
    ["n", "Chưa"],
  ];
  const rows = Array.from(form.querySelectorAll(".mark"));
  const groups = Array.from(form.querySelectorAll("[data-mark-group]"));
  const counts = form.querySelector("[data-marks-counts]");
  const unsaved = form.querySelector("[data-marks-unsaved]");
  const undo = form.querySelector("[data-marks-undo]");

  const chosen = (row) => {
    const radio = row.querySelector('[type="radio"]:checked');
    return radio ? radio.value : "n";
  };
  const isDue = (row) => !row.hasAttribute("data-beside");

  /* Counters, of each cell and of all, follow every mark. */

  const tally = (list) => {
    const sums = { p: 0, x: 0, a: 0, r: 0, n: 0, due: 0 };
    for (const row of list) {
      if (!isDue(row)) continue;
      sums.due += 1;
      sums[chosen(row)] += 1;
    }
    return sums;
  };

  const count = () => {
    const all = tally(rows);
    if (counts) {
      const parts = LABELS.map(([code, label]) => {
        const part = document.createElement("span");
        part.className = `marks-count-${code}`;
        part.textContent = code === "p" ? `${label} ${all.p}/${all.due}` : `${label} ${all[code]}`;
        return part;
      });
      counts.replaceChildren(...parts);
    }
    for (const group of groups) {
      const sums = tally(group.querySelectorAll(".mark"));
      const place = group.querySelector("[data-group-count]");
      if (counts) place.textContent = `${sums.p}/${sums.due} có mặt`;
    }
  };

  /* How many rows differ from what is stored. */

  const isChanged = (row) =>
    Array.from(row.querySelectorAll("input:not([type=hidden])")).some((input) =>
      input.type === "radio" || input.type === "checkbox"
        ? input.checked !== input.defaultChecked
        : input.value !== input.defaultValue,
    );

  const tellUnsaved = () => {
    const number = rows.filter(isChanged).length;
    unsaved.textContent = number ? `Chưa lưu (${number})` : "";
  };

  const follow = () => {
    count();
    tellUnsaved();
  };
  form.addEventListener("change", follow);
  form.addEventListener("input", tellUnsaved);

  /* “Những người còn lại”: unmarked rows only, in the page, to be undone until saved. */

  let filled = [];

  const markRest = (code) => {
    filled = rows.filter((row) => isDue(row) && chosen(row) === "n");
    for (const row of filled) row.querySelector(`[type="radio"][value="${code}"]`).checked = true;
    form.querySelector(".marks-rest").open = false;
    undo.hidden = filled.length === 0;
    undo.textContent = `Hoàn tác (${filled.length})`;
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };

  form.querySelectorAll("[data-marks-rest]").forEach((button) => {
    button.type = "button";
    button.addEventListener("click", () => markRest(button.dataset.marksRest));
  });
  if (undo) {
    undo.addEventListener("click", () => {
      for (const row of filled) row.querySelector('[type="radio"][value="n"]').checked = true;
      filled = [];
      undo.hidden = true;
      form.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  /* Find by name without marks, or by number; Enter does not send the form. */

  const plain = (text) =>
    text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase().trim();

  const box = form.querySelector("[data-marks-find]");
  if (box) {
    const keys = rows.map((row) => ({
      row,
      number: row.querySelector("legend b").textContent,
      name: plain(row.querySelector("legend span").textContent),
    }));
    box.addEventListener("input", (event) => {
      event.stopPropagation();
      const text = plain(box.value);
      for (const { row, number, name } of keys) {
        row.hidden = text !== "" && number !== text && !name.includes(text);
      }
      for (const group of groups) group.hidden = !group.querySelector(".mark:not([hidden])");
    });
    box.addEventListener("change", (event) => event.stopPropagation());
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    form.querySelector("[data-marks-head]").hidden = false;
  }

  follow();
})();
