/* Choosing a unit by typing a part of its name. Without this file the name itself is sent. */
(() => {
  "use strict";

  const WAIT_MS = 250;
  const LEAST_LETTERS = 2;
  let pickers = 0;

  const setUp = (picker) => {
    const box = picker.querySelector("[data-unit-name]");
    const chosen = picker.querySelector("[data-unit-id]");
    const status = picker.querySelector("[data-unit-status]");
    const detail = picker.querySelector("[data-unit-detail]");
    const list = document.createElement("ul");
    const none = document.createElement("p");
    let timer = 0;
    let asked = 0;
    let active = -1;

    pickers += 1;
    list.id = `unit-options-${pickers}`;
    list.className = "unit-options";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Đơn vị tìm thấy");
    list.hidden = true;
    none.className = "unit-options unit-none";
    none.setAttribute("aria-hidden", "true"); // the status says it aloud
    none.textContent = "Không có đơn vị nào có tên này. Đồng chí thử gõ ít chữ hơn.";
    none.hidden = true;
    box.after(list, none);
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-expanded", "false");
    box.setAttribute("aria-controls", list.id);
    box.setAttribute("aria-autocomplete", "list");

    const close = () => {
      list.hidden = true;
      none.hidden = true;
      active = -1;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    };

    // What was asked before is not wanted any more: its answer must not open the list.
    const forget = () => {
      clearTimeout(timer);
      asked += 1;
      close();
    };

    const choose = (option) => {
      chosen.value = option.dataset.id;
      box.value = option.dataset.name;
      // Cells of many wards bear one name: the ward stays in sight.
      if (detail) detail.textContent = option.dataset.detail;
      box.setCustomValidity("");
      forget();
      picker.querySelectorAll(".unit-choices").forEach((old) => old.remove());
      chosen.dispatchEvent(new Event("change", { bubbles: true }));
    };

    const mark = (position) => {
      const options = Array.from(list.children);
      if (options.length === 0) return;
      active = (position + options.length) % options.length;
      options.forEach((option, index) => {
        option.setAttribute("aria-selected", String(index === active));
      });
      box.setAttribute("aria-activedescendant", options[active].id);
      options[active].scrollIntoView({ block: "nearest" });
    };

    const lineOf = (text) => {
      const line = document.createElement("span");
      line.className = "unit-option-detail";
      line.textContent = text;
      return line;
    };

    const optionOf = (unit, index) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${index}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.id = unit.id;
      option.dataset.name = unit.name;
      option.dataset.detail = unit.detail;
      option.textContent = unit.name;
      option.append(lineOf(unit.detail));
      // How an old name led here: “trước là Đảng ủy phường An Hội, đến 31/12/2019”.
      if (unit.former) option.append(lineOf(unit.former));
      option.addEventListener("mousedown", (event) => {
        event.preventDefault();
        choose(option);
      });
      return option;
    };

    const show = (units) => {
      list.replaceChildren(...units.map(optionOf));
      active = -1;
      none.hidden = units.length > 0;
      list.hidden = units.length === 0;
      box.setAttribute("aria-expanded", String(units.length > 0));
      status.textContent =
        units.length === 0 ? "Không tìm thấy đơn vị nào." : `${units.length} đơn vị.`;
    };

    const ask = async () => {
      const text = box.value.trim();
      asked += 1;
      const turn = asked;
      if (text.length < LEAST_LETTERS) {
        close();
        return;
      }
      const query = new URLSearchParams({ q: text });
      if (picker.hasAttribute("data-wards-only")) query.set("wards", "1");
      if (picker.dataset.near) query.set("near", picker.dataset.near);
      try {
        const answer = await fetch(`${picker.dataset.unitPicker}?${query}`, {
          headers: { Accept: "application/json" },
        });
        if (answer.ok && turn === asked) show((await answer.json()).units);
      } catch {
        // The name that was typed is sent as it is and looked up on the server.
        close();
      }
    };

    box.addEventListener("input", () => {
      chosen.value = "";
      if (detail) detail.textContent = "";
      picker.querySelectorAll("[data-unit-pick]").forEach((radio) => {
        radio.checked = false;
      });
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT_MS);
    });
    picker.querySelectorAll("[data-unit-pick]").forEach((radio) => {
      radio.addEventListener("change", () => {
        chosen.value = radio.value;
        box.value = radio.dataset.unitPick;
        if (detail) detail.textContent = "";
        chosen.dispatchEvent(new Event("change", { bubbles: true }));
      });
    });
    box.addEventListener("blur", forget);
    box.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "ArrowDown") mark(active + 1);
      else if (event.key === "ArrowUp") mark(active - 1);
      else if (event.key === "Enter" && active >= 0) choose(list.children[active]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
  };

  document.querySelectorAll("[data-unit-picker]").forEach(setUp);
})();
